"""How fast a clock runs: time that simply passes, or only the time in which someone is open."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Protocol
from zoneinfo import ZoneInfo

from referral_engine.model.hours import DAY as DAY_MINUTES
from referral_engine.model.hours import Interval
from referral_engine.worktime.instant import DAY, from_micros, to_micros

__all__ = ["ELAPSED", "Elapsed", "Measure", "Opening", "local_micros"]

HoursOn = Callable[[date], Sequence[Interval]]
"""The opening hours of one local date, sorted, in minutes after midnight."""


class Measure(Protocol):
    """Running time between moments, all of them microseconds since 1970 UTC."""

    def run(self, since: int, until: int) -> int:
        """The running time between two moments, ``since <= until``."""
        ...

    def after(self, since: int, amount: int) -> int:
        """The earliest moment by which `amount` has run since `since`."""
        ...

    def parts(self, since: int, until: int, shares: Sequence[float]) -> Sequence[int]:
        """The moments by which these shares of the running time between the two have run."""
        ...


class Elapsed:
    """Time that simply passes, day and night."""

    __slots__ = ()

    def run(self, since: int, until: int) -> int:
        """All the time between the two moments."""
        return until - since

    def after(self, since: int, amount: int) -> int:
        """`amount` later."""
        return since + amount

    def parts(self, since: int, until: int, shares: Sequence[float]) -> Sequence[int]:
        """These shares of all the time between the two moments later than the first."""
        total = until - since
        return [since + round(total * share) for share in shares]


ELAPSED = Elapsed()


class _Block:
    """The open intervals of one stretch of time, with the running time before each of them."""

    __slots__ = ("closes", "opens", "total", "worked")

    def __init__(self, intervals: Sequence[tuple[int, int]]) -> None:
        self.opens = [opens for opens, _closes in intervals]
        self.closes = [closes for _opens, closes in intervals]
        self.worked = [0, *accumulate(closes - opens for opens, closes in intervals)]
        self.total = self.worked[-1]

    def until(self, moment: int) -> int:
        """The running time from the beginning of the block to `moment`."""
        index = bisect_right(self.opens, moment) - 1
        if index < 0:
            return 0
        return self.worked[index] + min(moment, self.closes[index]) - self.opens[index]

    def reached(self, amount: int) -> int:
        """The earliest moment by which `amount` (from 1 to the total) has run."""
        index = bisect_left(self.worked, amount) - 1
        return self.opens[index] + amount - self.worked[index]

    def between(self, since: int, until: int) -> Iterator[tuple[int, int]]:
        """The open intervals that lie in a stretch of time, clipped to it."""
        for index in range(bisect_right(self.closes, since), bisect_left(self.opens, until)):
            yield max(self.opens[index], since), min(self.closes[index], until)


class Opening:
    """The time in which a unit is open.

    Intervals are laid out as moments, in blocks of 64 days made when first asked for, so that a
    question costs a binary search and never a walk over minutes.
    """

    __slots__ = ("_blocks", "_hours_on", "_zone")

    BLOCK = 64 * DAY

    def __init__(self, zone: ZoneInfo, hours_on: HoursOn) -> None:
        """`hours_on` must leave some minute open in every year, or `after` finds no end."""
        self._zone = zone
        self._hours_on = hours_on
        self._blocks: dict[int, _Block] = {}

    def run(self, since: int, until: int) -> int:
        """The time open between two moments, ``since <= until``."""
        first, last = since // self.BLOCK, until // self.BLOCK
        begun = self._block(first)
        if first == last:
            return begun.until(until) - begun.until(since)
        between = sum(self._block(number).total for number in range(first, last))
        return between + self._block(last).until(until) - begun.until(since)

    def after(self, since: int, amount: int) -> int:
        """The earliest moment by which `amount` of open time has run; `since` itself for none."""
        if amount <= 0:
            return since
        number = since // self.BLOCK
        block = self._block(number)
        left = block.until(since) + amount
        while left > block.total:
            left -= block.total
            number += 1
            block = self._block(number)
        return block.reached(left)

    def parts(self, since: int, until: int, shares: Sequence[float]) -> Sequence[int]:
        """`after` for shares of the time open between two moments; where `since` lies is looked up
        once."""
        number = since // self.BLOCK
        block = self._block(number)
        before = block.until(since)
        if until // self.BLOCK == number:
            total = block.until(until) - before
        else:
            total = self.run(since, until)
        opens, worked, most = block.opens, block.worked, block.total
        moments = []
        for share in shares:
            amount = round(total * share)
            left = before + amount
            if before < left <= most:  # as in `reached`
                index = bisect_left(worked, left) - 1
                moments.append(opens[index] + left - worked[index])
            else:
                moments.append(self.after(since, amount))
        return moments

    def between(self, since: int, until: int) -> Iterator[tuple[int, int]]:
        """The open intervals between two moments, in order, clipped to them."""
        for number in range(since // self.BLOCK, until // self.BLOCK + 1):
            yield from self._block(number).between(since, until)

    def _block(self, number: int) -> _Block:
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = _Block(list(self._intervals(number * self.BLOCK)))
        return block

    def _intervals(self, low: int) -> Iterator[tuple[int, int]]:
        """The open intervals of the block that begins at `low`, clipped to it, in order."""
        high = low + self.BLOCK
        # A local date can begin most of a day before or after the UTC date of the same name.
        day, last = from_micros(low - DAY).date(), from_micros(high + DAY).date()
        reached = low
        while day <= last:
            for start, end in self._hours_on(day):
                # In the hour that spring skips an interval can shrink to nothing or turn around.
                opens = max(local_micros(day, start, self._zone), reached)
                closes = min(local_micros(day, end, self._zone), high)
                if opens < closes:
                    reached = closes
                    yield opens, closes
            day += timedelta(days=1)


def local_micros(day: date, minute: int, zone: ZoneInfo) -> int:
    """The moment it is `minute` minutes after midnight by the local clock; 1440 is the day's end.

    A time the clock shows twice means the first of the two; a time it skips is read by the clock
    as it went before the change.
    """
    if minute == DAY_MINUTES:
        day, minute = day + timedelta(days=1), 0
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
    return to_micros(wall.astimezone(UTC))
