"""What is read from the store before a decision, in one view of it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from referral_engine.model.issue import Issue

__all__ = ["Facts", "Past", "Twin"]


class Twin(msgspec.Struct, frozen=True):
    """A near-duplicate: an open, unsealed case of the same place and matter; likeness 0 to 100."""

    code: str
    likeness: float


class Past(msgspec.Struct, frozen=True):
    """An earlier case of the same subject, at the same place or by the same reporter."""

    code: str
    received_at: datetime
    closed: bool


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Answers a decision may use; those that steer it are kept with it, so that it replays.

    ``code``      the code to give a new case
    ``answers``   to the rules' history questions, by their key
    ``own``       the reporter's earlier cases of the subject, to be joined where a rule says so
    ``downtime``  intervals in which the engine did not run (UTC), for excusing deadlines
    ``imported_at``  when history was read in, where that is not when it was received
    ``other``     for a merge, how the other case stands: ``open``, ``over`` or None (unknown)
    ``issue``     the words and personal data, for routing; never stored with the decision
    ``reporter``  keyed digest of the reporter
    """

    code: str = ""
    answers: dict[str, int] = {}
    twins: tuple[Twin, ...] = ()
    past: tuple[Past, ...] = ()
    own: tuple[Past, ...] = ()
    problem: str = ""
    incident: str = ""
    downtime: tuple[tuple[datetime, datetime], ...] = ()
    imported_at: datetime | None = None
    other: str | None = None
    issue: Issue | None = None
    reporter: str = ""
