"""Clocks of one kind, worked out together, end where each of them alone ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_engine.model.hours import WorkHours
from referral_engine.model.span import UNITS, Span
from referral_engine.worktime import Due, WorkCalendar, at_shares, deadline, timing, weekdays

OFFICE = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
EARLY = ((5 * 60, 9 * 60),)
SUNDAY = ((0, 1440),)
HOURS = (
    WorkHours(((OFFICE,) * 5) + ((), ())),
    WorkHours(((),) + ((EARLY,) * 5) + (SUNDAY,)),
    WorkHours(around_the_clock=True),
)
CALENDARS = (WorkCalendar(), WorkCalendar(weekdays(), "America/New_York"))
FIRST = datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC"))
SECONDS = int(timedelta(days=3 * 365).total_seconds())

starts = st.lists(
    st.builds(
        lambda seconds, micros: FIRST + timedelta(seconds=seconds, microseconds=micros),
        st.integers(0, SECONDS),
        st.integers(0, 999_999),
    ),
    min_size=1,
    max_size=12,
)
shares = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.8, 1.0, 1.2, 1.5, 2.0, 7.0]), max_size=5)


@settings(max_examples=150)
@given(
    starts,
    st.builds(Span, st.integers(1, 70), st.sampled_from(UNITS)),
    st.sampled_from(HOURS),
    st.sampled_from(CALENDARS),
    shares.map(tuple),
    st.booleans(),
)
def test_each_clock_of_a_kind_is_the_clock_alone(
    starts: list[datetime],
    span: Span,
    hours: WorkHours,
    calendar: WorkCalendar,
    shares: tuple[float, ...],
    emergency: bool,
) -> None:
    """Several in a row, so that what one has left behind is used by the next."""
    kind = timing(span, calendar, hours, shares, emergency=emergency)
    for since in (*starts, *starts):
        alone = deadline(since, span, calendar, hours, emergency=emergency)
        assert isinstance(alone, Due)
        course = kind.course(since)
        assert (course.at, course.provisional) == (alone.at, alone.provisional)
        assert list(course.moments) == at_shares(alone, shares, calendar, hours)


def test_a_negative_share_is_none_and_hours_never_open_run_no_clock() -> None:
    with pytest.raises(ValueError, match="negative"):
        timing(Span(1, "h"), CALENDARS[0], HOURS[0], (1.0, -0.5))
    with pytest.raises(ValueError, match="never open"):
        timing(Span(1, "wh"), CALENDARS[0], WorkHours(), (1.0,))
