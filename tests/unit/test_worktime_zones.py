"""Zones that change their clocks: New York in spring and autumn, against a walk in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from referral_engine.model.hours import WorkHours
from referral_engine.model.span import Span
from referral_engine.worktime import Due, WorkCalendar, deadline, quiet, weekdays
from referral_engine.worktime.instant import DAY, MINUTE, to_micros
from referral_engine.worktime.measure import Opening

ZONE = ZoneInfo("America/New_York")
BOSTON = WorkCalendar(
    weekdays().overridden({date(2026, 11, 26): "holiday"}, None), "America/New_York"
)
OFFICE = WorkHours(((((9 * 60, 17 * 60),),) * 5) + ((), ()))
NIGHT = WorkHours((((0, 6 * 60), (22 * 60, 24 * 60)),) * 7)
SPRING = datetime(2026, 3, 2, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 26, tzinfo=UTC)
MINUTES = 24 * 1440


def at(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE, fold=fold).astimezone(UTC)


def ends(
    start: datetime, span: str, hours: WorkHours = OFFICE, *, emergency: bool = False
) -> datetime:
    found = deadline(start, Span.parse(span), BOSTON, hours, emergency=emergency)
    assert isinstance(found, Due)
    return found.at


@cache
def open_minutes(first: datetime, hours: WorkHours) -> bytes:
    """One byte a minute of UTC: whether the local clock then shows an open minute."""
    local = [(first + timedelta(minutes=m)).astimezone(ZONE) for m in range(MINUTES)]
    return bytes(
        hours.open_at(moment.weekday(), moment.hour * 60 + moment.minute) for moment in local
    )


@given(
    st.sampled_from([SPRING, AUTUMN]),
    st.sampled_from([OFFICE, NIGHT]),
    st.integers(0, 12 * 1440),
    st.integers(1, 40),
)
def test_working_hours_equal_the_walk(
    first: datetime, hours: WorkHours, start: int, amount: int
) -> None:
    minutes, now, left = open_minutes(first, hours), start, amount * 60
    while left:
        left -= minutes[now]
        now += 1
    found = ends(first + timedelta(minutes=start), f"{amount}wh", hours, emergency=True)
    assert found == first + timedelta(minutes=now)


class _ByTheDay(Opening):
    """The same opening hours laid out in blocks of a day, so that every question meets an edge."""

    BLOCK = DAY


@given(
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Pacific/Niue"]),
    st.sampled_from([OFFICE, NIGHT]),
    st.integers(0, 30 * 96),
    st.integers(0, 30 * 96),
)
@example("America/New_York", OFFICE, 0, 32)  # uses up Monday to its last minute
def test_the_edge_of_a_block_is_nowhere(
    zone: str, hours: WorkHours, quarters: int, length: int
) -> None:
    calendar = WorkCalendar(weekdays(), zone)
    whole = Opening(calendar.zone, lambda day: calendar.hours_on(day, hours))
    pieces = _ByTheDay(calendar.zone, lambda day: calendar.hours_on(day, hours))
    since, amount = to_micros(SPRING) + quarters * 15 * MINUTE, length * 15 * MINUTE
    assert pieces.run(since, since + amount) == whole.run(since, since + amount)
    assert pieces.after(since, amount) == whole.after(since, amount)


def test_elapsed_hours_are_real_hours() -> None:
    assert ends(at("2026-03-07 12:00"), "24h") == at("2026-03-08 13:00")
    assert ends(at("2026-10-31 12:00"), "24h") == at("2026-11-01 11:00")
    assert ends(at("2026-03-07 12:00"), "1440m", emergency=True) == at("2026-03-08 13:00")


def test_days_end_by_the_local_clock() -> None:
    assert ends(at("2026-03-06 12:00"), "1wd") == at("2026-03-09 17:00")
    assert ends(at("2026-03-06 12:00"), "1d") == at("2026-03-09 17:00")
    assert ends(at("2026-11-25 12:00"), "1wd") == at("2026-11-27 17:00")


def test_the_morning_begins_by_the_local_clock() -> None:
    assert ends(at("2026-03-08 00:30"), "2h") == at("2026-03-08 10:00")
    assert ends(at("2026-11-01 00:30"), "2h") == at("2026-11-01 10:00")
    assert ends(at("2026-11-01 00:30"), "2h", emergency=True) == at("2026-11-01 01:30", fold=1)


@pytest.mark.parametrize(
    ("sent", "goes_out"),
    [
        ("2026-03-07 22:00", "2026-03-08 08:00"),
        ("2026-03-08 03:30", "2026-03-08 08:00"),
        ("2026-11-01 01:30", "2026-11-01 08:00"),
        ("2026-11-01 12:00", "2026-11-01 12:00"),
    ],
)
def test_quiet_hours_end_by_the_local_clock(sent: str, goes_out: str) -> None:
    assert quiet(at(sent), BOSTON) == at(goes_out)


moments = st.integers(0, 365 * 1440).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))


def test_a_quiet_noon() -> None:
    calendar = WorkCalendar(weekdays(), "America/New_York", quiet=(time(12), time(14)))
    sent = [at(f"2026-06-01 {clock}") for clock in ("11:59", "12:00", "13:59", "14:00")]
    assert [quiet(moment, calendar) for moment in sent] == [sent[0], sent[3], sent[3], sent[3]]


@given(moments, times, times)
def test_quiet_hours_by_any_window(moment: datetime, begins: time, finishes: time) -> None:
    calendar = WorkCalendar(weekdays(), "America/New_York", quiet=(begins, finishes))
    found = quiet(moment, calendar)
    assert found.tzinfo is UTC
    assert quiet(moment, calendar, emergency=True) == moment
    assert quiet(found, calendar) == found
    if found != moment:
        assert found > moment
        local = found.astimezone(ZONE)
        # The hour that spring skips: quiet until 02:30 there means until 03:30.
        assert local.time() == finishes or (local.date(), local.hour) == (date(2026, 3, 8), 3)
