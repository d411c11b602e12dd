"""Who is on duty at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from referral_engine.model.hours import DAY
from referral_engine.model.roster import Shift

__all__ = ["Roster"]


class Roster:
    """Shifts by unit and day. A day that has shifts of its own replaces the weekday's."""

    __slots__ = ("_dated", "_weekly")

    def __init__(self, shifts: Iterable[Shift]) -> None:
        self._dated: dict[tuple[str, date], list[Shift]] = {}
        self._weekly: dict[tuple[str, int], list[Shift]] = {}
        for shift in shifts:
            if shift.day is not None:
                self._dated.setdefault((shift.unit, shift.day), []).append(shift)
            elif shift.weekday is not None:
                self._weekly.setdefault((shift.unit, shift.weekday), []).append(shift)

    def on_duty(self, unit: str, local: datetime) -> str | None:
        """The person on duty at a local moment; of several the first written; None if nobody."""
        minute = local.hour * 60 + local.minute
        today = local.date()
        for shift in self._of(unit, today):
            if shift.start <= minute < shift.end:
                return shift.person
        for shift in self._of(unit, today - timedelta(days=1)):
            if minute + DAY < shift.end:
                return shift.person
        return None

    def _of(self, unit: str, day: date) -> list[Shift]:
        dated = self._dated.get((unit, day))
        return dated if dated is not None else self._weekly.get((unit, day.weekday()), [])
