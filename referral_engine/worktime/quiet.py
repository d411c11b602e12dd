"""Quiet hours: when a message may reach people."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from referral_engine.worktime.calendar import WorkCalendar

__all__ = ["quiet"]


@lru_cache(maxsize=64)  # one command tells many people at the same moment
def quiet(at: datetime, calendar: WorkCalendar, *, emergency: bool = False) -> datetime:
    """The earliest UTC moment, not before `at`, at which a message may go out.

    Quiet is ``calendar.quiet`` by the county's local clock, its first minute included, its last
    excluded; working days and holidays alike. An emergency is never held back.
    """
    local = at.astimezone(calendar.zone)
    begins, ends = calendar.quiet
    if emergency or not _within(local.time(), begins, ends):
        return at.astimezone(UTC)
    # Past the evening's beginning of a window that crosses midnight it ends tomorrow.
    day = local.date() + timedelta(days=local.time() >= ends)
    return datetime.combine(day, ends, tzinfo=calendar.zone).astimezone(UTC)


def _within(moment: time, begins: time, ends: time) -> bool:
    if begins <= ends:
        return begins <= moment < ends
    return moment >= begins or moment < ends
