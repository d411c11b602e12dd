"""The escalation rules as both backends take them: in order, with gates and strata worked out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from referral_engine.errors import Faulty
from referral_engine.rules import walk
from referral_engine.rules.infer.strata import FLAGS, Strata, check_stratified
from referral_engine.rules.naive import in_force
from referral_engine.rules.tree import (
    All,
    Condition,
    Effective,
    EscalationRule,
    EscalationTable,
    Leaf,
    Occasion,
    Value,
)

__all__ = ["Agenda", "Asked", "Gate", "flags_of"]


class Gate(msgspec.Struct, frozen=True):
    """When a rule is asked at all: at one of these occasions (at every one, if none is named),
    for a case received while the rule was in force."""

    on: tuple[Occasion, ...]
    effective: Effective

    def opens(self, occasions: frozenset[Occasion], received_on: date | None) -> bool:
        """Where the day of receipt is unknown, a rule with a window is not in force."""
        if self.on and occasions.isdisjoint(self.on):
            return False
        if self.effective == _ALWAYS:
            return True
        return received_on is not None and in_force(self.effective, received_on)


_ALWAYS = Effective()


class Asked(msgspec.Struct, frozen=True):
    """A rule at its ``position`` in the order of all rules. ``condition`` has the table's guard
    in it; ``gate`` indexes the agenda's gates."""

    position: int
    rule: EscalationRule
    condition: Condition | None
    gate: int
    stratum: int

    @property
    def derives(self) -> str:
        return self.rule.effects.derive


class Agenda(msgspec.Struct, frozen=True):
    """All escalation rules by priority (lower first), then rank and file of the table, then place.

    ``flags`` are the flags that some rule derives, with the stratum each is complete in.
    """

    rules: tuple[Asked, ...]
    gates: tuple[Gate, ...]
    flags: dict[str, int]
    strata: int

    @classmethod
    def of(cls, tables: tuple[EscalationTable, ...]) -> Agenda:
        """Raises Faulty where a flag depends on its own absence."""
        if faults := check_stratified(tables):
            raise Faulty(faults)
        strata = Strata.of(tables)
        gates: dict[Gate, int] = {}
        asked = []
        for position, (table, rule) in enumerate(_in_order(tables)):
            gate = gates.setdefault(Gate(rule.on, rule.effective), len(gates))
            condition = _guarded(table.when, rule.when)
            asked.append(Asked(position, rule, condition, gate, strata.rules[rule.id]))
        return cls(tuple(asked), tuple(gates), strata.flags, strata.count)

    def open_gates(
        self, occasions: tuple[Occasion, ...], received_on: date | None
    ) -> tuple[bool, ...]:
        """For each gate, whether its rules are asked now."""
        now = frozenset(occasions)
        return tuple(gate.opens(now, received_on) for gate in self.gates)

    @property
    def fields(self) -> tuple[str, ...]:
        """All that the rules read of a case, its flags among it."""
        read = {
            part.field if isinstance(part, Leaf) else part.key
            for one in self.rules
            for part in walk.asked(one.condition)
        }
        return tuple(sorted(read | {FLAGS}))

    @property
    def windowed(self) -> bool:
        """Whether some rule is in force on some days only."""
        return any(gate.effective != _ALWAYS for gate in self.gates)


def flags_of(values: Mapping[str, Value]) -> tuple[str, ...]:
    """The flags the case already has."""
    held = values.get(FLAGS)
    return tuple(str(flag) for flag in held) if isinstance(held, tuple) else ()


def _in_order(tables: tuple[EscalationTable, ...]) -> list[tuple[EscalationTable, EscalationRule]]:
    ranked = sorted(tables, key=lambda table: (table.rank, table.file))
    pairs = [(table, rule) for table in ranked for rule in table.rules]
    return sorted(pairs, key=lambda pair: pair[1].priority)


def _guarded(guard: Condition | None, own: Condition | None) -> Condition | None:
    if guard is None or own is None:
        return own if guard is None else guard
    return All((guard, own), own.place)
