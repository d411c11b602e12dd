"""What a department may answer: acts on its own referral, and when it wants to be asked again.

An act becomes a command only once the guard has checked the whole answer. ``at`` is when the act
took place (aware), where it is told afterwards; without it, the moment of the answer counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

import msgspec

from referral_engine.model.case import Outcome
from referral_engine.model.referral import Evidence
from referral_engine.model.tag import snake

__all__ = [
    "Act",
    "Answer",
    "Arrive",
    "Claim",
    "Contact",
    "Decline",
    "Defer",
    "Entered",
    "Evidence",
    "HandOff",
    "Message",
    "NotNeeded",
    "Outcome",
    "Progress",
    "Reply",
    "Report",
    "Wait",
    "proof",
]

# A unit's answer is read by people: what is longer than these is a fault of the plugin.
Word = Annotated[str, msgspec.Meta(max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=20_000)]
Proofs = Annotated[tuple[Evidence, ...], msgspec.Meta(max_length=50)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Act(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="act", tag=snake,
    forbid_unknown_fields=True,
):  # fmt: skip
    at: Moment | None = None


class Claim(_Act, frozen=True):
    """签收: the unit takes the referral."""


class Decline(_Act, frozen=True, kw_only=False):
    """退单: ``ground`` is one of the department's grounds, ``suggest`` the id of the right unit.

    ``suggest`` stays empty only where no unit can be named; ``reason`` is for people.
    """

    ground: Word
    suggest: Word = ""
    reason: Text = ""


class Defer(_Act, frozen=True, kw_only=False):
    """A person of the department decides: the referral stays in its desk inbox."""

    reason: Text = ""


class NotNeeded(_Act, frozen=True, kw_only=False):
    """无需配合: only a support may say so."""

    reason: Text = ""


class Contact(_Act, frozen=True, kw_only=False):
    """联系: the first word to the reporter was said."""

    note: Text = ""


class Arrive(_Act, frozen=True, kw_only=False):
    """报到: the unit is on the spot."""

    evidence: Proofs = ()


class Progress(_Act, frozen=True, kw_only=False):
    """Word in between.

    ``status`` is one of the department's own statuses, ``meets`` the name of a clock it meets
    (``accept``), ``stage`` the kind of an incident's report (首报, 续报, 终报).
    """

    note: Text = ""
    status: Word = ""
    meets: Word = ""
    stage: Literal["", "initial", "follow_up", "final"] = ""


class Entered(_Act, frozen=True, kw_only=False):
    """Another ``system`` has the case as ``number``: it is entered there once, and given back as
    ``external_ids`` with every call.
    """

    system: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Report(_Act, frozen=True, kw_only=False):
    """反馈: what was done and what came of it.

    ``review_on`` is the local day on which a ``deferred`` outcome is looked at again.
    """

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    outcome: Outcome = "solved"
    evidence: Proofs = ()
    review_on: date | None = None


class HandOff(_Act, frozen=True, kw_only=False):
    """移交 110/119/120: their number for it and who took it. Counts as claim."""

    to: Literal["110", "119", "120"]
    number: Word
    receiver: Word


Act = Claim | Decline | Defer | NotNeeded | Contact | Arrive | Progress | Entered | Report | HandOff


class Wait(msgspec.Struct, frozen=True):
    """The end of an answer: ask ``work`` again after this time, with the ``bookmark`` given back.

    Processes come and go, so a bookmark is all that a handler may rely on from one call to the
    next.
    """

    again: timedelta
    bookmark: Word = ""


class Message(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a department's system told about a referral of it: any of its own, at any time.

    ``key`` is the sender's own, one a message: told twice, it is done once. ``number`` counts the
    sender's messages about the referral from 1, so that what comes out of order is sorted out; 0
    where it does not count them.
    """

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    referral: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    acts: Annotated[tuple[Act, ...], msgspec.Meta(min_length=1, max_length=32)]
    number: Annotated[int, msgspec.Meta(ge=0, lt=2**53)] = 0


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one call came to: acts in order, and when ``work`` is asked next (None: never).

    ``messages`` is what the department's system told, about this referral or another.
    """

    acts: Annotated[tuple[Act, ...], msgspec.Meta(max_length=32)] = ()
    again: timedelta | None = None
    bookmark: Word = ""
    messages: Annotated[tuple[Message, ...], msgspec.Meta(max_length=500)] = ()


def proof(kind: str, paper: str | bytes, taken_at: datetime) -> Evidence:
    """Evidence for a paper, photo or record: named by its SHA-256, itself kept by the department.

    Text is hashed as UTF-8; ``taken_at`` is aware.
    """
    whole = paper.encode() if isinstance(paper, str) else paper
    return Evidence(kind, digest=hashlib.sha256(whole).hexdigest(), taken_at=taken_at)


Reply = Answer | Act | Message | Wait | Sequence[Act | Message | Wait] | None
"""What a handler's method may return; a sequence may end with one ``Wait``."""
