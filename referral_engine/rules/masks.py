"""Masks: which rows of an index stand, as one integer. Bit *n* stands for row *n*.

A class of values (classes.py) has its mask looked up; from then on hundreds of conditions cost one
look and one AND.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from referral_engine.rules.classes import Classes, Truths
from referral_engine.rules.naive import in_force
from referral_engine.rules.tree import Effective

__all__ = ["ClassMasks", "DayMasks", "ValueMasks", "bits"]

_CLASSES = 1 << 13
_VALUES = 1 << 10
_DAYS = 1 << 12


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits set in `mask`, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class ClassMasks(dict[Truths, int]):
    """For each class of values along one axis, which rows it leaves standing."""

    def __init__(self, everything: int) -> None:
        super().__init__()
        self._everything = everything
        self._rows: dict[int, int] = {}
        self._same: dict[int, int] = {}
        self.rows = 0

    def add(self, number: int, row: int) -> None:
        """Row number `row` stands only where the condition of this number is true."""
        self._rows[number] = self._rows.get(number, 0) | 1 << row
        self.rows |= 1 << row

    @property
    def expected(self) -> float:
        """How many rows are left standing, if each condition is as likely as the other."""
        bound = self.rows.bit_count()
        return self._everything.bit_count() - bound + bound / max(1, len(self._rows))

    def __missing__(self, truths: Truths) -> int:
        if len(self) >= _CLASSES:
            self.clear()
            self._same.clear()
        mask = self._everything & ~self.rows
        rows = self._rows
        for number in truths.numbers:
            if number in rows:
                mask |= rows[number]
        # Hundreds of classes leave the same rows standing: one integer for all stays in the cache.
        mask = self[truths] = self._same.setdefault(mask, mask)
        return mask


class ValueMasks(dict[Any, int]):
    """The same by the value itself, which saves a look where values are few."""

    def __init__(self, classes: Classes, masks: ClassMasks) -> None:
        super().__init__()
        self._classes = classes
        self._masks = masks

    def __missing__(self, value: Any) -> int:
        if len(self) >= _VALUES:
            self.clear()
        mask = self[value] = self._masks[self._classes[value]]
        return mask


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
        self._masks: dict[date, int] = {}

    def of(self, day: date) -> int:
        """The rows in force on the local `day`."""
        if self.always is not None:
            return self.always
        if day not in self._masks:
            if len(self._masks) >= _DAYS:
                self._masks.clear()
            self._masks[day] = self._on(day)
        return self._masks[day]

    def _on(self, day: date) -> int:
        mask = 0
        for window, rows in self._windows.items():
            if in_force(window, day):
                mask |= rows
        return mask
