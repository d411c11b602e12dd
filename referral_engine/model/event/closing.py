"""Events of what follows the work: review, call-back, closure."""

from __future__ import annotations

from datetime import datetime

from referral_engine.model.event.body import Body

__all__ = [
    "Answered",
    "Archived",
    "CalledBack",
    "Closed",
    "Deferred",
    "Excluded",
    "Objected",
    "Rated",
    "Redirected",
    "Rejected",
    "Reopened",
    "Resolved",
    "Reviewed",
    "WithdrawalAsked",
    "Withdrawn",
]


class Resolved(Body, frozen=True):
    outcome: str


class Reviewed(Body, frozen=True):
    passed: bool
    note: str = ""
    skipped: str = ""


class CalledBack(Body, frozen=True):
    """``party`` is who was called beside the reporter; the case's own call-back then waits on."""

    result: str
    tried: int
    score: int = 0
    note: str = ""
    party: str = ""


class Rated(Body, frozen=True):
    contacted: bool
    resolved: str
    score: int
    note: str = ""


class Reopened(Body, frozen=True):
    round: int
    reason: str = ""
    note: str = ""


class Deferred(Body, frozen=True):
    review_on: datetime
    note: str = ""


class Rejected(Body, frozen=True):
    ground: str
    note: str = ""


class Redirected(Body, frozen=True):
    legal_path: str
    note: str = ""


class Excluded(Body, frozen=True):
    ground: str
    until: datetime
    note: str = ""


class Objected(Body, frozen=True):
    note: str


class WithdrawalAsked(Body, frozen=True):
    note: str = ""


class Withdrawn(Body, frozen=True):
    note: str = ""


class Closed(Body, frozen=True):
    outcome: str
    note: str = ""


class Archived(Body, frozen=True):
    pass


class Answered(Body, frozen=True):
    """The reporter got the answer that every issue is owed; ``by_way`` says how."""

    by_way: str
    note: str = ""
