"""What tests have seen of the rules: which rules acted, which clauses were true, which false.

A clause is seen only where it is asked: an ``all`` asks no further than its first false part, an
``any`` no further than its first true one, and the deciding tables no further than the winner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from referral_engine.errors import Place
from referral_engine.rules.terms import Terms
from referral_engine.rules.trace import clause
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    EscalationRule,
    EscalationTable,
    Not,
    RoutingRule,
    RoutingTable,
    RuleSet,
    Value,
)
from referral_engine.rules.walk import parts
from referral_engine.trial.marks import Marks
from referral_engine.trial.plain_router import Checks
from referral_engine.trial.watching import Asked, Watch
from referral_engine.workspace import Workspace

__all__ = ["Coverage", "Gap", "coverage"]

Missing = Literal["never-acted", "never-asked", "never-true", "never-false"]


class Gap(msgspec.Struct, frozen=True):
    """What no test has seen. ``rule`` is empty in a table's guard; ``reason`` of a mark excuses."""

    place: Place
    rule: str
    missing: Missing
    clause: str
    reason: str = ""


class Coverage(msgspec.Struct, frozen=True):
    """``rules`` and ``sides`` in all (a clause has two), and how many of them were seen."""

    rules: int
    rules_seen: int
    sides: int
    sides_seen: int
    gaps: tuple[Gap, ...]

    @property
    def open(self) -> tuple[Gap, ...]:
        """The gaps that no mark excuses."""
        return tuple(gap for gap in self.gaps if not gap.reason)


def coverage(
    workspace: Workspace, rules: RuleSet, watches: Iterable[Watch], marks: Marks
) -> Coverage:
    """What these tests have seen of routing and escalation."""
    seen = _Seen(Checks(Terms.of(workspace.world(rules), workspace.fields)))
    fired: set[str] = set()
    for watch in watches:
        fired |= watch.fired
        for asked in watch.routing:
            seen.ask(rules.routing[asked.table], asked)
        for asked in watch.escalation:
            seen.ask(rules.escalation[asked.table], asked)
    gaps: list[Gap] = []
    count = sides = 0
    tables: tuple[RoutingTable | EscalationTable, ...] = (*rules.routing, *rules.escalation)
    for table in tables:
        gaps += seen.gaps("", table.when)
        sides += 2 * _count(table.when)
        for rule in _rules(table):
            count += 1
            sides += 2 * _count(rule.when)
            if rule.id not in fired:
                gaps.append(Gap(rule.place, rule.id, "never-acted", rule.name))
            gaps += seen.gaps(rule.id, rule.when)
    excused = tuple(_excused(gap, marks) for gap in gaps)
    unseen = sum(2 if gap.missing == "never-asked" else 1 for gap in gaps
                 if gap.missing != "never-acted")  # fmt: skip
    idle = sum(gap.missing == "never-acted" for gap in gaps)
    return Coverage(count, count - idle, sides, sides - unseen, excused)


class _Seen:
    """The values each clause was seen to have, by the clause itself."""

    def __init__(self, checks: Checks) -> None:
        self._checks = checks
        self._values: dict[int, set[bool]] = {}

    def ask(self, table: RoutingTable | EscalationTable, asked: Asked) -> None:
        if not asked.reached or not self._holds(table.when, asked.values):
            return
        for number in asked.reached:
            self._holds(table.rules[number].when, asked.values)

    def gaps(self, rule: str, condition: Condition | None) -> Iterator[Gap]:
        for part in parts(condition):
            values = self._values.get(id(part), set())
            said = clause(part)
            if not values:
                yield Gap(part.place, rule, "never-asked", said)
            elif len(values) == 1:
                missing: Missing = "never-false" if True in values else "never-true"
                yield Gap(part.place, rule, missing, said)

    def _holds(self, condition: Condition | None, values: Mapping[str, Value]) -> bool:
        match condition:
            case None:
                return True
            case All():
                true = all(self._holds(part, values) for part in condition.parts)
            case Any():
                true = any(self._holds(part, values) for part in condition.parts)
            case Not(part=part):
                true = not self._holds(part, values)
            case _:
                true = self._checks.holds(condition, values)
        self._values.setdefault(id(condition), set()).add(true)
        return true


def _rules(table: RoutingTable | EscalationTable) -> Iterator[RoutingRule | EscalationRule]:
    yield from table.rules
    if isinstance(table, RoutingTable) and table.default is not None:
        yield table.default


def _count(condition: Condition | None) -> int:
    return sum(1 for _part in parts(condition))


def _excused(gap: Gap, marks: Marks) -> Gap:
    return msgspec.structs.replace(gap, reason=marks.reason(gap.place, gap.missing))
