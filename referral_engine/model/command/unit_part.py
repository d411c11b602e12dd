"""Commands of a unit's part in a case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from referral_engine.model.command.order import Order
from referral_engine.model.referral import Evidence
from referral_engine.model.span import Span
from referral_engine.model.target import Target

__all__ = [
    "Arrive",
    "Claim",
    "Contact",
    "Decline",
    "Enter",
    "Extend",
    "HandOff",
    "HandleNow",
    "Hold",
    "NotNeeded",
    "Progress",
    "Report",
    "Resume",
    "Transfer",
]


class Claim(Order, frozen=True):
    referral: str


class Contact(Order, frozen=True):
    referral: str
    note: str = ""


class Arrive(Order, frozen=True):
    referral: str
    evidence: tuple[Evidence, ...] = ()


class Decline(Order, frozen=True):
    """``suggest`` names the unit that should own it; empty only where none can be named."""

    referral: str
    ground: str
    suggest: str = ""
    reason: str = ""


class NotNeeded(Order, frozen=True):
    referral: str
    reason: str = ""


class Progress(Order, frozen=True):
    """Word in between; ``status`` is the department's own, ``meets`` a named clock it meets."""

    referral: str
    note: str = ""
    status: str = ""
    meets: str = ""
    stage: Literal["", "initial", "follow_up", "final"] = ""


class Enter(Order, frozen=True):
    """The case has a ``number`` in another ``system``: it is entered there once."""

    referral: str
    system: str
    number: str


class Report(Order, frozen=True):
    referral: str
    text: str
    outcome: str = "solved"
    evidence: tuple[Evidence, ...] = ()
    review_on: date | None = None


class HandleNow(Order, frozen=True):
    """Claim and feedback at once on the spot; without ``referral`` by whoever owns the case."""

    text: str
    referral: str = ""
    evidence: tuple[Evidence, ...] = ()


class HandOff(Order, frozen=True):
    """Handed to 110, 119 or 120: their number for it, when, who took it. Counts as claim."""

    to: str
    number: str
    receiver: str
    referral: str = ""


class Transfer(Order, frozen=True):
    referral: str
    to: Target
    reason: str = ""


class Extend(Order, frozen=True):
    """Ask for more time; somebody else approves by signing. ``clock`` is the deadline's name."""

    by: Span
    reason: str
    referral: str = ""
    clock: str = "report"


class Hold(Order, frozen=True):
    """Ask for a clock stop; ``referral`` empty stops the whole case. Somebody else approves.

    ``ground`` is one of `vocabulary.STOPS`, asked for where the case's path knows only some.
    """

    reason: str
    until: datetime
    referral: str = ""
    ground: str = ""


class Resume(Order, frozen=True):
    referral: str = ""
    reason: str = ""
