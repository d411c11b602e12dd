"""An issue as it stands at a table: as it came in, or as the tables before have prepared it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from referral_engine.prove.domains import key_of
from referral_engine.prove.solver import Formula, Solver
from referral_engine.prove.symbols import Elements, Symbols
from referral_engine.rules.tree import All, Any, Condition, Leaf, Not, Repeats, Value

__all__ = ["State"]


class State:
    """Conditions as formulas over the values that stand. Never changed: `after` gives another."""

    def __init__(
        self,
        symbols: Symbols,
        solver: Solver,
        values: Mapping[str, tuple[Formula, ...]],
        lists: Mapping[str, Elements],
    ) -> None:
        self._symbols = symbols
        self._solver = solver
        self.values = values
        self.lists = lists

    @classmethod
    def incoming(cls, symbols: Symbols, solver: Solver) -> State:
        """The issue as it comes in."""
        return cls(symbols, solver, symbols.incoming, symbols.lists)

    # -- asking -------------------------------------------------------------------------------
    def truth(self, condition: Condition | None) -> Formula:
        """The condition as a formula; none is always true."""
        match condition:
            case None:
                return self._solver.z3.BoolVal(True)
            case All(parts=parts):
                return self._solver.all(map(self.truth, parts))
            case Any(parts=parts):
                return self._solver.any(map(self.truth, parts))
            case Not(part=part):
                return self._solver.z3.Not(self.truth(part))
            case Repeats():
                return self._symbols.history[condition.key][condition.at_least]
            case Leaf():
                return self._leaf(condition)

    def _leaf(self, leaf: Leaf) -> Formula:
        if leaf.field in self._symbols.texts:
            return self._symbols.texts[leaf.field].truth(leaf)
        if leaf.field in self.lists:
            return self._listed(self.lists[leaf.field], leaf)
        booleans = self.values[leaf.field]
        where = self._symbols.domains[leaf.field].where(key_of(leaf))
        return self._solver.any(booleans[number] for number in where)

    def _listed(self, elements: Elements, leaf: Leaf) -> Formula:
        there = self._solver.z3.Not(elements.missing)
        something = self._solver.any([*elements.held.values(), elements.other])
        wanted = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        match leaf.operator:
            case "exists":
                return there if leaf.value is True else elements.missing
            case "empty":
                empty = self._solver.z3.Not(something)
                return self._solver.all([there, empty if leaf.value is True else something])
            case "has_all":
                held = [elements.held[str(each)] for each in wanted]
                return self._solver.all([there, *held])
            case _:
                return self._solver.any(elements.held[str(each)] for each in wanted)

    # -- changing -----------------------------------------------------------------------------
    def after(
        self,
        written: Mapping[str, list[tuple[Value, Formula]]],
        tagged: Iterable[tuple[str, Formula]],
    ) -> State:
        """What stands when each of these values is written where its formula holds.

        At most one of a field's formulas may hold at a time.
        """
        values = {**self.values}
        for field, each in written.items():
            values[field] = self._written(field, each)
        tags = self.lists.get("tags")
        if tags is None:
            return State(self._symbols, self._solver, values, self.lists)
        held = {**tags.held}
        for tag, fires in tagged:
            held[tag] = self._solver.named(self._solver.any([held[tag], fires]))
        lists = {**self.lists, "tags": Elements(held, tags.other, tags.missing)}
        return State(self._symbols, self._solver, values, lists)

    def _written(self, field: str, each: list[tuple[Value, Formula]]) -> tuple[Formula, ...]:
        domain = self._symbols.domains[field]
        kept = self._solver.z3.Not(self._solver.any(speaks for _value, speaks in each))
        made = []
        for number, before in enumerate(self.values[field]):
            speaking = [speaks for value, speaks in each if domain.of(value) == number]
            stands = self._solver.all([before, kept])
            now = self._solver.any([*speaking, stands])
            made.append(self._solver.named(now))
        return tuple(made)
