"""Masks: for each value along an axis, which rows of an index it leaves standing, as one integer.

Bit *n* stands for row *n*. A value is judged once, by the closures of the conditions themselves,
and remembered; from then on hundreds of conditions cost one look and one AND.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from referral_engine.rules.closure import Check, Closures, shape
from referral_engine.rules.leaf import minute_of_day
from referral_engine.rules.naive import in_force
from referral_engine.rules.rows import Axis
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import All, Condition, Effective, Leaf, Not, Repeats
from referral_engine.rules.tree import Any as AnyOf

__all__ = ["DayMasks", "MomentMasks", "Standing", "ValueMasks", "bits"]

# For each axis of each section of an index; what an attacker varies starts over.
_REMEMBERED = 1 << 13


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits set in `mask`, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Standing:
    """The conditions along one axis, each with the rows that need it; equal ones are joined."""

    def __init__(self, axis: Axis, everything: int) -> None:
        self.axis = axis
        self.rows = 0
        self.conditions: dict[Hashable, Condition] = {}
        self._rows: dict[Hashable, int] = {}
        self._everything = everything

    def add(self, condition: Condition, row: int) -> None:
        """Row number `row` needs this condition."""
        key = shape(condition)
        self.conditions.setdefault(key, condition)
        self._rows[key] = self._rows.get(key, 0) | 1 << row
        self.rows |= 1 << row

    @property
    def expected(self) -> float:
        """How many rows a value leaves standing, if each condition is as likely as the other."""
        bound = self.rows.bit_count()
        free = self._everything.bit_count() - bound
        return free + bound / max(1, len(self.conditions))

    def judge(self, closures: Closures) -> Callable[[Any], int]:
        """The function from a value (None: missing) to the rows that it leaves standing."""
        field, everything = self.axis.field, self._everything
        checks: list[tuple[Check, int]] = [
            (closures.of(condition), self._rows[key]) for key, condition in self.conditions.items()
        ]

        def judge(value: Any) -> int:
            values = {} if value is None else {field: value}
            fallen = 0
            for check, rows in checks:
                if not check(values):
                    fallen |= rows
            return everything & ~fallen

        return judge


class ValueMasks(dict[Any, int]):
    """Masks by the value itself: ``masks[value]`` judges a new value and remembers it."""

    def __init__(self, judge: Callable[[Any], int]) -> None:
        super().__init__()
        self._judge = judge
        self._same: dict[int, int] = {}

    def __missing__(self, value: Any) -> int:
        return self.remember(value, self._judge(value))

    def remember(self, key: Any, mask: int) -> int:
        """Keeps `mask` under `key`, one object for all equal masks."""
        if len(self) >= _REMEMBERED:
            self.clear()
            self._same.clear()
        mask = self._same.setdefault(mask, mask)
        self[key] = mask
        return mask


class MomentMasks:
    """Masks of moments, of which no two are alike, by the minute, the day, or their place among
    the moments that the conditions name."""

    def __init__(self, standing: Standing, closures: Closures) -> None:
        self.field = standing.axis.field
        self.rows = standing.rows
        self._key = _key_of(standing, closures.terms)
        self._judge = standing.judge(closures)
        self._masks = ValueMasks(self._judge)

    def of(self, value: Any) -> int:
        """The rows that `value` (None: missing) leaves standing."""
        key = None if value is None else self._key(value)
        found = self._masks.get(key)
        return self._masks.remember(key, self._judge(value)) if found is None else found


class DayMasks:
    """Which rows are in force on the day of receipt."""

    def __init__(self, windows: Iterable[Effective]) -> None:
        self._windows: dict[Effective, int] = {}
        everything = 0
        for row, window in enumerate(windows):
            everything |= 1 << row
            self._windows[window] = self._windows.get(window, 0) | 1 << row
        # Most rule sets have no windows at all.
        self.always = everything if self._windows.keys() <= {Effective()} else None
        self._masks = ValueMasks(self._on)

    def of(self, day: date) -> int:
        """The rows in force on the local `day`."""
        return self._masks[day] if self.always is None else self.always

    def _on(self, day: date) -> int:
        mask = 0
        for window, rows in self._windows.items():
            if in_force(window, day):
                mask |= rows
        return mask


def _key_of(standing: Standing, terms: Terms) -> Callable[[Any], Hashable]:
    match standing.axis.side:
        case "minute":
            return lambda value: minute_of_day(value, terms)
        case "day":
            return lambda value: terms.world.local(value).date()
        case _:
            return _order(sorted(set(_operands(standing.conditions.values()))))


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
