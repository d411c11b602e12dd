"""What happened to a case: one body a kind, and the envelope that is stored and chained.

No body holds personal data: ``*_ref`` and ``note`` are references to content rows. Written
events are never changed; a new field needs a default, a new meaning a new kind.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from referral_engine.model.case import Conference, Party, Proposal, Signature
from referral_engine.model.deadline import Deadline, Pause
from referral_engine.model.principal import Principal
from referral_engine.model.referral import Evidence, Referral
from referral_engine.model.tag import snake

__all__ = ["EVENTS", "SCHEMA_VERSION", "Event", "EventBody", "event_name"]

SCHEMA_VERSION = 1
Extra = dict[str, str | int | float | bool | None]


class _Body(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag=snake):
    pass


class Registered(_Body, frozen=True):
    """``imported_at`` is set where history was read in: the events then stand at the times of
    that history, and this is when it was really recorded."""

    channel: str
    received_at: datetime
    rule_set: str
    holder: str
    first: str
    level: str = ""
    category: str = ""
    territory: str = ""
    people: int = 1
    severity: int = 4
    tags: tuple[str, ...] = ()
    accused: tuple[str, ...] = ()
    extra: Extra = {}
    reporter: str = ""
    reporter_anonymous: bool = False
    has_location: bool = False
    attachments: tuple[str, ...] = ()
    sender_id: str = ""
    issue_ref: str = ""
    follows: str = ""
    imported_at: datetime | None = None


class Decided(_Body, frozen=True):
    """Routing decided: the whole trace, the facts asked of history, organisation and calendar."""

    rule: str
    file: str
    line: int
    name: str
    why: str
    basis: str
    matched: tuple[str, ...]
    prepared: tuple[str, ...] = ()
    seen: tuple[tuple[str, str], ...] = ()
    answers: dict[str, int] = {}
    values: dict[str, str | int | float | bool] = {}
    tags: tuple[str, ...] = ()
    path: str = ""
    path_step: str = ""
    whistle: str = ""
    org: str = ""
    calendar: str = ""
    rule_set: str = ""


class Accepted(_Body, frozen=True):
    category: str = ""
    territory: str = ""


class Sealed(_Body, frozen=True):
    """``holder`` is the unit that answers for it from now on."""

    reason: str
    holder: str = ""


class Barred(_Body, frozen=True):
    """Recusal: these units, and all that belongs to them, neither receive nor see the case."""

    units: tuple[str, ...]
    accused: tuple[str, ...] = ()
    holder: str = ""
    note: str = ""


class Linked(_Body, frozen=True):
    code: str
    relation: str


class Offered(_Body, frozen=True):
    referral: Referral
    reason: str = ""
    note: str = ""


class ClockStarted(_Body, frozen=True):
    deadline: Deadline


class ClockChanged(_Body, frozen=True):
    """Paused, resumed, extended or confirmed: the deadline as it now stands, and why."""

    deadline: Deadline
    reason: str


class ClockMet(_Body, frozen=True):
    deadline: str
    late: bool = False
    excused: bool = False


class ClockCancelled(_Body, frozen=True):
    deadline: str


class MarkFired(_Body, frozen=True):
    """A share of a clock was reached; ``skipped`` says why it had no effect (engine down)."""

    deadline: str
    name: str
    share: float
    referral: str = ""
    skipped: str = ""
    excused: bool = False


class Paused(_Body, frozen=True):
    pause: Pause
    note: str = ""


class Resumed(_Body, frozen=True):
    scope: str
    reason: str = ""


class Whistled(_Body, frozen=True):
    level: str
    units: tuple[str, ...]
    note: str = ""


class StoodDown(_Body, frozen=True):
    ratings: dict[str, int] = {}
    note: str = ""


class Claimed(_Body, frozen=True):
    referral: str
    by: str = ""


class Contacted(_Body, frozen=True):
    referral: str
    note: str = ""


class Arrived(_Body, frozen=True):
    referral: str
    evidence: tuple[Evidence, ...] = ()


class Declined(_Body, frozen=True):
    referral: str
    unit: str
    ground: str
    suggested: str = ""
    note: str = ""
    counted: bool = True


class DeclineRefused(_Body, frozen=True):
    """The ground was used up or the limit reached: the unit acts meanwhile (先办后裁)."""

    referral: str
    unit: str
    ground: str
    suggested: str = ""
    reason: str = ""


class Contested(_Body, frozen=True):
    """Nobody wants it: the first unit acts meanwhile, the centre designates (先办后裁)."""

    acting: str
    units: tuple[str, ...] = ()


class Transferred(_Body, frozen=True):
    referral: str
    to: str
    note: str = ""


class Cancelled(_Body, frozen=True):
    referral: str
    reason: str


class AnsweredNotNeeded(_Body, frozen=True):
    referral: str
    note: str = ""


class Progressed(_Body, frozen=True):
    referral: str
    note: str = ""
    status: str = ""
    stage: str = ""


class Reported(_Body, frozen=True):
    referral: str
    outcome: str
    text_ref: str
    evidence: tuple[Evidence, ...] = ()
    handled_now: bool = False


class Resubmit(_Body, frozen=True):
    """The report was returned: the referral is claimed again, its remaining time continues."""

    referral: str
    round: int


class HandedOff(_Body, frozen=True):
    to: str
    number: str
    receiver_ref: str
    referral: str = ""


class Designated(_Body, frozen=True):
    unit: str
    ground: str = ""
    note: str = ""


class SteppedUp(_Body, frozen=True):
    level: str
    unit: str
    reason: str = ""
    note: str = ""


class Supervised(_Body, frozen=True):
    referral: str
    note: str = ""
    rule: str = ""


class ConferenceCalled(_Body, frozen=True):
    conference: Conference
    rule: str = ""


class ConferenceHeld(_Body, frozen=True):
    conference: str
    minutes: str
    lead: str = ""


class Proposed(_Body, frozen=True):
    proposal: Proposal


class Signed(_Body, frozen=True):
    proposal: str
    signature: Signature
    state: str
    note: str = ""


class ProposalVoid(_Body, frozen=True):
    proposal: str
    reason: str


class Resolved(_Body, frozen=True):
    outcome: str


class Reviewed(_Body, frozen=True):
    passed: bool
    note: str = ""
    skipped: str = ""


class CalledBack(_Body, frozen=True):
    result: str
    tried: int
    score: int = 0
    note: str = ""


class Rated(_Body, frozen=True):
    contacted: bool
    resolved: str
    score: int
    note: str = ""


class Reopened(_Body, frozen=True):
    round: int
    reason: str = ""
    note: str = ""


class Deferred(_Body, frozen=True):
    review_on: datetime
    note: str = ""


class Rejected(_Body, frozen=True):
    ground: str
    note: str = ""


class Redirected(_Body, frozen=True):
    legal_path: str
    note: str = ""


class Excluded(_Body, frozen=True):
    ground: str
    until: datetime
    note: str = ""


class Objected(_Body, frozen=True):
    note: str


class WithdrawalAsked(_Body, frozen=True):
    note: str = ""


class Withdrawn(_Body, frozen=True):
    note: str = ""


class Closed(_Body, frozen=True):
    outcome: str
    note: str = ""


class Archived(_Body, frozen=True):
    pass


class Answered(_Body, frozen=True):
    """The reporter got the answer that every issue is owed; ``by_way`` says how."""

    by_way: str
    note: str = ""


class Merged(_Body, frozen=True):
    into: str
    note: str = ""


class Unmerged(_Body, frozen=True):
    out_of: str
    state: str
    note: str = ""


class Absorbed(_Body, frozen=True):
    code: str
    reporter: str = ""


class Released(_Body, frozen=True):
    code: str
    reporter: str = ""


class SplitOff(_Body, frozen=True):
    """``codes`` is empty for unlinked parts; ``whole`` says that nothing stayed here."""

    parts: int
    keys: tuple[str, ...] = ()
    whole: bool = False
    note: str = ""


class PartyAdded(_Body, frozen=True):
    party: Party


class ConsentGiven(_Body, frozen=True):
    party: str
    given: bool


class MediatorChallenged(_Body, frozen=True):
    referral: str
    person: str
    note: str = ""


class Agreed(_Body, frozen=True):
    referral: str
    terms_ref: str


class Settled(_Body, frozen=True):
    party: str = ""
    clock: str = ""
    note: str = ""


class FlagDerived(_Body, frozen=True):
    """Escalation inference derived a flag at this occasion; ``engine`` says who inferred."""

    flags: tuple[str, ...]
    occasion: str
    rules: tuple[str, ...] = ()
    engine: str = ""


class EffectDone(_Body, frozen=True):
    """An escalation effect, once for (referral, occasion, round, effect, target)."""

    key: str
    effect: str
    target: str
    rule: str
    referral: str = ""


class Recommended(_Body, frozen=True):
    """A rung of the accountability ladder was signed by a named person."""

    step: str
    against: str
    proposal: str


class LetterSent(_Body, frozen=True):
    number: str
    letter: str
    to: str
    text_ref: str


class LetterReceived(_Body, frozen=True):
    number: str
    receipt: str = ""


class Told(_Body, frozen=True):
    """The reporter was told (answered); ``what`` is the kind of word."""

    what: str
    note: str = ""


class ProblemNamed(_Body, frozen=True):
    """The same trouble for the third time: a problem (症结) with an owner of its own."""

    problem: str
    owner: str
    times: int


class IncidentJoined(_Body, frozen=True):
    incident: str


class Recurred(_Body, frozen=True):
    code: str
    problem: str


class AnsweredLate(_Body, frozen=True):
    referral: str
    verb: str
    note: str = ""


class CallGivenUp(_Body, frozen=True):
    referral: str
    verb: str
    error: str


class RulesMigrated(_Body, frozen=True):
    rule_set: str
    before: str
    note: str = ""


EVENTS: tuple[type[_Body], ...] = tuple(_Body.__subclasses__())
EventBody = (
    Registered | Decided | Accepted | Sealed | Barred | Linked | Offered
    | ClockStarted | ClockChanged | ClockMet | ClockCancelled | MarkFired | Paused | Resumed
    | Whistled | StoodDown | Claimed | Contacted | Arrived | Declined | DeclineRefused
    | Contested | Transferred | Cancelled | AnsweredNotNeeded | Progressed | Reported
    | Resubmit | HandedOff
    | Designated | SteppedUp | Supervised | ConferenceCalled | ConferenceHeld
    | Proposed | Signed | ProposalVoid | Resolved | Reviewed | CalledBack | Rated | Reopened
    | Deferred | Rejected | Redirected | Excluded | Objected | WithdrawalAsked | Withdrawn
    | Closed | Archived | Answered | Merged | Unmerged | Absorbed | Released | SplitOff
    | PartyAdded | ConsentGiven | MediatorChallenged | Agreed | Settled
    | FlagDerived | EffectDone | Recommended | LetterSent | LetterReceived | Told
    | ProblemNamed | IncidentJoined | Recurred | AnsweredLate | CallGivenUp | RulesMigrated
)  # fmt: skip


def event_name(body: EventBody) -> str:
    """The kind as stored, e.g. ``clock_started``."""
    return str(body.__struct_config__.tag)


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
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
