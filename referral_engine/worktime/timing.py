"""Clocks of one kind: what all that run for one span by one unit's hours have in common.

Nearly every clock is of one span and never stopped, and thousands of one kind begin. What does not
depend on the moment is found once: how it is measured, how its shares divide it, and the close of
business that each starting day leads to. `deadline` and `at_shares` say what the answers are.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import msgspec

from referral_engine.model.hours import WorkHours
from referral_engine.model.span import Span
from referral_engine.worktime.calendar import WorkCalendar
from referral_engine.worktime.deadline import end_alone, measure_of
from referral_engine.worktime.instant import from_micros, to_micros

__all__ = ["Course", "timing"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


_End = tuple[int, datetime, bool]
"""An end in microseconds since 1970 and as a moment, and whether it is provisional."""


class Course(msgspec.Struct, frozen=True, gc=False):
    """A clock's end (UTC), whether it is provisional, and the moment each share is reached."""

    at: datetime
    provisional: bool
    moments: tuple[datetime, ...]


class _Timing:
    """Asked by many threads at once; each that finds an entry finds the same."""

    def __init__(
        self,
        span: Span,
        calendar: WorkCalendar,
        hours: WorkHours,
        shares: tuple[float, ...],
        emergency: bool,
    ) -> None:
        self._span, self._calendar, self._hours = span, calendar, hours
        self._emergency = emergency
        self._shares = shares
        self._measure = measure_of(span.unit, calendar, hours)
        self._needs_calendar = span.unit in ("d", "wd") or (
            span.unit == "wh" and not hours.around_the_clock
        )
        self._by_day = span.unit in ("d", "wd")
        self._ends: dict[date, _End] = {}
        self._last: tuple[datetime, Course] | None = None

    def course(self, since: datetime) -> Course:
        """That of a clock which begins at an aware moment. Raises TypeError for a naive one."""
        last = self._last  # many clocks of a case begin at one moment
        if last is not None and last[0] == since:
            return last[1]
        if self._by_day:  # it ends with all that begin on one local day
            day = since.astimezone(self._calendar.zone).date()
            end, at, provisional = self._ends.get(day) or self._first_of(day, since)
        else:
            end, at, provisional = self._found(since)
        made = Course(at, provisional, self._moments(to_micros(since), end, at))
        self._last = since, made
        return made

    def _first_of(self, day: date, since: datetime) -> _End:
        found = self._ends[day] = self._found(since)
        return found

    def _found(self, since: datetime) -> _End:
        end = end_alone(since, self._span, self._calendar, self._hours, emergency=self._emergency)
        provisional = self._needs_calendar and not self._calendar.known_until(end)
        return end, from_micros(end), provisional

    def _moments(self, start: int, end: int, at: datetime) -> tuple[datetime, ...]:
        shares = self._shares
        if shares == (1.0,):
            return (at,)
        reached = self._measure.parts(start, end, shares)
        return tuple([
            at if share == 1.0
            # A deadline moved out of the night can lie where the unit's own time stands still.
            else _EPOCH + timedelta(0, 0, end if share > 1.0 and one < end else one)
            for share, one in zip(shares, reached, strict=True)
        ])  # fmt: skip


@lru_cache(maxsize=1024)
def timing(
    span: Span,
    calendar: WorkCalendar,
    hours: WorkHours,
    shares: tuple[float, ...] = (),
    emergency: bool = False,
) -> _Timing:
    """The clocks of this span, with these shares of their time; none of them negative."""
    if shares and min(shares) < 0:
        raise ValueError(f"a share of a clock cannot be negative: {min(shares)}")
    return _Timing(span, calendar, hours, shares, emergency)
