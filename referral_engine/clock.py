"""The only module that reads clocks; everything else is given the time it works with."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from referral_engine.i18n import _

__all__ = [
    "JUMP", "Clock", "DatabaseClock", "JumpWatch", "SystemClock", "VirtualClock", "monotonic",
]  # fmt: skip

# design.md: a wall clock that moved further than this against the monotonic one suspends timers
# until a person has accepted the new time.
JUMP = timedelta(minutes=5)


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


def monotonic() -> float:
    """Seconds from an arbitrary start that no one can set; for waiting and for measuring."""
    return time.monotonic()


class SystemClock:
    """The wall clock of this machine."""

    __slots__ = ()

    def now(self) -> datetime:
        """The present moment, aware, in UTC, to the microsecond."""
        return datetime.now(UTC)


class DatabaseClock:
    """The wall clock of the database's machine, one for all the machines that work on it.

    It is asked now and then (`ask`); in between this machine's monotonic clock goes on from the
    last answer, so that neither a question a reading nor a database that is away stops the time.
    """

    __slots__ = ("_answer", "_ask", "_asked", "_monotonic")

    def __init__(
        self, ask: Callable[[], datetime], monotonic: Callable[[], float] = monotonic
    ) -> None:
        """Asks at once; `ask` gives an aware time, `monotonic` seconds."""
        self._ask = ask
        self._monotonic = monotonic
        self.refresh()

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return self._answer + timedelta(seconds=self._monotonic() - self._asked)

    def refresh(self) -> None:
        """Asks the database again; raises what `ask` does, and the clock then runs on."""
        before = self._monotonic()
        answer = _utc(self._ask())
        # Half of the way there and back is over when the answer is read.
        self._answer, self._asked = answer, (before + self._monotonic()) / 2


class VirtualClock:
    """A clock that stands still until it is moved; for scenarios, replays and tests.

    It never goes backwards, because event times never decrease within a case.
    """

    __slots__ = ("_now",)

    def __init__(self, start: datetime) -> None:
        """Starts at `start`, any zone; raises ValueError when it has none."""
        self._now = _utc(start)

    def now(self) -> datetime:
        """The moment it was last moved to, in UTC."""
        return self._now

    def set(self, moment: datetime) -> datetime:
        """Moves to `moment` and returns it in UTC; raises ValueError for an earlier one."""
        moment = _utc(moment)
        if moment < self._now:
            message = _("a clock cannot go back from {now} to {moment}")
            raise ValueError(message.format(now=self._now.isoformat(), moment=moment.isoformat()))
        self._now = moment
        return moment

    def advance(self, by: timedelta) -> datetime:
        """Moves on by `by` and returns the new moment; raises ValueError for a negative one."""
        return self.set(self._now + by)


class JumpWatch:
    """Notices that the wall clock was set, by holding it against the monotonic clock.

    Both are compared with one anchor, not with the last look, so that many small steps are seen
    as well as one large one. A machine that slept is a jump forward: its monotonic clock slept too.
    """

    __slots__ = ("_anchor", "_clock", "_monotonic", "_threshold")

    def __init__(
        self,
        clock: Clock,
        monotonic: Callable[[], float] = monotonic,
        threshold: timedelta = JUMP,
    ) -> None:
        """Takes the present reading of both clocks for right; `monotonic` gives seconds."""
        self._clock = clock
        self._monotonic = monotonic
        self._threshold = threshold
        self._anchor = self._offset()

    def jump(self) -> timedelta | None:
        """How far the wall clock has jumped (negative: back), or None up to the threshold.

        The same jump is reported at every look until `accept` is called.
        """
        moved = self._offset() - self._anchor
        return moved if abs(moved) > self._threshold else None

    def accept(self) -> None:
        """Takes the present reading for right; called when a person has accepted the new time."""
        self._anchor = self._offset()

    def _offset(self) -> datetime:
        return self._clock.now() - timedelta(seconds=self._monotonic())


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(_("the time {moment} has no zone").format(moment=moment.isoformat()))
    return moment.astimezone(UTC)
