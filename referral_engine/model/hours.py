"""The opening hours of a unit, as data; working time turns them into minutes on a calendar."""

from __future__ import annotations

import msgspec

__all__ = ["DAY", "Interval", "WorkHours"]

DAY = 24 * 60
"""Minutes of a day."""

Interval = tuple[int, int]
"""``(start, end)`` in minutes after local midnight, end excluded, ``0 <= start < end <= DAY``."""


class WorkHours(msgspec.Struct, frozen=True, cache_hash=True):
    """Hours in the county's zone, before the calendar of working days is laid over them.

    ``intervals`` holds one tuple of intervals for each weekday, Monday first: sorted, without
    overlap. A weekday that rests has ``()``; on a swapped working day (调休) the calendar decides
    which weekday it follows. ``around_the_clock`` means every minute of every day, holidays
    included, and leaves ``intervals`` empty.
    """

    intervals: tuple[tuple[Interval, ...], ...] = ((),) * 7
    around_the_clock: bool = False

    def open_at(self, weekday: int, minute: int) -> bool:
        """Whether the hours cover this minute of a weekday (0 Monday), whatever the calendar."""
        if self.around_the_clock:
            return True
        return any(start <= minute < end for start, end in self.intervals[weekday])
