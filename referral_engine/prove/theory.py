"""A rule set as a formula: which rules are true of an issue, and which of them decides."""

from __future__ import annotations

from typing import Any

from referral_engine.prove.candidates import County
from referral_engine.prove.solver import Formula, Solver
from referral_engine.prove.state import State
from referral_engine.prove.symbols import Symbols
from referral_engine.rules.naive import tables
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import Effective, RoutingRule, RoutingTable, RuleSet, Value

__all__ = ["Theory"]


class Theory:
    """``true`` and ``wins`` by the id of a rule, prepare rules only in the first.

    ``unmatched`` holds where no rule decides and the default does; ``intended`` where that is
    marked as meant.
    """

    def __init__(self, rule_set: RuleSet, terms: Terms, county: County, solver: Solver) -> None:
        self.solver = solver
        self.symbols = Symbols(rule_set, terms, county, solver)
        self.true: dict[str, Formula] = {}
        self.wins: dict[str, Formula] = {}
        self._said: dict[str, Formula] = {}
        self.preparing, self.deciding = tables(rule_set)
        state = State.incoming(self.symbols, solver)
        for table in self.preparing:
            state = self._prepare(table, state)
        self.prepared = state
        self.unmatched = self._decide(state)
        marked = self.deciding[-1].intended if self.deciding else None
        no = solver.z3.BoolVal(False)
        self.intended = no if marked is None else state.truth(marked.when)

    def _fires(self, table: RoutingTable, guard: Formula, rule: RoutingRule, state: State) -> Any:
        force = []
        if rule.effective != Effective():
            domain, booleans = self.symbols.domains["received_at"], state.values["received_at"]
            force = [self.solver.any(booleans[n] for n in domain.where(rule.effective))]
        formula = self.solver.all([guard, *force, state.truth(rule.when)])
        holds = self.true[rule.id] = self.solver.named(formula)
        return holds

    def _prepare(self, table: RoutingTable, state: State) -> State:
        """All rules read the values as they stood; of each field whoever speaks first is heard."""
        guard = state.truth(table.when)
        written: dict[str, list[tuple[Value, Formula]]] = {}
        tagged: list[tuple[str, Formula]] = []
        for rule in table.rules:
            fires = self._fires(table, guard, rule, state)
            tagged += [(tag, fires) for tag in rule.effects.tag]
            for field, value in _writes(rule):
                written.setdefault(field, []).append((value, self._speaks(field, fires)))
        return state.after(written, tagged)

    def _speaks(self, field: str, fires: Formula) -> Formula:
        said = self._said.get(field)
        if said is None:
            self._said[field] = fires
            return fires
        speaks = self.solver.all([fires, self.solver.z3.Not(said)])
        self._said[field] = self.solver.named(self.solver.any([said, fires]))
        return self.solver.named(speaks)

    def _decide(self, state: State) -> Formula:
        nobody = self.solver.z3.BoolVal(True)
        for table in self.deciding:
            guard = state.truth(table.when)
            for rule in table.rules:
                fires = self._fires(table, guard, rule, state)
                self.wins[rule.id] = self.solver.all([nobody, fires])
                left = self.solver.all([nobody, self.solver.z3.Not(fires)])
                nobody = self.solver.named(left)
        return nobody


def _writes(rule: RoutingRule) -> list[tuple[str, Value]]:
    effects = rule.effects
    written: list[tuple[str, Value]] = list(effects.set)
    written += [("path", effects.path)] if effects.path else []
    written += [("sealed", True)] if effects.seal else []
    return written
