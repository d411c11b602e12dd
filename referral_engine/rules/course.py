"""The whole course of routing in compact form: for every rule the first clause that failed.

Every rule is a bit. A clause is what stands one after the other in `all`, the guard of the table
first; position by position, masks say which of the rules still standing fall there. Who lost where
is told on demand (`explain.verdicts`): that, and not the course, is what takes long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

import msgspec

from referral_engine.rules.checks import Checks
from referral_engine.rules.classes import Axes
from referral_engine.rules.closure import Check
from referral_engine.rules.look_up import Late, settled_late
from referral_engine.rules.masks import ClassMasks, DayMasks, bits
from referral_engine.rules.naive import tables as ranked
from referral_engine.rules.prepare import UNTOUCHED, Prepared, decided, prepare
from referral_engine.rules.rows import Axis, Row, axes_of
from referral_engine.rules.script import Script
from referral_engine.rules.terms import Terms
from referral_engine.rules.text import Needles
from referral_engine.rules.told import Memory
from referral_engine.rules.tree import All, Condition, RoutingRule, RoutingTable, RuleSet, Value
from referral_engine.rules.words import WordMasks, want

__all__ = ["Asked", "Course", "Stage", "Stretch", "Tracer"]


class Asked(NamedTuple):
    """A rule with its clauses in order, of which the first ``guards`` are its table's."""

    table: RoutingTable
    rule: RoutingRule
    clauses: tuple[Condition, ...]
    guards: int


class Stretch(msgspec.Struct, frozen=True):
    """What became of the rules of one stage, a bit each.

    ``in_force``  those whose window the day of receipt lies in
    ``fallen``    for each position of a clause those that stood until then and fell there
    ``true``      those left
    ``values``    what they read
    """

    stage: Stage
    in_force: int
    fallen: tuple[int, ...]
    true: int
    values: Mapping[str, Value]

    def fallen_at(self) -> dict[int, int]:
        """For every rule that fell, by number, the position of its clause that failed."""
        return {rule: place for place, mask in enumerate(self.fallen) for rule in bits(mask)}


class Course(msgspec.Struct, frozen=True):
    """``matched`` are the deciding rules that were true, in order; ``winner`` is None where no
    rule was true and no table has a default."""

    winner: RoutingRule | None
    matched: tuple[str, ...]
    prepared: Prepared
    stretches: tuple[Stretch, ...]


class Tracer:
    """Follows issues through the routing rules of one rule set in one world. Thread-safe.

    It has an automaton of its own for texts: only who explains pays for it.
    """

    def __init__(self, rule_set: RuleSet, terms: Terms) -> None:
        axes, needles = Axes(terms), Needles()
        preparing, deciding = ranked(rule_set)
        self._preparing = [Stage((table,), axes, needles) for table in preparing]
        self._deciding = Stage(deciding, axes, needles)
        self._default = deciding[-1].default if deciding else None
        needles.warm()

    def follow(self, values: Mapping[str, Value], received_on: date) -> Course:
        """The course of an issue whose `values` include the answers of history."""
        prepared, now = UNTOUCHED, values
        stretches = []
        for stage in self._preparing:
            stretch = stage.follow(now, received_on)
            stretches.append(stretch)
            if stretch.true:
                rules, _ids = stage.true_of[stretch.true]
                prepared = prepare(prepared, rules, values)
                now = prepared.onto(values)
        last = self._deciding.follow(now, received_on)
        rules, matched = self._deciding.true_of[last.true]
        winner = rules[0] if rules else self._default
        if winner is not None:
            prepared = decided(prepared, winner, now)
        return Course(winner, matched, prepared, (*stretches, last))


class Stage:
    """The rules that are asked together: of one preparing table, or of all deciding ones."""

    def __init__(self, tables: Iterable[RoutingTable], axes: Axes, needles: Needles) -> None:
        self.asked: list[Asked] = [
            Asked(
                table,
                rule,
                tuple(_clauses((table.when, rule.when))),
                len(tuple(_clauses((table.when,)))),
            )
            for table in tables
            for rule in table.rules
        ]
        self._days = DayMasks(asked.rule.effective for asked in self.asked)
        self._positions: list[_Position] = []
        for number, asked in enumerate(self.asked):
            for place, clause in enumerate(asked.clauses):
                if place == len(self._positions):
                    self._positions.append(_Position(place, len(self.asked), axes, needles))
                self._positions[place].add(clause, number)
        self.true_of = Memory(self._true)

    def _true(self, mask: int) -> tuple[tuple[RoutingRule, ...], tuple[str, ...]]:
        rules = tuple(self.asked[number].rule for number in bits(mask))
        return rules, tuple(rule.id for rule in rules)

    @cached_property
    def follow(self) -> Callable[[Mapping[str, Value], date], Stretch]:
        """What becomes of the rules of an issue with these values, received on this local day; to
        be asked once all stages are made."""
        script = Script()
        days, stretch = script.name(self._days.of), script.name(Stretch)
        steps = [line for position in self._positions for line in position.written(script)]
        fallen = "".join(f"fallen{place}, " for place in range(len(self._positions)))
        told = f"{stretch}({script.name(self)}, in_force, ({fallen}), mask, values)"
        defined = script.run([
            "def follow(values, day):", " get = values.get", f" mask = in_force = {days}(day)",
            *steps, f" return {told}",
        ])  # fmt: skip
        follow: Callable[[Mapping[str, Value], date], Stretch] = defined["follow"]
        return follow


class _Position:
    """The clauses that stand at one place of their rules."""

    def __init__(self, place: int, rules: int, axes: Axes, needles: Needles) -> None:
        self._place = place
        self._everything = (1 << rules) - 1
        self._axes = axes
        self._needles = needles
        self._masks: dict[Axis, ClassMasks] = {}
        self._words: dict[str, WordMasks] = {}
        self._asked: dict[int, Check] = {}

    def add(self, clause: Condition, rule: int) -> None:
        """The clause of rule number `rule`; a rule without one at this place stands."""
        along = axes_of(clause, self._axes.closures.terms)
        axis = next(iter(along), None)
        if axis is None or len(along) > 1 or axis.side == "asked":
            self._asked[rule] = self._axes.closures.of(clause)
        elif axis.side == "words":
            words = self._words.setdefault(axis.field, WordMasks(axis.field, self._needles))
            words.add(want((clause,), self._needles), rule)
        else:
            masks = self._masks.setdefault(axis, ClassMasks(self._everything))
            for _axis, number in self._axes.needs(Row({axis: (clause,)})):
                masks.add(number, rule)

    def written(self, script: Script) -> Iterator[str]:
        """Lines that leave in `mask` the rules whose clause here is true, and tell who fell."""
        yield " standing = mask"
        moments = []
        for axis, masks in self._masks.items():
            if axis.side == "value":
                classes = f"{script.name(self._axes.classes(axis))}[get({axis.field!r})]"
                yield f" mask &= {script.name(masks)}[{classes}]"
            else:
                moments.append((axis.field, self._axes.moments(axis), masks))
        yield from settled_late(
            Late(tuple(self._words.values()), moments, Checks(self._asked)), script
        )
        yield f" fallen{self._place} = standing ^ mask"


def _clauses(conditions: Iterable[Condition | None]) -> Iterator[Condition]:
    for condition in conditions:
        if isinstance(condition, All):
            yield from _clauses(condition.parts)
        elif condition is not None:
            yield condition
