"""Events of what the centre does: whistles, designation, conferences, proposals."""

from __future__ import annotations

from referral_engine.model.case import Conference, Proposal, Signature
from referral_engine.model.event.body import Body

__all__ = [
    "ConferenceCalled",
    "ConferenceHeld",
    "Designated",
    "ProposalVoid",
    "Proposed",
    "Signed",
    "SteppedUp",
    "StoodDown",
    "Supervised",
    "Whistled",
]


class Whistled(Body, frozen=True):
    level: str
    units: tuple[str, ...]
    note: str = ""


class StoodDown(Body, frozen=True):
    ratings: dict[str, int] = {}
    note: str = ""


class Designated(Body, frozen=True):
    unit: str
    ground: str = ""
    note: str = ""


class SteppedUp(Body, frozen=True):
    """``unit`` takes charge; ``holder`` is the centre that answers for the case from now on,
    empty where it is the same unit."""

    level: str
    unit: str
    reason: str = ""
    note: str = ""
    holder: str = ""


class Supervised(Body, frozen=True):
    referral: str
    note: str = ""
    rule: str = ""


class ConferenceCalled(Body, frozen=True):
    conference: Conference
    rule: str = ""


class ConferenceHeld(Body, frozen=True):
    conference: str
    minutes: str
    lead: str = ""
    supports: tuple[str, ...] = ()


class Proposed(Body, frozen=True):
    proposal: Proposal


class Signed(Body, frozen=True):
    proposal: str
    signature: Signature
    state: str
    note: str = ""


class ProposalVoid(Body, frozen=True):
    proposal: str
    reason: str
