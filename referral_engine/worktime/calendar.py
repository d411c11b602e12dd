"""The county's calendar: its zone, its working days, and where on a day a deadline may fall."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from referral_engine.model.hours import DAY, Interval, WorkHours
from referral_engine.worktime.days import DayKind, Days, china
from referral_engine.worktime.instant import NEVER, from_micros, to_micros
from referral_engine.worktime.measure import ELAPSED, Measure, Opening, local_micros

__all__ = ["EARLIEST", "QUIET", "WorkCalendar"]

EARLIEST = time(10)
"""Default of the earliest local time at which a routine deadline may fall (our proposal)."""

QUIET = (time(21), time(8))
"""Default of the local hours in which no routine message goes out (our proposal)."""

_WHOLE_DAY: tuple[Interval, ...] = ((0, DAY),)


class WorkCalendar:
    """Answers every question about days and hours; immutable, safe to share between threads.

    What it computes it keeps: the working days of a year, the moments a unit opens and closes. Two
    threads may compute the same entry at once; both get the same answer.

    ``zone``      the county's
    ``version``   of the days, stored with every deadline
    ``horizon``   the last day that is settled
    ``earliest``  local time before which no routine deadline falls
    ``quiet``     local (from, to) in which no routine message goes out; may cross midnight
    """

    __slots__ = (
        "_acting",
        "_business",
        "_closes",
        "_days",
        "_follows",
        "_known_until",
        "_opening",
        "_years",
        "earliest",
        "horizon",
        "quiet",
        "version",
        "zone",
    )

    def __init__(
        self,
        days: Days | None = None,
        zone: str = "Asia/Shanghai",
        *,
        earliest: time = EARLIEST,
        quiet: tuple[time, time] = QUIET,
    ) -> None:
        """`days` defaults to China's; raises ZoneInfoNotFoundError for an unknown `zone`."""
        self._days = days if days is not None else china()
        self.zone = ZoneInfo(zone)
        self.earliest = earliest
        self.quiet = quiet
        self.version = self._days.version
        self.horizon = self._days.horizon
        self._follows = _nearest_worked(self._days.rest_days)
        self._known_until = (
            NEVER if self.horizon == date.max else local_micros(self.horizon, DAY, self.zone)
        )
        self._closes: dict[tuple[date, WorkHours], int] = {}
        self._years: dict[int, list[date]] = {}
        self._opening: dict[WorkHours, Opening] = {}
        self._acting: dict[WorkHours, Measure] = {}
        self._business: dict[WorkHours, Opening] = {}

    def day_kind(self, day: date) -> DayKind:
        """Workday, restday or holiday; beyond the horizon what the weekly pattern says."""
        return self._days.kind(day)

    def local_day(self, moment: datetime) -> date:
        """The date it is in the county at an aware `moment`."""
        return moment.astimezone(self.zone).date()

    def workday_from(self, day: date) -> date:
        """`day` itself if it is worked, otherwise the next working day."""
        year = self._year(day.year)
        return self._pick(day.year, bisect_left(year, day))

    def workday_after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself is not counted; `count` from 1."""
        year = self._year(day.year)
        return self._pick(day.year, bisect_right(year, day) + count - 1)

    def hours_on(self, day: date, hours: WorkHours) -> Sequence[Interval]:
        """When a unit with these hours is open on `day`; empty when it is closed.

        A holiday is closed whatever the weekday. A swapped working day keeps the hours of the
        nearest ordinary weekday: Saturday those of Friday, Sunday those of Monday.
        """
        if hours.around_the_clock:
            return _WHOLE_DAY
        kind = self.day_kind(day)
        if kind == "holiday":
            return ()
        weekday = day.weekday()
        return hours.intervals[self._follows[weekday] if kind == "workday" else weekday]

    def business_on(self, day: date, hours: WorkHours) -> Sequence[Interval]:
        """When a unit does business on `day` as day clocks see it: nothing but on working days.

        A unit that is closed on a working day has no close of business; its day ends at midnight.
        """
        if self.day_kind(day) != "workday":
            return ()
        return self.hours_on(day, hours) or _WHOLE_DAY

    def close_of_business(self, day: date, hours: WorkHours) -> int:
        """Microseconds since 1970 UTC at which the working day `day` ends for a unit."""
        close = self._closes.get((day, hours))
        if close is None:
            close = local_micros(day, self.business_on(day, hours)[-1][1], self.zone)
            self._closes[day, hours] = close
        return close

    def end_of_day(self, day: date, hours: WorkHours) -> datetime:
        """The UTC moment an agreed `day` ends for a unit; a day of rest passes to the next worked.

        For dates people agree on (an instalment, a visit); spans of time are for `deadline`.
        """
        return from_micros(self.close_of_business(self.workday_from(day), hours))

    def known_until(self, moment: int) -> bool:
        """Whether every day that ends by `moment`, in microseconds since 1970, is settled."""
        return moment <= self._known_until

    def open_between(
        self, since: datetime, until: datetime, hours: WorkHours
    ) -> tuple[tuple[datetime, datetime], ...]:
        """When a unit with these hours is open between two aware moments, in order, in UTC."""
        if hours.around_the_clock:
            return ((since, until),)
        if not any(hours.intervals):
            return ()
        spans = self._opened(hours).between(to_micros(since), to_micros(until))
        return tuple((from_micros(opens), from_micros(closes)) for opens, closes in spans)

    def opening(self, hours: WorkHours) -> Measure:
        """Running time in working hours (``wh``); raises ValueError for hours never open."""
        if hours.around_the_clock:
            return ELAPSED
        return self._opened(hours)

    def acting(self, hours: WorkHours) -> Measure:
        """The time in which a unit with these hours acts; all the time where they never open."""
        found = self._acting.get(hours)
        if found is None:
            never = not hours.around_the_clock and not any(hours.intervals)
            found = self._acting[hours] = ELAPSED if never else self.opening(hours)
        return found

    def _opened(self, hours: WorkHours) -> Opening:
        found = self._opening.get(hours)
        if found is None:
            if not any(hours.intervals):
                raise ValueError("working hours that are never open cannot run a clock")
            found = Opening(self.zone, lambda day: self.hours_on(day, hours))
            self._opening[hours] = found
        return found

    def business(self, hours: WorkHours) -> Measure:
        """Running time of a clock in working days (``wd``): business hours of working days."""
        found = self._business.get(hours)
        if found is None:
            found = Opening(self.zone, lambda day: self.business_on(day, hours))
            self._business[hours] = found
        return found

    def _year(self, year: int) -> list[date]:
        days = self._years.get(year)
        if days is None:
            first = date(year, 1, 1)
            length = (date(year + 1, 1, 1) - first).days
            every = (first + timedelta(days=step) for step in range(length))
            days = self._years[year] = [day for day in every if self.day_kind(day) == "workday"]
        return days

    def _pick(self, year: int, index: int) -> date:
        days = self._year(year)
        while index >= len(days):
            index -= len(days)
            year += 1
            days = self._year(year)
        return days[index]


def _nearest_worked(rest_days: frozenset[int]) -> tuple[int, ...]:
    """For each weekday the ordinary working weekday whose hours it keeps when it is worked."""
    return tuple(
        next(
            candidate % 7
            for distance in range(7)
            for candidate in (weekday - distance, weekday + distance)
            if candidate % 7 not in rest_days
        )
        for weekday in range(7)
    )
