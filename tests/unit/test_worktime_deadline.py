"""Deadlines beside the walk and the examples: provisional ones, paused ones, what they carry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from referral_engine.model.deadline import Pause
from referral_engine.model.hours import WorkHours
from referral_engine.model.span import Span
from referral_engine.worktime import (
    Due,
    Paused,
    Stop,
    WorkCalendar,
    after,
    at_share,
    china,
    confirm,
    deadline,
    weekdays,
)

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
HOURS = WorkHours(((OFFICE,) * 5) + ((), ()))
ALWAYS = WorkHours(around_the_clock=True)
WEEKEND = WorkHours(((),) * 5 + (((9 * 60, 12 * 60),),) * 2)
CALENDAR = WorkCalendar()
# An invented arrangement: the notice for 2027 is not out at the time of writing.
KNOWN = WorkCalendar(
    china().overridden(
        {date(2027, 1, 1): "holiday", date(2027, 1, 3): "workday"}, date(2027, 12, 28)
    )
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def due(start: str, span: str, hours: WorkHours = HOURS, calendar: WorkCalendar = CALENDAR) -> Due:
    found = deadline(at(start), Span.parse(span), calendar, hours)
    assert isinstance(found, Due)
    return found


def paused(start: str, span: str, *stops: Stop, extensions: tuple[Span, ...] = ()) -> Paused:
    found = deadline(
        at(start), Span.parse(span), CALENDAR, HOURS, stops=stops, extensions=extensions
    )
    assert isinstance(found, Paused)
    return found


def test_the_tip_off_on_the_eve_of_national_day() -> None:
    found = due("2026-09-30 16:00", "15wd")
    assert found.at == at("2026-10-27 18:00")
    assert found.at.tzinfo is UTC
    assert not found.provisional
    assert found.calendar_version == CALENDAR.version
    assert found.span == Span(15, "wd")


def test_one_moment_has_one_deadline_in_every_zone() -> None:
    here = deadline(at("2026-09-28 17:30"), Span(2, "wh"), CALENDAR, HOURS)
    there = deadline(at("2026-09-28 17:30").astimezone(UTC), Span(2, "wh"), CALENDAR, HOURS)
    assert isinstance(here, Due)
    assert isinstance(there, Due)
    assert here.at == there.at


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        deadline(datetime(2026, 9, 28), Span(2, "h"), CALENDAR, HOURS)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("start", "span", "ends"),
    [
        ("2026-09-28 17:30", "2wh", "2026-09-28 19:30"),
        ("2026-09-28 23:30", "2wh", "2026-09-29 10:00"),
        # The day of a unit without closing time ends at 24:00, which is nobody's early morning.
        ("2026-09-28 17:30", "1wd", "2026-09-30 00:00"),
        ("2026-09-30 17:30", "1d", "2026-10-09 00:00"),
    ],
)
def test_around_the_clock(start: str, span: str, ends: str) -> None:
    assert due(start, span, ALWAYS).at == at(ends)


@pytest.mark.parametrize(
    ("start", "span", "ends"),
    [
        ("2026-10-12 10:00", "4wh", "2026-10-18 10:00"),
        ("2026-09-30 10:00", "1wh", "2026-10-11 10:00"),
        # Working days are the calendar's; on one the unit keeps closed the day ends at 24:00.
        ("2026-10-12 10:00", "2wd", "2026-10-15 00:00"),
    ],
)
def test_a_station_open_at_weekends_only(start: str, span: str, ends: str) -> None:
    assert due(start, span, WEEKEND).at == at(ends)


@pytest.mark.parametrize(
    ("start", "span", "provisional"),
    [
        ("2026-12-25 10:00", "1wd", False),
        ("2026-12-25 10:00", "2wd", True),
        ("2026-12-28 16:00", "2wh", False),
        ("2026-12-28 17:00", "2wh", True),
        ("2026-12-27 10:00", "1d", False),
        ("2026-12-27 10:00", "2d", True),
        ("2026-12-28 10:00", "240h", False),
        ("2027-03-01 10:00", "2wh", True),
        ("2027-03-01 10:00", "15m", False),
    ],
)
def test_provisional_beyond_the_horizon(start: str, span: str, provisional: bool) -> None:
    assert due(start, span).provisional is provisional
    assert not due(start, span, calendar=WorkCalendar(weekdays())).provisional


def test_around_the_clock_needs_no_notice_for_hours() -> None:
    assert not due("2027-03-01 10:00", "2wh", ALWAYS).provisional
    assert due("2027-03-01 10:00", "1wd", ALWAYS).provisional


def test_confirming_moves_what_was_guessed() -> None:
    guessed = due("2026-12-25 10:00", "6wd")
    assert guessed.at == at("2027-01-04 18:00")
    known = confirm(guessed, KNOWN, HOURS)
    assert known is not None
    assert known.at == at("2027-01-04 18:00")
    assert not known.provisional
    moved = confirm(due("2026-12-25 10:00", "5wd"), KNOWN, HOURS)
    assert moved is not None
    assert (moved.at, moved.provisional) == (at("2027-01-03 18:00"), False)
    assert moved.calendar_version == KNOWN.version != guessed.calendar_version


def test_confirming_keeps_stops_and_extensions() -> None:
    stop = Stop(at("2026-12-28 18:00"), at("2026-12-29 18:00"))
    given = {"stops": (stop,), "extensions": (Span(1, "wd"),)}
    guessed = deadline(at("2026-12-25 10:00"), Span(3, "wd"), CALENDAR, HOURS, **given)
    assert isinstance(guessed, Due)
    assert confirm(guessed, KNOWN, HOURS) == deadline(
        at("2026-12-25 10:00"), Span(3, "wd"), KNOWN, HOURS, **given
    )


def test_nothing_to_confirm() -> None:
    assert confirm(due("2026-12-25 10:00", "6wd"), CALENDAR, HOURS) is None
    settled = due("2026-09-30 16:00", "15wd")
    without_swaps = WorkCalendar(weekdays())
    assert confirm(settled, without_swaps, HOURS) is None


def test_a_longer_but_unfinished_calendar_moves_and_stays_provisional() -> None:
    half_known = WorkCalendar(china().overridden({date(2027, 1, 1): "holiday"}, None))
    moved = confirm(due("2026-12-25 10:00", "6wd"), half_known, HOURS)
    assert moved is not None
    assert (moved.at, moved.provisional) == (at("2027-01-05 18:00"), True)


def test_paused_keeps_the_rest_in_its_own_unit() -> None:
    open_stop = Stop(at("2026-09-29 10:00"))
    hours = paused("2026-09-28 17:30", "3wh", open_stop)
    assert (hours.since, hours.unit) == (at("2026-09-29 10:00"), "wh")
    assert hours.remaining == timedelta(hours=1, minutes=30)
    days = paused("2026-09-28 17:30", "5wd", open_stop, extensions=(Span(3, "wd"), Span(2, "d")))
    # The rest of Tuesday, Wednesday, then eight days less those two after the holiday.
    assert days.remaining == timedelta(hours=6 + 7 + 6 * 7)
    assert days.then == (Span(2, "d"),)


def test_an_open_stop_that_comes_too_late_stops_nothing() -> None:
    found = deadline(
        at("2026-09-28 09:00"), Span(2, "wh"), CALENDAR, HOURS, stops=[Stop(at("2026-09-28 11:00"))]
    )
    assert isinstance(found, Due)
    assert found.at == at("2026-09-28 11:00")
    assert at_share(found, 1.5, CALENDAR, HOURS) is None


def test_shares_reached_before_the_open_stop_stay() -> None:
    clock = paused("2026-09-28 09:00", "5wh", Stop(at("2026-09-28 12:00")))
    assert at_share(clock, 0.5, CALENDAR, HOURS) == at("2026-09-28 11:30")
    assert at_share(clock, 0.6, CALENDAR, HOURS) == at("2026-09-28 12:00")
    assert at_share(clock, 0.61, CALENDAR, HOURS) is None
    assert at_share(clock, 1, CALENDAR, HOURS) is None
    assert at_share(clock, 2, CALENDAR, HOURS) is None


def test_shares_of_no_time_at_all() -> None:
    clock = due("2026-09-28 11:00", "0m")
    assert clock.at == at("2026-09-28 11:00")
    assert at_share(clock, 0, CALENDAR, HOURS) == at_share(clock, 2, CALENDAR, HOURS) == clock.at
    with pytest.raises(ValueError, match="negative"):
        at_share(clock, -0.1, CALENDAR, HOURS)


def test_a_pause_of_a_case_is_a_stop() -> None:
    since, until = at("2026-09-28 10:00"), at("2026-09-28 15:00")
    pauses = [Pause(since=since, reason="expert examination", scope="case", until=until)]
    found = deadline(at("2026-09-28 09:00"), Span(2, "wh"), CALENDAR, HOURS, stops=pauses)
    assert isinstance(found, Due)
    assert found.at == at("2026-09-28 16:00")


@pytest.mark.parametrize(
    ("span", "hours", "since", "until", "ends"),
    [
        # Whole days stopped are whole days more, also where the day ends at 24:00.
        ("2wd", ALWAYS, "2026-10-13 00:00", "2026-10-14 00:00", "2026-10-16 00:00"),
        ("2wd", ALWAYS, "2026-10-13 00:00", "2026-10-14 00:01", "2026-10-17 00:00"),
        # A stop that ends at the close of the last day leaves no time on it.
        ("3d", HOURS, "2026-10-15 10:00", "2026-10-15 18:00", "2026-10-16 18:00"),
        ("3d", HOURS, "2026-10-15 10:00", "2026-10-15 17:59", "2026-10-15 18:00"),
        # The last day is Saturday; a stop on the Sunday after it leaves the Monday whole.
        ("5d", HOURS, "2026-10-18 10:00", "2026-10-19 10:00", "2026-10-19 18:00"),
        # The time ran out at 09:30 and the morning was waited for: that, too, can be stopped.
        ("23h30m", HOURS, "2026-10-13 09:45", "2026-10-13 11:00", "2026-10-13 11:15"),
    ],
)
def test_stops_at_the_edges(span: str, hours: WorkHours, since: str, until: str, ends: str) -> None:
    start = at("2026-10-12 10:00")
    length = Span(23 * 60 + 30, "m") if span == "23h30m" else Span.parse(span)
    found = deadline(start, length, CALENDAR, hours, stops=[Stop(at(since), at(until))])
    assert isinstance(found, Due)
    assert found.at == at(ends)


def test_no_days_are_left_after_the_last() -> None:
    clock = paused("2026-10-12 10:00", "5d", Stop(at("2026-10-18 10:00")))
    assert clock.remaining == timedelta()


def test_stops_that_touch_are_one_stop() -> None:
    clock = paused(
        "2026-10-12 10:00",
        "5wh",
        Stop(at("2026-10-12 12:00")),
        Stop(at("2026-10-12 11:00"), at("2026-10-12 12:00")),
    )
    assert (clock.since, clock.remaining) == (at("2026-10-12 11:00"), timedelta(hours=4))


def test_a_stop_that_begins_with_the_extension_stops_the_extension() -> None:
    found = deadline(
        at("2026-10-12 10:00"),
        Span(1, "wd"),
        CALENDAR,
        HOURS,
        extensions=[Span(2, "h")],
        stops=[Stop(at("2026-10-13 18:00"), at("2026-10-13 19:00"))],
    )
    assert isinstance(found, Due)
    assert found.at == at("2026-10-13 21:00")


def test_an_extension_counts_on_from_midnight_without_losing_a_day() -> None:
    found = deadline(
        at("2026-10-12 10:00"), Span(1, "wd"), CALENDAR, ALWAYS, extensions=[Span(1, "d")]
    )
    assert isinstance(found, Due)
    assert found.at == at("2026-10-15 00:00")


def test_the_last_settled_day_is_settled_to_its_end() -> None:
    assert due("2026-12-25 10:00", "1wd", ALWAYS).at == at("2026-12-29 00:00")
    assert not due("2026-12-25 10:00", "1wd", ALWAYS).provisional


def test_beyond_the_deadline_never_comes_before_it() -> None:
    early = WorkHours(((((5 * 60, 9 * 60),),) * 5) + ((), ()))
    clock = due("2026-10-12 09:30", "0wh", early)
    assert clock.at == at("2026-10-12 10:00")
    assert at_share(clock, 2, CALENDAR, early) == clock.at


def test_small_stops_are_rounded_up_once_not_each() -> None:
    hour = timedelta(hours=1)
    begins = [at(f"2026-10-{day} 09:30") for day in (13, 14, 15, 16)]
    found = deadline(
        at("2026-10-12 10:00"),
        Span(5, "wd"),
        CALENDAR,
        HOURS,
        stops=[Stop(begin, begin + hour) for begin in begins],
    )
    assert isinstance(found, Due)
    assert found.at == at("2026-10-20 18:00")


def test_a_deadline_is_data() -> None:
    found = due("2026-09-30 16:00", "15wd")
    assert msgspec.json.decode(msgspec.json.encode(found))["term"]["span"] == {
        "amount": 15,
        "unit": "wd",
    }
    assert hash(found) == hash(due("2026-09-30 16:00", "15wd"))
    with pytest.raises(AttributeError):
        found.at = found.at  # type: ignore[misc]


def test_work_that_takes_two_hours_is_done_in_the_hours_the_unit_is_open() -> None:
    two_hours = 2 * 3_600_000_000
    monday = at("2026-09-28 17:00")
    assert after(monday, two_hours, CALENDAR, HOURS) == at("2026-09-29 10:00")
    assert after(monday, two_hours, CALENDAR, ALWAYS) == at("2026-09-28 19:00")
    assert after(monday, two_hours, CALENDAR, WorkHours()) == at("2026-09-28 19:00")
    assert after(monday, 0, CALENDAR, HOURS) == monday
