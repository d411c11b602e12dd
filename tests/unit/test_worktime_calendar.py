"""Days: kinds, swapped days, hours on them, horizon, versions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.model.hours import WorkHours
from referral_engine.worktime import Days, WorkCalendar, china, weekdays
from referral_engine.worktime.instant import to_micros

OFFICE = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
FRIDAY = ((9 * 60, 16 * 60),)
HOURS = WorkHours(((OFFICE,) * 4) + (FRIDAY, ((9 * 60, 11 * 60),), ()))
CALENDAR = WorkCalendar()
MOMENT = datetime(2024, 1, 1, tzinfo=UTC)
days = st.dates(date(2004, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-09-19", "restday"),
        ("2026-09-20", "workday"),
        ("2026-09-25", "holiday"),
        ("2026-09-26", "holiday"),
        ("2026-09-30", "workday"),
        ("2026-10-01", "holiday"),
        ("2026-10-07", "holiday"),
        ("2026-10-08", "workday"),
        ("2026-10-10", "workday"),
        ("2026-10-11", "restday"),
        ("2026-02-14", "workday"),
        ("2026-02-15", "holiday"),
        ("2026-02-23", "holiday"),
        ("2026-02-28", "workday"),
        ("2027-01-01", "workday"),
        ("2027-10-02", "restday"),
    ],
)
def test_day_kinds(day: str, kind: str) -> None:
    assert CALENDAR.day_kind(date.fromisoformat(day)) == kind


@given(days)
def test_working_days_are_the_library_s(day: date) -> None:
    assert (CALENDAR.day_kind(day) == "workday") == chinese_calendar.is_workday(day)
    assert (CALENDAR.day_kind(day) == "holiday") == (day in chinese_calendar.holidays)


@given(days, st.integers(1, 300))
def test_working_days_after_are_counted_one_by_one(day: date, count: int) -> None:
    found, left = day, count
    while left:
        found += timedelta(days=1)
        left -= CALENDAR.day_kind(found) == "workday"
    assert CALENDAR.workday_after(day, count) == found


@given(days)
def test_working_day_from(day: date) -> None:
    found = day
    while CALENDAR.day_kind(found) != "workday":
        found += timedelta(days=1)
    assert CALENDAR.workday_from(day) == found


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-09-28", OFFICE),  # Monday
        ("2026-09-18", FRIDAY),
        ("2026-10-10", FRIDAY),  # a swapped Saturday keeps Friday's, not its own short hours
        ("2026-09-20", OFFICE),  # a swapped Sunday keeps Monday's
        ("2026-09-19", ((540, 660),)),  # an ordinary Saturday on which the unit opens
        ("2026-10-03", ()),  # a Saturday within National Day
        ("2026-10-01", ()),
        ("2026-10-11", ()),
    ],
)
def test_hours_on_a_day(day: str, expected: object) -> None:
    assert CALENDAR.hours_on(date.fromisoformat(day), HOURS) == expected


def test_around_the_clock_knows_no_holiday() -> None:
    assert CALENDAR.hours_on(date(2026, 10, 1), WorkHours(around_the_clock=True)) == ((0, 1440),)


def test_hours_that_are_never_open_run_no_clock() -> None:
    with pytest.raises(ValueError, match="never open"):
        CALENDAR.opening(WorkHours())
    assert CALENDAR.open_between(MOMENT, MOMENT + timedelta(days=9), WorkHours()) == ()


@given(st.integers(0, 3 * 365 * 1440), st.integers(0, 40 * 1440))
def test_open_intervals_are_the_time_a_clock_runs(start: int, length: int) -> None:
    since = MOMENT + timedelta(minutes=start)
    until = since + timedelta(minutes=length)
    spans = CALENDAR.open_between(since, until, HOURS)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(since <= edge <= until for edge in edges)
    ran = CALENDAR.opening(HOURS).run(to_micros(since), to_micros(until))
    assert to_micros(since) + ran == to_micros(
        since + sum((closes - opens for opens, closes in spans), timedelta())
    )


def test_around_the_clock_is_one_open_interval() -> None:
    until = MOMENT + timedelta(days=9)
    hours = WorkHours(around_the_clock=True)
    assert CALENDAR.open_between(MOMENT, until, hours) == ((MOMENT, until),)


def test_an_agreed_day_ends_at_close_of_business() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    ends = [
        CALENDAR.end_of_day(date(2026, 10, day), HOURS).astimezone(zone) for day in (1, 8, 9, 10)
    ]
    assert [f"{end:%d %H:%M}" for end in ends] == ["08 18:00", "08 18:00", "09 16:00", "10 16:00"]


def test_a_notice_never_changed_days_before_the_horizon_of_the_year_before() -> None:
    """Why the last known year is settled up to 28 December only."""
    changed = [
        day
        for day in (*chinese_calendar.holidays, *chinese_calendar.workdays)
        if day.month == 12 and (day in chinese_calendar.workdays) != (day.weekday() < 5)
    ]
    assert {day.year for day in changed} >= {2006, 2007, 2018}
    assert min(day.day for day in changed) == 29
    last = max(chinese_calendar.holidays).year
    assert china().horizon == date(last, 12, 28)


def test_overrides_win_and_move_the_horizon_on_only() -> None:
    known = china().overridden({date(2027, 1, 1): "holiday"}, date(2027, 12, 28))
    assert known.kind(date(2027, 1, 1)) == "holiday"
    assert known.horizon == date(2027, 12, 28)
    assert known.overridden({}, date(2020, 1, 1)).horizon == date(2027, 12, 28)
    assert (
        known.overridden({date(2026, 10, 1): "workday"}, None).kind(date(2026, 10, 1)) == "workday"
    )
    assert china().kind(date(2027, 1, 1)) == "workday"


def test_the_version_changes_with_whatever_can_move_a_deadline() -> None:
    base = china()
    others = [
        base.overridden({date(2027, 1, 1): "holiday"}, None),
        base.overridden({}, date(2027, 12, 31)),
        Days(base.name, base.exceptions, base.horizon, frozenset({4, 5})),
        weekdays(),
    ]
    versions = {base.version, *(each.version for each in others)}
    assert len(versions) == 5
    assert base.overridden({}, None).version == base.version
    assert base.version.startswith(f"china-{chinese_calendar.__version__}-")
    assert WorkCalendar(others[0]).version == others[0].version


def test_another_country_has_its_own_week() -> None:
    friday_rests = Days("emirates", {}, date.max, frozenset({4, 5}))
    calendar = WorkCalendar(friday_rests, "Asia/Dubai")
    assert calendar.workday_after(date(2026, 10, 1), 1) == date(2026, 10, 4)
    assert calendar.day_kind(date(2026, 10, 2)) == "restday"


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        WorkCalendar(zone="Asia/Pingshan")
