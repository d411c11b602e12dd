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

    def find(self, goal: list[Formula], check: Callable[[Decision], bool]) -> Found:
        """An issue for which the goal holds and the matcher says what `check` asks."""
        tried: list[Formula] = []
        model: Model = frozenset()
        for _turn in range(_MOST_TEXTS):
            answer, model = self._solver.ask(*goal, *tried, prefer=self._plain)
            if answer == "unknown":
                return Found(undecided=_("the time was not enough"), model=model)
            if answer == "unsat":
                break
            made = witness(self._theory.symbols, self._solver, model)
            if isinstance(made, Witness):
                decision = self._matcher.decide(made)
                if check(decision):
                    return Found(made, decision, model=model)
                return Found(
                    undecided=_("the matcher decides the issue found otherwise"), model=model
                )
            last, tried = model, [*tried, self._other(made)]
        if not tried:
            return Found()
        return Found(undecided=_("the words"), model=last)

    def _other(self, made: Unwritten) -> Formula:
        """Not these words without those: no text was found that has the ones and not the others."""
        no = self._solver.z3.Not
        return no(self._solver.all([*made.wanted, *map(no, made.hit)]))
