"""Events of a unit's part in a case."""

from __future__ import annotations

from referral_engine.model.event.body import Body
from referral_engine.model.referral import Evidence, Referral

__all__ = [
    "AnsweredNotNeeded",
    "Arrived",
    "Cancelled",
    "Claimed",
    "Contacted",
    "Contested",
    "DeclineRefused",
    "Declined",
    "Entered",
    "HandedOff",
    "Offered",
    "Progressed",
    "Reported",
    "Resubmit",
    "Transferred",
]


class Offered(Body, frozen=True):
    referral: Referral
    reason: str = ""
    note: str = ""


class Claimed(Body, frozen=True):
    referral: str
    by: str = ""


class Contacted(Body, frozen=True):
    referral: str
    note: str = ""


class Arrived(Body, frozen=True):
    referral: str
    evidence: tuple[Evidence, ...] = ()


class Declined(Body, frozen=True):
    referral: str
    unit: str
    ground: str
    suggested: str = ""
    note: str = ""
    counted: bool = True


class DeclineRefused(Body, frozen=True):
    """The ground was used up or the limit reached: the unit acts meanwhile (先办后裁)."""

    referral: str
    unit: str
    ground: str
    suggested: str = ""
    reason: str = ""


class Contested(Body, frozen=True):
    """Nobody wants it: the first unit acts meanwhile, the centre designates (先办后裁)."""

    acting: str
    units: tuple[str, ...] = ()


class Transferred(Body, frozen=True):
    referral: str
    to: str
    note: str = ""


class Cancelled(Body, frozen=True):
    referral: str
    reason: str


class AnsweredNotNeeded(Body, frozen=True):
    referral: str
    note: str = ""


class Progressed(Body, frozen=True):
    referral: str
    note: str = ""
    status: str = ""
    stage: str = ""


class Entered(Body, frozen=True):
    """The case's number in another system."""

    referral: str
    system: str
    number: str


class Reported(Body, frozen=True):
    referral: str
    outcome: str
    text_ref: str
    evidence: tuple[Evidence, ...] = ()
    handled_now: bool = False


class Resubmit(Body, frozen=True):
    """The report was returned: the referral is claimed again, its remaining time continues."""

    referral: str
    round: int


class HandedOff(Body, frozen=True):
    to: str
    number: str
    receiver_ref: str
    referral: str = ""
