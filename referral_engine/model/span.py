"""A length of time as people write it: ``15m 2h 3d`` elapsed, ``2wh 5wd`` working time."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Literal

import msgspec

from referral_engine.i18n import _

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["ELAPSED_UNITS", "UNITS", "WORKING_UNITS", "Span", "Unit"]

Unit = Literal["m", "h", "d", "wh", "wd"]

ELAPSED_UNITS: tuple[Unit, ...] = ("m", "h", "d")
WORKING_UNITS: tuple[Unit, ...] = ("wh", "wd")
UNITS: tuple[Unit, ...] = ELAPSED_UNITS + WORKING_UNITS

_FORM = re.compile(r"([0-9]{1,9})(m|h|d|wh|wd)", re.ASCII)
# Ten years: far beyond the longest legal clock, near enough to catch a slip such as `6000d`,
# and a bound under which no date arithmetic overflows.
_MOST: dict[str, int] = {"m": 5_256_000, "h": 87_600, "d": 3_650, "wh": 20_000, "wd": 2_500}
_MINUTES: dict[str, int] = {"m": 1, "h": 60, "d": 1440}


class Span(msgspec.Struct, frozen=True, gc=False, order=False):
    """``amount`` of one ``unit``; hashable, and written back exactly by ``str``.

    ``m h d``  minutes, hours and days that simply pass; ``d`` as a deadline counts whole days
    ``wh wd``  working hours of a unit, working days of the calendar

    Spans of different units have no order: which of ``1d`` and ``8wh`` is longer depends on the
    day they start. Compare the deadlines instead.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        """Raises ValueError for less than nothing, and for no days: a day clock counts from one."""
        if self.amount < (self.unit in ("d", "wd")):
            message = _("`{amount}{unit}` is too short; days are counted from 1, the rest from 0")
            raise ValueError(message.format(amount=self.amount, unit=self.unit))

    @classmethod
    def parse(cls, text: str) -> Span:
        """The span written as `text`, such as ``2wh``; raises ValueError saying what is wrong."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError(_unreadable(text))
        amount, unit = int(found[1]), found[2]
        if amount > _MOST[unit]:
            message = _("`{text}` is longer than ten years; the most is {most}{unit}")
            raise ValueError(message.format(text=text, most=_MOST[unit], unit=unit))
        return cls(amount, unit)  # type: ignore[arg-type]  # the pattern admits only a Unit

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def working(self) -> bool:
        """Whether it is counted in working time, so that its end depends on a calendar."""
        return self.unit in WORKING_UNITS

    def scaled(self, factor: float | Fraction) -> Span:
        """This span times `factor` (not negative), rounded up so that nobody gets less.

        Hours that do not come out whole are told in minutes: ``1h`` by 0.75 is ``45m``.
        Raises ValueError where nothing is left of days, and for a negative factor.
        """
        from fractions import Fraction

        # 0.8 is meant as eight tenths, not as the binary fraction a hair above it.
        exact = self.amount * Fraction(str(factor))
        if self.unit == "h" and exact.denominator != 1:
            return Span(ceil(exact * 60), "m")
        return Span(ceil(exact), self.unit)

    def elapsed(self) -> timedelta:
        """The time that passes, a day being 24 hours; for windows of history, not for deadlines.

        Raises ValueError for working time, which has no length without a calendar.
        """
        if self.working:
            message = _("`{span}` is working time; only m, h and d have a length of their own")
            raise ValueError(message.format(span=self))
        return _passing(self.amount, self.unit)


@lru_cache(maxsize=256)
def _passing(amount: int, unit: str) -> timedelta:
    return timedelta(minutes=amount * _MINUTES[unit])


def _unreadable(text: str) -> str:
    message = _("`{text}` is no length of time; write it like 15m, 2h, 3d, or 2wh, 5wd working")
    return message.format(text=text)
