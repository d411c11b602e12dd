"""From a goal of the solver to an issue that reaches it, in words, confirmed by the matcher."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from referral_engine.i18n import _
from referral_engine.prove.solver import Formula, Model
from referral_engine.prove.theory import Theory
from referral_engine.prove.witness import Matcher, Witness, witness
from referral_engine.prove.words import Unwritten
from referral_engine.rules.tree import Decision

__all__ = ["Found", "Search"]

_MOST_TEXTS = 40
"""Combinations of words that are tried before it is said that the words are not decided."""


class Found(msgspec.Struct, frozen=True):
    """An issue with what the matcher makes of it; without one: never, or why it is not known."""

    witness: Witness | None = None
    decision: Decision | None = None
    undecided: str = ""
    model: Model = frozenset()

    @property
    def never(self) -> bool:
        """Whether it is proved that there is no such issue."""
        return self.witness is None and not self.undecided


class Search:
    """Looks for issues in one theory."""

    def __init__(self, theory: Theory, matcher: Matcher) -> None:
        self._theory = theory
        self._solver = theory.solver
        self._matcher = matcher
        self._plain = theory.symbols.plain()

    def find(self, goal: list[Formula], check: Callable[[Decision], object]) -> Found:
        """An issue for which the goal holds and of which the matcher says what `check` asks."""
        tried: list[Formula] = []
        reason, last = "", frozenset[int]()
        for _turn in range(_MOST_TEXTS):
            answer, model = self._solver.ask(*goal, *tried, prefer=self._plain)
            if answer == "unknown":
                return Found(undecided=_("the time was not enough"))
            if answer == "unsat":
                break
            last, made = model, witness(self._theory.symbols, self._solver, model)
            if isinstance(made, Unwritten):
                reason, other = _("the words"), self._other_words(made)
            elif check(decision := self._matcher.decide(made)):
                return Found(made, decision, model=model)
            elif made.earlier:  # earlier cases count only as far as they are not sealed
                reason, other = _("the history"), self._other_history(model)
            else:
                return Found(undecided=_("the matcher decides otherwise"), model=model)
            tried.append(other)
        return Found(undecided=reason, model=last) if tried else Found()

    def _other_history(self, model: Model) -> Formula:
        """Not all of these numbers of earlier cases."""
        counts = (
            each for known in self._theory.symbols.history.values() for each in known.values()
        )
        reached = [each for each in counts if self._solver.holds(model, each)]
        return self._solver.z3.Not(self._solver.all(reached))

    def _other_words(self, made: Unwritten) -> Formula:
        """Not these words without those: no text was found that has the ones and not the others."""
        no = self._solver.z3.Not
        return no(self._solver.all([*made.wanted, *map(no, made.hit)]))
