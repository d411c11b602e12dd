"""What happened to a case: one body a kind, and the envelope that is stored and chained.

No body holds personal data: ``*_ref`` and ``note`` are references to content rows. Written
events are never changed; a new field needs a default, a new meaning a new kind.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from referral_engine.model.event.body import Body
from referral_engine.model.event.centre import (
    ConferenceCalled,
    ConferenceHeld,
    Designated,
    ProposalVoid,
    Proposed,
    Signed,
    SteppedUp,
    StoodDown,
    Supervised,
    Whistled,
)
from referral_engine.model.event.clocks import (
    ClockCancelled,
    ClockChanged,
    ClockMet,
    ClockStarted,
    MarkFired,
    Paused,
    Resumed,
)
from referral_engine.model.event.closing import (
    Answered,
    Archived,
    CalledBack,
    Closed,
    Deferred,
    Excluded,
    Objected,
    Rated,
    Redirected,
    Rejected,
    Reopened,
    Resolved,
    Reviewed,
    WithdrawalAsked,
    Withdrawn,
)
from referral_engine.model.event.intake import Accepted, Barred, Decided, Linked, Registered, Sealed
from referral_engine.model.event.joining import Absorbed, Merged, Released, SplitOff, Unmerged
from referral_engine.model.event.retention import Anonymised, PreservationEnded, Preserved
from referral_engine.model.event.standing import (
    Agreed,
    AnsweredLate,
    CallGivenUp,
    ConsentGiven,
    EffectDone,
    FlagDerived,
    IncidentJoined,
    LetterReceived,
    LetterSent,
    MediatorChallenged,
    PartyAdded,
    ProblemNamed,
    PromiseBroken,
    Recommended,
    Recurred,
    RulesMigrated,
    Settled,
)
from referral_engine.model.event.unit_part import (
    AnsweredNotNeeded,
    Arrived,
    Cancelled,
    Claimed,
    Contacted,
    Contested,
    Declined,
    DeclineRefused,
    Entered,
    HandedOff,
    Offered,
    Progressed,
    Reported,
    Resubmit,
    Transferred,
)
from referral_engine.model.principal import Principal

__all__ = [
    "EVENTS",
    "SCHEMA_VERSION",
    "Absorbed",
    "Accepted",
    "Agreed",
    "Anonymised",
    "Answered",
    "AnsweredLate",
    "AnsweredNotNeeded",
    "Archived",
    "Arrived",
    "Barred",
    "Body",
    "CallGivenUp",
    "CalledBack",
    "Cancelled",
    "Claimed",
    "ClockCancelled",
    "ClockChanged",
    "ClockMet",
    "ClockStarted",
    "Closed",
    "ConferenceCalled",
    "ConferenceHeld",
    "ConsentGiven",
    "Contacted",
    "Contested",
    "Decided",
    "DeclineRefused",
    "Declined",
    "Deferred",
    "Designated",
    "EffectDone",
    "Entered",
    "Event",
    "EventBody",
    "Excluded",
    "FlagDerived",
    "HandedOff",
    "IncidentJoined",
    "LetterReceived",
    "LetterSent",
    "Linked",
    "MarkFired",
    "MediatorChallenged",
    "Merged",
    "Objected",
    "Offered",
    "PartyAdded",
    "Paused",
    "PreservationEnded",
    "Preserved",
    "ProblemNamed",
    "Progressed",
    "PromiseBroken",
    "ProposalVoid",
    "Proposed",
    "Rated",
    "Recommended",
    "Recurred",
    "Redirected",
    "Registered",
    "Rejected",
    "Released",
    "Reopened",
    "Reported",
    "Resolved",
    "Resubmit",
    "Resumed",
    "Reviewed",
    "RulesMigrated",
    "Sealed",
    "Settled",
    "Signed",
    "SplitOff",
    "SteppedUp",
    "StoodDown",
    "Supervised",
    "Transferred",
    "Unmerged",
    "Whistled",
    "WithdrawalAsked",
    "Withdrawn",
    "event_name",
]

SCHEMA_VERSION = 1


EVENTS: tuple[type[Body], ...] = tuple(Body.__subclasses__())
EventBody = (
    Registered | Decided | Accepted | Sealed | Barred | Linked | Offered
    | ClockStarted | ClockChanged | ClockMet | ClockCancelled | MarkFired | Paused | Resumed
    | Whistled | StoodDown | Claimed | Contacted | Arrived | Declined | DeclineRefused
    | Contested | Transferred | Cancelled | AnsweredNotNeeded | Progressed | Entered | Reported
    | Resubmit | HandedOff
    | Designated | SteppedUp | Supervised | ConferenceCalled | ConferenceHeld
    | Proposed | Signed | ProposalVoid | Resolved | Reviewed | CalledBack | Rated | Reopened
    | Deferred | Rejected | Redirected | Excluded | Objected | WithdrawalAsked | Withdrawn
    | Closed | Archived | Answered | Merged | Unmerged | Absorbed | Released | SplitOff
    | PartyAdded | ConsentGiven | MediatorChallenged | Agreed | Settled
    | PromiseBroken
    | FlagDerived | EffectDone | Recommended | LetterSent | LetterReceived
    | ProblemNamed | IncidentJoined | Recurred | AnsweredLate | CallGivenUp | RulesMigrated
    | Preserved | PreservationEnded | Anonymised
)  # fmt: skip


def event_name(body: EventBody) -> str:
    """The kind as stored, e.g. ``clock_started``."""
    return str(body.__struct_config__.tag)


class Event(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One event as it is stored: ``seq`` from 1 without gaps within the case, times UTC.

    ``owner`` is the unit that owns the case after it. ``happened_at`` differs from
    ``recorded_at`` where an act was recorded afterwards.
    """

    case: str
    seq: int
    body: EventBody
    owner: str
    by: Principal
    recorded_at: datetime
    happened_at: datetime
    schema: int = SCHEMA_VERSION
