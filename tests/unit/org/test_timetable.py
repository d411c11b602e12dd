"""Hours as people write them, against a walk over every minute of a week."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.model.hours import DAY, WorkHours
from referral_engine.org.timetable import Unreadable, parse_hours, parse_shift, parse_weekdays

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
minutes = st.integers(0, DAY - 1)
spans = st.tuples(minutes, minutes).filter(lambda span: span[0] != span[1])


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@given(st.lists(st.tuples(st.integers(0, 6), spans), min_size=1, max_size=6))
def test_hours_cover_exactly_the_minutes_written(groups: list[tuple[int, tuple[int, int]]]) -> None:
    written = "; ".join(f"{DAYS[day]} {clock(a)}-{clock(b)}" for day, (a, b) in groups)
    expected = set()
    for day, (start, end) in groups:
        length = (end - start) % DAY
        expected |= {(day * DAY + start + step) % (7 * DAY) for step in range(length)}
    hours = parse_hours(written)
    got = {d * DAY + m for d in range(7) for a, b in hours.intervals[d] for m in range(a, b)}
    assert got == expected
    for kept in hours.intervals:
        assert all(first[1] < second[0] for first, second in pairwise(kept))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("周一至周五 08:30-12:00、14:30-18:00", "mon-fri 08:30-12:00 14:30-18:00"),
        ("星期六 09:00-12:00", "sat 9:00 - 12:00"),
        ("Monday,Wednesday 08:00-09:00", "mon 08:00-09:00; wed 08:00-09:00"),
        ("fri-mon 08:00-09:00", "fri,sat,sun,mon 08:00-09:00"),
        ("sun 22:00-24:00", "sun 22:00-23:00 23:00-24:00"),
    ],
)
def test_one_timetable_has_many_spellings(text: str, same: str) -> None:
    assert parse_hours(text) == parse_hours(same)


@pytest.mark.parametrize("text", ["24h", "全天", "around_the_clock"])
def test_around_the_clock(text: str) -> None:
    assert parse_hours(text) == WorkHours(around_the_clock=True)


def test_weekdays_without_times_take_the_usual_ones() -> None:
    usual = parse_hours("mon-fri 08:30-12:00")
    hours = parse_hours("wed; fri 14:00-15:00", usual)
    assert hours.intervals[2] == ((510, 720),)
    assert hours.intervals[4] == ((840, 900),)
    assert parse_hours("wed", WorkHours(around_the_clock=True)).intervals[2] == ((0, DAY),)


def test_a_shift_may_run_past_midnight() -> None:
    assert parse_shift("18:00-08:30") == (1080, 510 + DAY)
    assert parse_weekdays("周六至周一") == (5, 6, 0)


@pytest.mark.parametrize("text", ["08:00-08:00", "24:00-25:00", "08:60-09:00", "8-12", ""])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_shift(text)
    assert caught.value.code == "org-bad-hours"
