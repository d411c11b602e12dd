"""A deadline with the moments at which someone wants to be told of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from referral_engine.model.span import Span

__all__ = ["Deadline", "DeadlineState", "Mark", "Pause"]

DeadlineState = Literal["waiting", "running", "paused", "met", "missed", "cancelled"]


class Mark(msgspec.Struct, frozen=True, gc=False):
    """A share of the clock (1.0 is the deadline itself) and the UTC moment it is reached."""

    share: float
    at: datetime
    fired: bool = False


class Pause(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A clock stop (中止计时), UTC; ``until`` None while it is open.

    ``scope`` is ``case`` or a referral's id.
    """

    since: datetime
    reason: str
    scope: str
    until: datetime | None = None
    review_at: datetime | None = None


class Deadline(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A clock of a case (``referral`` empty) or of one referral.

    ``name``      claim, contact, arrive, report, answer, or any other a rule or department names
    ``spans``     the time allowed, first the original, then each extension
    ``since``     UTC moment it runs from
    ``due``       UTC; None while paused
    ``unit``      whose working hours count; empty: the county's
    ``day``       set instead of ``spans`` for a date fixed by agreement
    ``provisional``  the calendar did not yet know all the days counted
    ``emergency`` runs at night
    ``after``     the moment it counts from, while it still waits for that moment
    ``state``     ``missed`` means due passed unmet; meeting it later makes it ``met`` with ``late``
    """

    id: str
    name: str
    since: datetime
    spans: tuple[Span, ...] = ()
    referral: str = ""
    due: datetime | None = None
    day: datetime | None = None
    unit: str = ""
    provisional: bool = False
    calendar: str = ""
    emergency: bool = False
    after: str = ""
    state: DeadlineState = "running"
    marks: tuple[Mark, ...] = ()
    pauses: tuple[Pause, ...] = ()
    met_at: datetime | None = None
    late: bool = False
    excused: bool = False

    @property
    def open(self) -> bool:
        return self.state in ("waiting", "running", "paused", "missed")

    def next_mark(self) -> Mark | None:
        """The earliest mark that has not fired; None when nothing is to come."""
        if self.state not in ("running", "missed"):
            return None
        for mark in self.marks:
            if not mark.fired:
                return mark
        return None
