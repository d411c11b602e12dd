"""Classes of values: all values along one axis that make the same conditions true are one.

A value is judged once, by the closures of the conditions themselves, and remembered. Thousands of
places fall into a few hundred classes, the minutes of the day into a handful; what is worked out
for a class (masks.py) serves them all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
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
    """Classes of moments, of which no two are alike: by the minute, the day, or their place among
    the moments that the conditions name. `of` may be asked once all conditions are numbered."""

    def __init__(self, classes: Classes, side: Side, terms: Terms) -> None:
        self._classes = classes
        self._side = side
        self._terms = terms

    def of(self, value: Any) -> Truths:
        """The class of a moment (None: missing)."""
        key = None if value is None else self._key(value)
        found = self._classes.get(key)
        return self._classes.remember(key, value) if found is None else found

    @cached_property
    def _key(self) -> Callable[[Any], Hashable]:
        terms = self._terms
        match self._side:
            case "minute":
                return lambda value: minute_of_day(value, terms)
            case "day":
                return lambda value: terms.world.local(value).date()
            case _:
                return _order(sorted(set(_operands(self._classes.conditions))))


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
