"""Clocks: the system's, one that is moved by hand, and the watch for a clock that was set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from referral_engine.clock import JumpWatch, SystemClock, VirtualClock, monotonic

NOON = datetime(2026, 9, 30, 12, tzinfo=UTC)


class SetByHand:
    """A wall clock and a monotonic clock that a test moves each on its own."""

    def __init__(self) -> None:
        self.wall = NOON
        self.seconds = 1000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds


def test_system_clock_tells_utc_and_goes_on() -> None:
    first, second = SystemClock().now(), SystemClock().now()
    assert first.utcoffset() == timedelta()
    assert first <= second
    assert first > datetime(2024, 1, 1, tzinfo=UTC)


def test_monotonic_never_goes_back() -> None:
    readings = [monotonic() for _ in range(100)]
    assert readings == sorted(readings)


def test_virtual_clock_stands_still_until_moved() -> None:
    clock = VirtualClock(NOON)
    assert clock.now() == clock.now() == NOON
    assert clock.advance(timedelta(minutes=16)) == NOON + timedelta(minutes=16)
    assert clock.set(NOON + timedelta(days=1)) == NOON + timedelta(days=1)
    assert clock.now() == NOON + timedelta(days=1)


def test_virtual_clock_tells_utc_whatever_it_was_given() -> None:
    clock = VirtualClock(NOON.astimezone(timezone(timedelta(hours=8))))
    assert clock.now().utcoffset() == timedelta()
    assert clock.now() == NOON


def test_virtual_clock_never_goes_back() -> None:
    clock = VirtualClock(NOON)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.set(NOON - timedelta(microseconds=1))
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(timedelta(seconds=-1))
    assert clock.now() == NOON
    assert clock.set(NOON) == NOON


def test_virtual_clock_wants_a_zone() -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="has no zone"):
        VirtualClock(naive)
    with pytest.raises(ValueError, match="has no zone"):
        VirtualClock(NOON).set(naive)


def test_time_that_passes_is_no_jump() -> None:
    clock = SetByHand()
    watch = JumpWatch(clock, clock.monotonic)
    for _ in range(100):
        clock.passes(3600)
        assert watch.jump() is None


@pytest.mark.parametrize("direction", [1, -1])
def test_a_jump_over_five_minutes_is_reported_until_accepted(direction: int) -> None:
    clock = SetByHand()
    watch = JumpWatch(clock, clock.monotonic)
    clock.wall += direction * timedelta(minutes=5)
    assert watch.jump() is None
    clock.wall += direction * timedelta(seconds=1)
    clock.passes(60)
    assert watch.jump() == watch.jump() == direction * timedelta(minutes=5, seconds=1)
    watch.accept()
    assert watch.jump() is None


def test_many_small_steps_are_one_jump() -> None:
    clock = SetByHand()
    watch = JumpWatch(clock, clock.monotonic)
    seen = []
    for _ in range(4):
        clock.passes(10)
        clock.wall += timedelta(minutes=2)
        seen.append(watch.jump())
    assert seen == [None, None, timedelta(minutes=6), timedelta(minutes=8)]


def test_a_jump_undone_is_no_jump() -> None:
    clock = SetByHand()
    watch = JumpWatch(clock, clock.monotonic, threshold=timedelta(seconds=30))
    clock.wall += timedelta(hours=1)
    assert watch.jump() == timedelta(hours=1)
    clock.wall -= timedelta(hours=1)
    assert watch.jump() is None
