"""What a daemon does once a night: the county's rules on how long what is kept.

A slice at a time, so that nothing else waits for it. Several workers on one database share out the
days by a row that says which was done last.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, time
from itertools import islice

from referral_engine.desk import Desk
from referral_engine.desk.retention import Doomed, carry_out, claim_day, doomed, prune

__all__ = ["Nightly"]

log = logging.getLogger(__name__)

_FROM, _TO = time(2), time(5)
"""Local hours in which it begins; a daemon that was down then does it the next night."""
_SLICE = 20


class Nightly:
    """For one daemon. One thread calls it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._day = ""
        self._left: Iterator[Doomed] | None = None
        self._done = 0

    def look(self, now: datetime) -> None:
        """Begins the night's round where it is time, or goes on with it."""
        if self._left is None and self._due(now) and claim_day(self._desk, now):
            self._left, self._done = doomed(self._desk, now), 0
        if self._left is not None:
            self._go_on(now)

    def _due(self, now: datetime) -> bool:
        local = now.astimezone(self._desk.workspace.calendar.zone)
        day = local.date().isoformat()
        if day == self._day or not _FROM <= local.time() < _TO:
            return False
        self._day = day
        return True

    def _go_on(self, now: datetime) -> None:
        some = list(islice(self._left or (), _SLICE))
        self._done += sum(carry_out(self._desk, each) for each in some)
        if len(some) < _SLICE:
            self._left = None
            told = {"cases": self._done, **prune(self._desk, now)}
            if any(told.values()):
                self._desk.store.wipe()
                log.info("retention: %s", ", ".join(f"{name} {n}" for name, n in told.items()))
