"""The door to z3, an extra that only `rules prove` needs: it is asked for where it is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Literal

from referral_engine.clock import monotonic
from referral_engine.errors import Refused
from referral_engine.i18n import _

__all__ = ["Answer", "Budget", "Formula", "Model", "Solver", "load_solver"]

Formula = Any
"""A formula of z3, which ships no types."""
Answer = Literal["sat", "unsat", "unknown"]
"""``unknown`` where the time was not enough."""
Model = frozenset[int]
"""The numbers of the booleans that are true."""

_TRUE = re.compile(r"define-fun b(\d+) \(\) Bool\s+true")

_BUNDLE = 32
_SHARE = 0.2
"""How much of the whole time one question may take, so that a hard one leaves some for others."""


def load_solver() -> Any:
    """The module z3. Raises Refused (NO_SOLVER) where it is not installed."""
    try:
        import z3
    except ImportError as error:
        raise Refused(
            "NO_SOLVER",
            _("Proofs need z3-solver, which is not installed."),
            _('Install it: pip install "referral-engine[prove]".'),
        ) from error
    return z3


class Budget:
    """The time that may be spent, in seconds from now on; `seconds` reads a monotonic clock."""

    def __init__(self, limit: float, seconds: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self.limit = limit
        self._end = seconds() + limit

    def part(self, share: float) -> Budget:
        """A budget of this share of what is left."""
        return Budget(share * self.left, self._seconds)

    @property
    def left(self) -> float:
        """Seconds, never below zero."""
        return max(0.0, self._end - self._seconds())


class Solver:
    """Clauses that are added once, and questions under assumptions within a budget.

    Like a model, a `z3.Solver` belongs to one thread.
    """

    def __init__(self, budget: Budget) -> None:
        """Raises Refused where z3 is not installed."""
        self.z3 = load_solver()
        self._budget = budget
        self._solver = self.z3.SolverFor("QF_FD")
        # Words are false unless something needs them: what is found reads like an issue.
        self._solver.set("phase", "always_false")
        self._numbers: dict[int, int] = {}
        self._kept: list[Formula] = []  # an id is another's once its formula is gone
        self._bundles: dict[int, list[Formula]] = {}

    def fresh(self) -> Formula:
        """A boolean of its own."""
        made = self.z3.Bool(f"b{len(self._kept)}")
        self._numbers[made.get_id()] = len(self._kept)
        self._kept.append(made)
        return made

    def named(self, formula: Formula) -> Formula:
        """A boolean that is true exactly where the formula is: formulas stay small."""
        known = self.fresh()
        self.add(known == formula)
        return known

    def add(self, *formulas: Formula) -> None:
        """What holds from now on."""
        self._solver.add(*formulas)

    def bundle(self, wishes: list[Formula]) -> list[Formula]:
        """The wishes in bundles: one that cannot hold as a whole is taken apart by `ask`, so that
        a thousand of them cost little more than those that matter.
        """
        bundles = []
        for start in range(0, len(wishes), _BUNDLE):
            members = wishes[start : start + _BUNDLE]
            whole = self.fresh()
            self.add(self.z3.Implies(whole, self.all(members)))
            self._bundles[whole.get_id()] = members
            bundles.append(whole)
        return bundles

    def any(self, formulas: Iterable[Formula]) -> Formula:
        return self.z3.Or(list(formulas))

    def all(self, formulas: Iterable[Formula]) -> Formula:
        return self.z3.And(list(formulas))

    def one_of(self, formulas: list[Formula]) -> None:
        """Exactly one of them holds from now on."""
        self.add(self.z3.PbEq([(formula, 1) for formula in formulas], 1))

    def ask(self, *goal: Formula, prefer: Iterable[Formula] = ()) -> tuple[Answer, Model]:
        """Whether the goal can hold, and how; of the ways one in which as much of `prefer` holds
        as can, given up from the end where it cannot all.
        """
        wishes = {wish.get_id(): wish for wish in prefer}
        answer = self._check((*goal, *wishes.values()))
        while answer == "unsat" and wishes:
            against = {each.get_id() for each in self._solver.unsat_core()}
            standing_in_the_way = [id for id in wishes if id in against]
            if not standing_in_the_way:
                break  # the goal alone cannot hold
            given_up = standing_in_the_way[-1]
            del wishes[given_up]
            wishes.update((each.get_id(), each) for each in self._bundles.get(given_up, ()))
            answer = self._check((*goal, *wishes.values()))
        return answer, self._model() if answer == "sat" else frozenset()

    def holds(self, model: Model, formula: Formula) -> bool:
        """What the model says of a boolean of `fresh`."""
        return self._numbers[formula.get_id()] in model

    def _check(self, goal: Iterable[Formula]) -> Answer:
        milliseconds = int(1000 * min(self._budget.left, self._budget.limit * _SHARE))
        if milliseconds <= 0:
            return "unknown"
        self._solver.set("timeout", milliseconds)
        answer = self._solver.check(*goal)
        if answer == self.z3.unknown:
            return "unknown"
        return "sat" if answer == self.z3.sat else "unsat"

    def _model(self) -> Model:
        """Read from its text, which is ten times faster than asking for one value after another."""
        return frozenset(map(int, _TRUE.findall(self._solver.model().sexpr())))
