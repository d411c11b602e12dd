"""Deadlines and shares against a walk, minute by minute, through 2024 to 2026.

The walk knows nothing of blocks, prefix sums or microseconds: it takes one minute after the other,
asks chinesecalendar whether the day is worked, and counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar
from hypothesis import assume, given
from hypothesis import strategies as st

from referral_engine.model.hours import WorkHours
from referral_engine.model.span import Span
from referral_engine.worktime import Due, Paused, Stop, WorkCalendar, at_share, deadline

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2023, 12, 31)
LAST = date(2027, 6, 30)
DAYS = (LAST - FIRST).days
CALENDAR = WorkCalendar()

OFFICE = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
SATURDAY = ((9 * 60, 11 * 60 + 30),)
HOURS = {
    "office": WorkHours(((OFFICE,) * 5) + ((), ())),
    "with Saturdays": WorkHours(((OFFICE,) * 5) + (SATURDAY, ())),
    "closed on Mondays": WorkHours(((),) + ((OFFICE,) * 4) + (SATURDAY, SATURDAY)),
    "early shift": WorkHours(((((5 * 60, 9 * 60),),) * 5) + ((), ())),
    "around the clock": WorkHours(around_the_clock=True),
}
names = st.sampled_from(sorted(HOURS))


def is_workday(day: date) -> bool:
    if day.year <= 2026:
        return chinese_calendar.is_workday(day)
    return day.weekday() < 5


def intervals(day: date, name: str) -> tuple[tuple[int, int], ...]:
    hours = HOURS[name]
    if hours.around_the_clock:
        return ((0, 1440),)
    if day in chinese_calendar.holidays:
        return ()
    weekday = day.weekday()
    if is_workday(day) and weekday >= 5:
        weekday = {5: 4, 6: 0}[weekday]
    return hours.intervals[weekday]


@cache
def open_minutes(name: str, working_days: bool) -> bytearray:
    """One byte a minute from FIRST: whether a `wh` clock (or a `wd` clock) runs in it."""
    minutes = bytearray(DAYS * 1440)
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        found = intervals(day, name)
        if working_days:
            found = (found or ((0, 1440),)) if is_workday(day) else ()
        for start, end in found:
            begin = number * 1440
            minutes[begin + start : begin + end] = b"\1" * (end - start)
    return minutes


ALWAYS = bytearray(b"\1" * (DAYS * 1440))


def minute_of(moment: datetime) -> int:
    midnight = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=ZONE)
    return (moment - midnight) // timedelta(minutes=1)


def moment_of(minute: int) -> datetime:
    return datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=ZONE) + timedelta(minutes=minute)


def close_on(number: int, name: str) -> int:
    """The minute a worked day ends: its last open minute, or midnight where there is none."""
    minutes = open_minutes(name, True)
    end = (number + 1) * 1440
    while not minutes[end - 1]:
        end -= 1
    return end


def close_after(number: int, moment: int, name: str) -> int:
    """The first close of business after `moment` on a working day from day `number` on."""
    while True:
        if is_workday(FIRST + timedelta(days=number)) and close_on(number, name) > moment:
            return close_on(number, name)
        number += 1


def not_at_night(minute: int) -> int:
    return minute if minute % 1440 >= 600 else minute - minute % 1440 + 600


Stops = list[tuple[int, int | None]]


class StandsStillError(Exception):
    """The walk came to an open stop."""

    def __init__(self, at: int) -> None:
        self.at = at


def stopped_minutes(stops: Stops) -> bytearray:
    stopped = bytearray(DAYS * 1440)
    for since, until in stops:
        end = DAYS * 1440 if until is None else until
        stopped[since:end] = b"\1" * (end - since)
    return stopped


def step(now: int, stopped: bytearray, stops: Stops) -> None:
    if stopped[now] and any(until is None and since <= now for since, until in stops):
        raise StandsStillError(now)


def walk(now: int, left: int, runs: bytearray, stops: Stops, settle: Callable[[int], int]) -> int:
    """Takes minute after minute until `left` running minutes are used up."""
    stopped = stopped_minutes(stops)
    while True:
        while left > 0:
            step(now, stopped, stops)
            left -= runs[now] and not stopped[now]
            now += 1
        end = settle(now)
        hit = stopped.find(b"\1", now, end)
        if hit < 0:
            return end
        left = sum(runs[hit:end])
        now = hit
        while stopped[now]:
            step(now, stopped, stops)
            now += 1


def expected(start: int, span: Span, name: str, stops: Stops, emergency: bool) -> int:
    if span.unit == "d":
        return days_walk(start, span.amount, name, stops)
    if span.unit == "wd":
        runs, number, counted = open_minutes(name, True), start // 1440, 0
        while counted < span.amount:
            number += 1
            counted += is_workday(FIRST + timedelta(days=number))
        midnight = (start // 1440 + 1) * 1440
        left = sum(runs[midnight : (number + 1) * 1440])
        return walk(
            midnight, left, runs, stops, lambda now: close_after((now - 1) // 1440, now - 1, name)
        )
    runs = open_minutes(name, False) if span.unit == "wh" else ALWAYS
    left = span.amount if span.unit == "m" else span.amount * 60
    return walk(start, left, runs, stops, (lambda now: now) if emergency else not_at_night)


def days_walk(start: int, amount: int, name: str, stops: Stops) -> int:
    """A day counts if the clock runs in the minute before it begins."""
    stopped = stopped_minutes(stops)
    number = start // 1440
    while amount:
        number += 1
        step(number * 1440 - 1, stopped, stops)
        amount -= not stopped[number * 1440 - 1]
    end = close_after(number, start, name)
    hit = stopped.find(b"\1", max(start, number * 1440), end)
    while hit >= 0:
        while stopped[hit]:
            step(hit, stopped, stops)
            hit += 1
        end = close_after(hit // 1440, hit, name)
        hit = stopped.find(b"\1", hit, end)
    return end


spans = st.one_of(
    st.builds(Span, st.integers(1, 3000), st.just("m")),
    st.builds(Span, st.integers(1, 200), st.sampled_from(["h", "wh"])),
    st.builds(Span, st.integers(1, 60), st.sampled_from(["d", "wd"])),
)
starts = st.integers(1440, (date(2026, 12, 1) - FIRST).days * 1440)
# Most examples begin near a long holiday, where the mistakes are.
near_holidays = st.builds(
    lambda day, minutes: minute_of(datetime(day.year, day.month, day.day, tzinfo=ZONE)) + minutes,
    st.sampled_from([date(2024, 2, 3), date(2025, 1, 24), date(2026, 2, 12), date(2026, 9, 18)]),
    st.integers(0, 14 * 1440),
)


@st.composite
def stop_lists(draw: st.DrawFn, start: int) -> Stops:
    lengths = st.one_of(st.integers(1, 600), st.integers(1, 12 * 1440))
    stops: Stops = []
    for _ in range(draw(st.integers(0, 4))):
        since = start + draw(st.one_of(st.integers(-600, 3 * 1440), st.integers(0, 20 * 1440)))
        stops.append((since, since + draw(lengths)))
    if draw(st.integers(0, 4)) == 0:
        stops.append((start + draw(st.integers(0, 20 * 1440)), None))
    return stops


@st.composite
def clocks(draw: st.DrawFn) -> tuple[int, Span, str, Stops, bool]:
    start = draw(st.one_of(starts, near_holidays))
    stops = draw(stop_lists(start))
    # The engine clips what was stopped before the clock ran; the walk is given it clipped.
    clipped = [(max(a, start), b) for a, b in stops if b is None or b > start]
    return start, draw(spans), draw(names), clipped, draw(st.booleans())


def computed(start: int, span: Span, name: str, stops: Stops, emergency: bool) -> Due | Paused:
    return deadline(
        moment_of(start),
        span,
        CALENDAR,
        HOURS[name],
        emergency=emergency,
        stops=[Stop(moment_of(a), None if b is None else moment_of(b)) for a, b in stops],
    )


@given(st.one_of(starts, near_holidays), spans, names, st.booleans())
def test_deadlines_equal_the_walk(start: int, span: Span, name: str, emergency: bool) -> None:
    due = computed(start, span, name, [], emergency)
    assert isinstance(due, Due)
    assert minute_of(due.at) == expected(start, span, name, [], emergency)


@given(clocks())
def test_deadlines_with_stops_equal_the_walk(clock: tuple[int, Span, str, Stops, bool]) -> None:
    found = computed(*clock)
    try:
        end = expected(*clock)
    except StandsStillError:
        assert isinstance(found, Paused)
    else:
        assert isinstance(found, Due)
        assert found.at == moment_of(end)


def running_minutes(start: int, span: Span, name: str, stops: Stops) -> bytearray:
    """One byte a minute: whether a clock of this unit runs in it, stops taken out."""
    runs = bytearray(
        {"wh": open_minutes(name, False), "wd": open_minutes(name, True)}.get(span.unit, ALWAYS)
    )
    stopped = stopped_minutes(stops)
    for since, until in stops:
        end = DAYS * 1440 if until is None else until
        runs[since:end] = bytes(end - since)
    assert not any(stopped[:start])
    return runs


@given(clocks(), st.data())
def test_shares_equal_the_walk(
    clock: tuple[int, Span, str, Stops, bool], data: st.DataObject
) -> None:
    start, span, name, stops, _emergency = clock
    due = computed(*clock)
    assume(isinstance(due, Due))
    assert isinstance(due, Due)
    end = minute_of(due.at)
    runs = running_minutes(start, span, name, stops)
    total = sum(runs[start:end])
    assume(total > 0)
    part = data.draw(st.integers(1, total - 1) if total > 1 else st.just(1))
    now, counted = start, 0
    while counted < part:
        counted += runs[now]
        now += 1
    share = Fraction(part, total)
    assert at_share(due, share, CALENDAR, HOURS[name]) == moment_of(now if share < 1 else end)


@given(clocks(), st.lists(st.floats(0, 3), min_size=2, max_size=6))
def test_shares_never_go_back(
    clock: tuple[int, Span, str, Stops, bool], shares: list[float]
) -> None:
    found = computed(*clock)
    moments = [
        at_share(found, share, CALENDAR, HOURS[clock[2]]) for share in sorted([*shares, 1.0])
    ]
    known = [moment for moment in moments if moment is not None]
    assert known == sorted(known)
    # Once an open stop has been reached nothing comes after it.
    assert moments[len(known) :] == [None] * (len(moments) - len(known))
    if isinstance(found, Due):
        assert found.at in known
        assert all(m >= moment_of(clock[0]) for m in known)


@given(clocks(), st.integers(0, 20 * 1440), st.floats(0.01, 0.99))
def test_an_open_stop_leaves_alone_what_was_reached_before_it(
    clock: tuple[int, Span, str, Stops, bool], later: int, share: float
) -> None:
    start, span, name, stops, emergency = clock
    closed: Stops = [(since, until) for since, until in stops if until is not None]
    before = computed(start, span, name, closed, emergency)
    halted = start + later
    after = computed(start, span, name, [*closed, (halted, None)], emergency)
    reached = at_share(before, share, CALENDAR, HOURS[name])
    assert reached is not None
    seen = at_share(after, share, CALENDAR, HOURS[name])
    assert seen == (reached if reached <= moment_of(halted) else None)


@given(clocks())
def test_no_deadline_lies_in_a_stop(clock: tuple[int, Span, str, Stops, bool]) -> None:
    found = computed(*clock)
    for since, until in clock[3]:
        if isinstance(found, Due):
            assert found.at <= moment_of(since) or (
                until is not None and found.at >= moment_of(until)
            )


@given(clocks(), st.randoms(use_true_random=False))
def test_the_order_and_the_pieces_of_stops_do_not_matter(
    clock: tuple[int, Span, str, Stops, bool], random: object
) -> None:
    start, span, name, stops, emergency = clock
    pieces: Stops = []
    for since, until in stops:
        middle = since + ((until or since + 600) - since) // 2
        pieces += (
            [(since, middle), (max(since, middle - 5), until)]
            if middle > since
            else [(since, until)]
        )
    random.shuffle(pieces)  # type: ignore[attr-defined]
    whole, again = (
        computed(start, span, name, stops, emergency),
        computed(start, span, name, pieces, emergency),
    )
    if isinstance(whole, Due):
        assert isinstance(again, Due)
        assert again.at == whole.at
    else:
        assert isinstance(again, Paused)
        assert (again.since, again.remaining) == (whole.since, whole.remaining)


@given(clocks(), st.integers(0, 59_999_999))
def test_a_fraction_of_a_minute_keeps_its_place(
    clock: tuple[int, Span, str, Stops, bool], micros: int
) -> None:
    """Starts between two minutes end between the deadlines of the two."""
    start, span, name, _stops, emergency = clock
    at = moment_of(start) + timedelta(microseconds=micros)
    due = deadline(at, span, CALENDAR, HOURS[name], emergency=emergency)
    assert isinstance(due, Due)
    assert expected(start, span, name, [], emergency) <= minute_of(due.at)
    assert due.at <= moment_of(expected(start + 1, span, name, [], emergency))
    if emergency and span.unit in ("m", "h"):
        assert due.at == at + span.elapsed()
