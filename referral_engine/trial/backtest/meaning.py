"""What a decision means for a case, so that two that mean the same need not be played out."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import count

from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.tree import Decision

__all__ = ["Meanings"]

_KEPT = 50_000


class Meanings:
    """A number for all that routing reads of a rule set once it has decided.

    Routing depends on nothing else of it: two decisions of one issue with one number, made under
    whichever rule set, offer the case to the same units with the same clocks. Different numbers
    say only that somebody has to look.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._fresh = count()
        self._known: dict[Hashable, int] = {}

    def number(self, rules: ActiveRules, decision: Decision) -> int:
        said = (
            decision.path, decision.seal, decision.link, decision.values, decision.tags,
        )  # fmt: skip
        # The effects of a rule are one object for as long as its rule set lives.
        key = (id(rules), id(decision.effects), said)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._known[key] = self._made(rules, decision, said)
        return found

    def _made(self, rules: ActiveRules, decision: Decision, said: Hashable) -> int:
        effects = decision.effects
        level = (effects.refer.whistle if effects.refer else None) or "dispatch"
        whole = (
            effects.refer, effects.within, effects.propose, effects.suggest, said,
            rules.step(decision.path) if decision.path else None,
            rules.clocks(level), rules.clocks("case"),
        )  # fmt: skip
        number = self._numbers.get(whole)
        if number is None:
            # A number is never given again: what is forgotten here somebody may still compare.
            if len(self._numbers) >= _KEPT:
                self._numbers.clear()
                self._known.clear()
            number = self._numbers[whole] = next(self._fresh)
        return number
