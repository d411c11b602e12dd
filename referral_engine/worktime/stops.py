"""Clock stops (中止计时): intervals in which a clock does not run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

import msgspec

from referral_engine.worktime.instant import NEVER, to_micros

__all__ = ["Interval", "Stop", "Stopped", "merged"]

Interval = tuple[int, int]
"""``(since, until)`` in microseconds since 1970 UTC, until excluded; `NEVER` while open."""


class Stopped(Protocol):
    """What counts as a stop: `model.deadline.Pause` does, and so does `Stop`."""

    @property
    def since(self) -> datetime: ...

    @property
    def until(self) -> datetime | None: ...


class Stop(msgspec.Struct, frozen=True):
    """An interval without its reasons; aware times, ``until`` excluded and None while open."""

    since: datetime
    until: datetime | None = None


def merged(stops: Iterable[Stopped], start: int) -> tuple[Interval, ...]:
    """The time stopped after `start` as sorted intervals that neither overlap nor touch.

    Time covered by several stops counts once, whoever asked for them. A stop that ends before it
    begins, or before `start`, is nothing.
    """
    spans = sorted(
        (max(to_micros(stop.since), start), NEVER if stop.until is None else to_micros(stop.until))
        for stop in stops
    )
    joined: list[Interval] = []
    for since, until in spans:
        if until <= since:
            continue
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return tuple(joined)
