"""Events of clocks and clock stops."""

from __future__ import annotations

from referral_engine.model.deadline import Deadline, Pause
from referral_engine.model.event.body import Body

__all__ = [
    "ClockCancelled",
    "ClockChanged",
    "ClockMet",
    "ClockStarted",
    "MarkFired",
    "Paused",
    "Resumed",
]


class ClockStarted(Body, frozen=True):
    deadline: Deadline


class ClockChanged(Body, frozen=True):
    """Paused, resumed, extended or confirmed: the deadline as it now stands, and why."""

    deadline: Deadline
    reason: str


class ClockMet(Body, frozen=True):
    deadline: str
    late: bool = False
    excused: bool = False


class ClockCancelled(Body, frozen=True):
    deadline: str


class MarkFired(Body, frozen=True):
    """A share of a clock was reached; ``skipped`` says why it had no effect (engine down)."""

    deadline: str
    name: str
    share: float
    referral: str = ""
    skipped: str = ""
    excused: bool = False


class Paused(Body, frozen=True):
    pause: Pause
    note: str = ""


class Resumed(Body, frozen=True):
    scope: str
    reason: str = ""
