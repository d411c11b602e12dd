"""Deadlines: when a clock ends, what is left of one that stands still. See docs/worktime.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from referral_engine.model.hours import DAY, WorkHours
from referral_engine.model.span import Span, Unit
from referral_engine.worktime.calendar import WorkCalendar
from referral_engine.worktime.instant import HOUR, MINUTE, NEVER, from_micros, to_micros
from referral_engine.worktime.measure import ELAPSED, Measure, local_micros
from referral_engine.worktime.stops import Interval, Stopped, merged

__all__ = [
    "Due",
    "Paused",
    "Term",
    "after",
    "confirm",
    "deadline",
    "end_alone",
    "end_of",
    "measure_of",
]

_MICROS: dict[Unit, int] = {"m": MINUTE, "h": HOUR, "wh": HOUR}


class Term(msgspec.Struct, frozen=True, gc=False):
    """All that determines a clock beside calendar and hours.

    ``start``       aware moment it runs from
    ``extensions``  further time granted, counted on from the end of what comes before
    ``emergency``   may end at night; otherwise an end before ``calendar.earliest`` moves there
    ``stops``       intervals in which it stands still, in any order, overlapping or not
    """

    start: datetime
    span: Span
    extensions: tuple[Span, ...] = ()
    emergency: bool = False
    stops: tuple[Stopped, ...] = ()


class Due(msgspec.Struct, frozen=True, gc=False):
    """The end of a clock: ``at`` in UTC, by the calendar of that version.

    ``provisional`` means that the calendar did not yet know every day up to ``at``.
    """

    term: Term
    at: datetime
    provisional: bool
    calendar_version: str

    @property
    def span(self) -> Span:
        """The time first allowed, without extensions."""
        return self.term.span


class Paused(msgspec.Struct, frozen=True, gc=False):
    """A clock that stands still: it has no deadline until its open stop ends.

    ``since``      UTC moment the open stop began, not before the clock's start
    ``remaining``  what is left of the span in hand: working time for ``wh`` and ``wd``, elapsed
                   time for ``m`` and ``h``, whole days for ``d``
    ``unit``       of the span in hand
    ``then``       the extensions that come after it
    """

    term: Term
    since: datetime
    remaining: timedelta
    unit: Unit
    then: tuple[Span, ...] = ()


class _Halt(NamedTuple):
    since: int
    remaining: timedelta


def deadline(
    start: datetime,
    span: Span,
    calendar: WorkCalendar,
    hours: WorkHours,
    *,
    emergency: bool = False,
    stops: Sequence[Stopped] = (),
    extensions: Sequence[Span] = (),
) -> Due | Paused:
    """The end of a clock of `span` that runs from `start` by the `hours` of a unit.

    `Paused` where an open stop came before the end. Raises TypeError for a naive time and
    ValueError for `wh` with hours that are never open.
    """
    term = Term(start, span, tuple(extensions), emergency, tuple(stops))
    return end_of(term, calendar, hours)


def confirm(due: Due, calendar: WorkCalendar, hours: WorkHours) -> Due | None:
    """A provisional deadline by a calendar that may know more; None when it learns nothing.

    The answer differs in its time, or is the same time and no longer provisional. A deadline that
    was not provisional stays as it was told to people.
    """
    if not due.provisional:
        return None
    again = end_of(due.term, calendar, hours)
    if isinstance(again, Paused) or (again.provisional and again.at == due.at):
        return None
    return again


def measure_of(unit: Unit, calendar: WorkCalendar, hours: WorkHours) -> Measure:
    """How a clock of `unit` runs: in working time for ``wh`` and ``wd``, otherwise all the time."""
    if unit == "wh":
        return calendar.opening(hours)
    return calendar.business(hours) if unit == "wd" else ELAPSED


def end_of(term: Term, calendar: WorkCalendar, hours: WorkHours) -> Due | Paused:
    """The end of the clock that `term` describes; `deadline` says the rest."""
    start = end = to_micros(term.start)
    stops = merged(term.stops, start) if term.stops else ()
    spans = _stages(term) if term.extensions else (term.span,)
    provisional = False
    for number, span in enumerate(spans):
        # A day clock may end at 24:00, which is the next day's midnight: look just before it.
        moment = term.start if end == start else from_micros(end - 1)
        stage = _Stage(span, end, moment, calendar, hours, term.emergency)
        reached = stage.end(stops)
        if isinstance(reached, _Halt):
            since = from_micros(reached.since)
            return Paused(term, since, reached.remaining, span.unit, spans[number + 1 :])
        end = reached
        stops = tuple(stop for stop in stops if stop[0] >= end)
        provisional = provisional or (stage.needs_calendar and not calendar.known_until(end))
    return Due(term, from_micros(end), provisional, calendar.version)


def end_alone(
    since: datetime, span: Span, calendar: WorkCalendar, hours: WorkHours, *, emergency: bool
) -> int:
    """The end of a clock without stops or extensions, in microseconds since 1970."""
    start = to_micros(since)
    reached = _Stage(span, start, since, calendar, hours, emergency).end(())
    assert isinstance(reached, int), "without a stop a clock has an end"
    return reached


def _stages(term: Term) -> tuple[Span, ...]:
    """The spans to be counted one after the other; neighbours of one unit are one span.

    Together they give what the law means by 60 + 30 days: the 90th day, and no second rounding.
    """
    stages = [term.span]
    for extension in term.extensions:
        if extension.unit == stages[-1].unit:
            stages[-1] = Span(stages[-1].amount + extension.amount, extension.unit)
        else:
            stages.append(extension)
    return tuple(stages)


class _Stage(NamedTuple):
    """One span counted from ``start``; the local day of ``moment`` is the one not counted."""

    span: Span
    start: int
    moment: datetime
    calendar: WorkCalendar
    hours: WorkHours
    emergency: bool

    @property
    def needs_calendar(self) -> bool:
        unit = self.span.unit
        return unit in ("d", "wd") or (unit == "wh" and not self.hours.around_the_clock)

    def end(self, stops: Sequence[Interval]) -> int | _Halt:
        if self.span.unit == "d":
            return self._end_of_days(stops)
        if self.span.unit == "wd":
            return self._end_of_working_days(stops)
        return self._end_of_hours(stops)

    def _end_of_hours(self, stops: Sequence[Interval]) -> int | _Halt:
        measure = measure_of(self.span.unit, self.calendar, self.hours)
        ran_out = measure.after(self.start, self.span.amount * _MICROS[self.span.unit])
        return _postponed(ran_out, stops, measure, self._not_at_night, self.start)

    def _end_of_working_days(self, stops: Sequence[Interval]) -> int | _Halt:
        starting = self.calendar.local_day(self.moment)
        last = self.calendar.workday_after(starting, self.span.amount)
        close = self._close_from(last, self.start)
        if not stops:
            return close
        measure = self.calendar.business(self.hours)
        # The starting day does not count, so what is stopped on it takes nothing away.
        counted = local_micros(starting, DAY, self.calendar.zone)
        return _postponed(close, stops, measure, self._close_at, counted)

    def _end_of_days(self, stops: Sequence[Interval]) -> int | _Halt:
        """A day counts if the clock is running when it begins, so whole days are left."""
        starting = self.calendar.local_day(self.moment)
        last = starting + timedelta(days=self.span.amount)
        end = self._close_from(last, self.start)
        for since, until in stops:
            if since >= end:
                break
            left = max(last - self._day_of(since), timedelta())
            if until == NEVER:
                return _Halt(since, left)
            last = self._day_of(until) + left
            end = self._close_from(last, until)
        return end

    def _not_at_night(self, end: int) -> int:
        if self.emergency:
            return end
        local = from_micros(end).astimezone(self.calendar.zone)
        earliest = self.calendar.earliest
        if local.time() >= earliest:
            return end
        return to_micros(datetime.combine(local, earliest, tzinfo=self.calendar.zone))

    def _close_at(self, moment: int) -> int:
        """The first close of business at or after `moment`."""
        return self._close_from(self._day_of(moment - 1), moment - 1)

    def _close_from(self, day: date, moment: int) -> int:
        """The first close of business after `moment`, on a working day not before `day`."""
        day = self.calendar.workday_from(day)
        close = self.calendar.close_of_business(day, self.hours)
        while close <= moment:
            day = self.calendar.workday_after(day, 1)
            close = self.calendar.close_of_business(day, self.hours)
        return close

    def _day_of(self, moment: int) -> date:
        return self.calendar.local_day(from_micros(moment))


def _postponed(
    ran_out: int,
    stops: Sequence[Interval],
    measure: Measure,
    settle: Callable[[int], int],
    counted: int,
) -> int | _Halt:
    """The end of a clock whose time would run out at `ran_out`, after its stops.

    `settle` moves the moment the time runs out to the one people are told: not at night, or the
    close of business. A stop takes away only running time after `counted`. One that begins
    between the two moments stops what was given on top, so that no deadline falls into a stop.
    """
    end = settle(ran_out)
    for since, until in stops:
        if since >= end:
            break
        left = measure.run(max(since, counted), ran_out if since < ran_out else end)
        if until == NEVER:
            return _Halt(since, timedelta(microseconds=left))
        ran_out = measure.after(max(until, counted), left)
        end = settle(ran_out)
    return end


def after(since: datetime, micros: int, calendar: WorkCalendar, hours: WorkHours) -> datetime:
    """The UTC moment by which a unit has been open for so many microseconds from `since` on: how
    long work takes, where `deadline` says how long it may. Hours never open run all the time."""
    return from_micros(calendar.acting(hours).after(to_micros(since), micros))
