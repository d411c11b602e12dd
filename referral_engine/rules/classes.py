"""Classes of values: all values along one axis that make the same conditions true are one.

A value is judged once, by the closures of the conditions themselves, and remembered. Thousands of
places fall into a few hundred classes, the minutes of the day into a handful; what is worked out
for a class (masks.py) serves them all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from referral_engine.rules.closure import Check, Closures, shape
from referral_engine.rules.leaf import minute_of_day
from referral_engine.rules.rows import Axis, Row, Side
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import All, Condition, Leaf, Not
from referral_engine.rules.tree import Any as AnyOf

__all__ = ["Axes", "Classes", "Moments", "Truths"]

# Grids of a large county (13,215) fit with room; what an attacker varies starts over.
_VALUES = 1 << 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Truths:
    """Which conditions of an axis are true: a class of values. Compared by identity, for speed."""

    __slots__ = ("numbers",)

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self.numbers = numbers


class Classes(dict[Any, Truths]):
    """All conditions along one axis: ``classes[value]`` judges a new value and remembers it."""

    def __init__(self, field: str, closures: Closures) -> None:
        super().__init__()
        self.field = field
        self._closures = closures
        self.conditions: list[Condition] = []
        self._checks: dict[Hashable, tuple[int, Check]] = {}
        self._known: dict[tuple[int, ...], Truths] = {}

    def number(self, condition: Condition) -> int:
        """The number of this condition; equal ones have one number."""
        key = shape(condition)
        if key not in self._checks:
            self._checks[key] = (len(self._checks), self._closures.of(condition))
            self.conditions.append(condition)
        return self._checks[key][0]

    def __missing__(self, value: Any) -> Truths:
        return self.remember(value, value)

    def remember(self, key: Any, value: Any) -> Truths:
        """The class of `value` (None: missing), kept under `key`."""
        if len(self) >= _VALUES:
            self.clear()
            self._known.clear()
        values = {} if value is None else {self.field: value}
        true = tuple([number for number, check in self._checks.values() if check(values)])
        truths = self[key] = self._known.setdefault(true, Truths(true))
        return truths


class Moments:
    """Classes of moments, of which no two are alike: by the minute of the day, by the day, or by
    their place among the moments that the conditions name."""

    def __init__(self, classes: Classes, side: Side, terms: Terms) -> None:
        self._classes = classes
        self._side = side
        self._terms = terms
        self._offsets: dict[int, int | None] = {}

    @cached_property
    def of(self) -> Callable[[Any], Truths]:
        """From a moment (None: missing) to its class; to be asked once all conditions are known."""
        if self._side == "minute":
            return self._by_minute
        if self._side == "day":
            return lambda value: self._keyed(value, self._day)
        order = _order(sorted(set(_operands(self._classes.conditions))))
        return lambda value: self._keyed(value, order)

    def _keyed(self, value: Any, key: Callable[[Any], Hashable]) -> Truths:
        name = None if value is None else key(value)
        found = self._classes.get(name)
        return self._classes.remember(name, value) if found is None else found

    def _day(self, value: datetime) -> date:
        return self._terms.world.local(value).date()

    def _minute(self, value: datetime) -> int:
        return minute_of_day(value, self._terms)

    def _by_minute(self, value: Any) -> Truths:
        """By the minute of the local day, for a third of what converting the moment costs."""
        if value is None:
            return self._keyed(value, self._minute)
        since = value - _EPOCH
        day = since.days
        offset = self._offsets[day] if day in self._offsets else self._offset(day)
        if offset is None:
            return self._keyed(value, self._minute)
        minute = (since.seconds // 60 + offset) % 1440
        return self._classes.get(minute) or self._classes.remember(minute, value)

    def _offset(self, day: int) -> int | None:
        """Minutes that the zone is ahead of UTC on a day of UTC, counted from 1970; None where that
        changes within the day or is no whole number."""
        begin = _EPOCH + timedelta(days=day)
        offsets = {
            self._terms.world.local(begin + timedelta(minutes=15 * number)).utcoffset()
            for number in range(97)
        }
        minutes, rest = divmod(offsets.pop() or timedelta(), timedelta(minutes=1))
        if len(self._offsets) >= _VALUES:
            self._offsets.clear()
        self._offsets[day] = offset = None if offsets or rest else minutes
        return offset


class Axes:
    """The classes of values along every axis of an index."""

    def __init__(self, terms: Terms) -> None:
        self.closures = Closures(terms)
        self._classes: dict[Axis, Classes] = {}
        self._moments: dict[Axis, Moments] = {}

    def classes(self, axis: Axis) -> Classes:
        """The classes of values along this axis."""
        return self._classes.setdefault(axis, Classes(axis.field, self.closures))

    def moments(self, axis: Axis) -> Moments:
        """The same for moments."""
        terms = self.closures.terms
        return self._moments.setdefault(axis, Moments(self.classes(axis), axis.side, terms))

    def many(self, axis: Axis) -> bool:
        """Whether the axis has thousands of values: a tree."""
        return self.closures.terms.type_of(axis.field) == "tree"

    def needs(self, row: Row) -> Iterator[tuple[Axis, int]]:
        """What the row needs along each axis of values: the number of one condition."""
        for axis, conditions in row.parts.items():
            if axis.side != "words":
                both = (
                    conditions[0] if len(conditions) == 1 else All(conditions, conditions[0].place)
                )
                yield axis, self.classes(axis).number(both)


def _order(marks: Sequence[Any]) -> Callable[[Any], int]:
    """Values between the same two marks, or on the same mark, are judged alike."""
    return lambda value: bisect_left(marks, value) + bisect_right(marks, value)


def _operands(conditions: Iterable[Condition]) -> Iterator[Any]:
    for condition in conditions:
        match condition:
            case All(parts=parts) | AnyOf(parts=parts):
                yield from _operands(parts)
            case Not(part=part):
                yield from _operands((part,))
            case Leaf(operator="exists"):
                continue
            case Leaf(value=value):
                yield from value if isinstance(value, tuple) else (value,)
