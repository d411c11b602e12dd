"""Departments that do not answer: left alone, told of once, asked again one call at a time.

What a breaker knows is this process's own. What people and the next process must know of it stands
in the store: since when a department is down. Of several workers each finds out by itself.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from referral_engine.model.outcome import Call, Notice
from referral_engine.plugins.departments import Departments
from referral_engine.store import Outage, Reader, Tx
from referral_engine.worktime import WorkCalendar, quiet

__all__ = ["Change", "Silence", "upcoming"]

log = logging.getLogger(__name__)

Change = Literal["fell_silent", "answers_again"]


class Silence:
    """Of the departments of one process; what it reads of them, it reads from their breakers."""

    def __init__(self, departments: Departments) -> None:
        self._departments = departments
        self._told: set[str] | None = None

    def resting(self, reader: Reader) -> Mapping[str, float]:
        """The departments not to be called now, and for how many seconds.

        What was down when the last process ended is asked by one call first.
        """
        if self._told is None:
            known = {outage.unit for outage in reader.outages()}
            for unit in known:
                self._departments.restore(unit, 0.0)
            self._told = known
        return self._departments.resting()

    def change(self, unit: str) -> Change | None:
        """What the store does not know yet."""
        down, told = unit in self._departments.down(), unit in (self._told or ())
        if down == told:
            return None
        return "fell_silent" if down else "answers_again"

    def write(
        self, tx: Tx, change: Change, call: Call, error: str, now: datetime, calendar: WorkCalendar
    ) -> None:
        """Keeps it; of an outage the department's people are told, once and not at night."""
        if change == "answers_again":
            tx.answers_again(call.unit)
            return
        wait = quiet(now, calendar, emergency=False)
        notice = Notice(
            f"down/{call.unit}/{now.isoformat()}", call.case, call.unit, "calls_suspended",
            wait if wait > now else None, {"since": now.isoformat()},
        )  # fmt: skip
        tx.fell_silent(Outage(call.unit, now, error), notice)

    def told(self, change: Change, unit: str, error: str) -> None:
        """It is committed."""
        if self._told is None:
            self._told = set()
        if change == "answers_again":
            self._told.discard(unit)
            log.warning("department %s answers again: its calls go on", unit)
        else:
            self._told.add(unit)
            # The kind alone: what a plugin raised may hold a citizen's words.
            log.error("department %s is not called for a while: %s", unit, error.partition(":")[0])


def upcoming(reader: Reader, resting: Mapping[str, float], now: datetime) -> datetime | None:
    """When the next call can be made (UTC), where some departments rest for so many seconds.

    Of one that is being asked just now, whoever asks knows first: another look in a second will do.
    """
    probes = {unit: now + _after(wait) for unit, wait in resting.items()}
    due = [max(at, probes.get(unit, at)) for unit, at in reader.next_calls().items()]
    return min((at for at in (*due, reader.next_call_end()) if at is not None), default=None)


def _after(wait: float) -> timedelta:
    """Rounded up: a look before its time would find nothing, and be repeated at once."""
    return timedelta(milliseconds=1_000 if math.isinf(wait) else math.ceil(wait * 1_000))
