"""Working time: calendars, deadlines, shares of a clock, clock stops, quiet hours.

Pure and immutable; times go in aware and come out in UTC. docs/worktime.md has the rules and
worked examples.
"""

from __future__ import annotations

from referral_engine.worktime.calendar import EARLIEST, QUIET, WorkCalendar
from referral_engine.worktime.days import DayKind, Days, china, weekdays
from referral_engine.worktime.deadline import Due, Paused, Term, after, confirm, deadline
from referral_engine.worktime.override import Overrides, load_overrides
from referral_engine.worktime.quiet import quiet
from referral_engine.worktime.share import at_share, at_shares
from referral_engine.worktime.stops import Stop, Stopped
from referral_engine.worktime.timing import Course, timing

__all__ = [
    "EARLIEST",
    "QUIET",
    "Course",
    "DayKind",
    "Days",
    "Due",
    "Overrides",
    "Paused",
    "Stop",
    "Stopped",
    "Term",
    "WorkCalendar",
    "after",
    "at_share",
    "at_shares",
    "china",
    "confirm",
    "deadline",
    "load_overrides",
    "quiet",
    "timing",
    "weekdays",
]
