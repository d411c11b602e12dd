"""Everything that can be asked of a case. Each is understood by flow/decide.py alone.

Free text in a command (``reason``, ``text``, ``note``) goes to the case's content rows; events
hold only its reference. ``referral`` is a referral's id. Times are aware.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from referral_engine.model.issue import Issue
from referral_engine.model.principal import Principal
from referral_engine.model.referral import Evidence
from referral_engine.model.span import Span
from referral_engine.model.tag import snake
from referral_engine.model.target import Target

__all__ = ["COMMANDS", "Command", "Request", "command_name"]


class _Command(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag=snake):
    pass


# -- intake -----------------------------------------------------------------------------------
class Register(_Command, frozen=True):
    """A new case. ``follows`` links it to another (a split) without its content."""

    issue: Issue
    auto_accept: bool = True
    sealed: str = ""
    follows: str = ""


class Accept(_Command, frozen=True):
    category: str = ""
    territory: str = ""


class Reject(_Command, frozen=True):
    ground: str
    reason: str = ""


class Redirect(_Command, frozen=True):
    legal_path: str
    reason: str = ""


class Exclude(_Command, frozen=True):
    """Exclude an issue (never a person) from assessment for six months."""

    ground: str
    reason: str = ""


class Object(_Command, frozen=True):
    """The reporter objects to a rejection, redirection, deferral, explanation or closure."""

    reason: str


class Withdraw(_Command, frozen=True):
    """Asked by anyone, done only once the reporter confirms it."""

    reason: str = ""


# -- assignment -------------------------------------------------------------------------------
class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    to: Target
    within: tuple[tuple[str, Span], ...] = ()
    required: bool = False


class Dispatch(_Command, frozen=True):
    lead: Target
    support: tuple[Part, ...] = ()
    within: tuple[tuple[str, Span], ...] = ()
    reason: str = ""


class Whistle(_Command, frozen=True):
    level: Literal["routine", "joint", "emergency"]
    lead: Target | None = None
    support: tuple[Part, ...] = ()
    within: tuple[tuple[str, Span], ...] = ()
    reason: str = ""


class StandDown(_Command, frozen=True):
    """The whistler ends the whistle and rates each responder 1 to 5, by unit id."""

    ratings: dict[str, int] = {}
    reason: str = ""


class Designate(_Command, frozen=True):
    unit: Target
    ground: str = ""
    reason: str = ""


class StepUp(_Command, frozen=True):
    reason: str = ""
    to: Target | None = None


class Supervise(_Command, frozen=True):
    referral: str = ""
    within: Span | None = None
    reason: str = ""


class Confer(_Command, frozen=True):
    """Call a conference, or with ``minutes`` and ``conference`` record what it decided.

    ``lead`` then is the unit that the conference binds to lead.
    """

    members: tuple[Target, ...] = ()
    meet_at: datetime | None = None
    conference: str = ""
    minutes: str = ""
    lead: Target | None = None


# -- a unit's part ----------------------------------------------------------------------------
class Claim(_Command, frozen=True):
    referral: str


class Contact(_Command, frozen=True):
    referral: str
    note: str = ""


class Arrive(_Command, frozen=True):
    referral: str
    evidence: tuple[Evidence, ...] = ()


class Decline(_Command, frozen=True):
    """``suggest`` names the unit that should own it; empty only where none can be named."""

    referral: str
    ground: str
    suggest: str = ""
    reason: str = ""


class NotNeeded(_Command, frozen=True):
    referral: str
    reason: str = ""


class Progress(_Command, frozen=True):
    """Word in between; ``status`` is the department's own, ``meets`` a named clock it meets."""

    referral: str
    note: str = ""
    status: str = ""
    meets: str = ""
    stage: Literal["", "initial", "follow_up", "final"] = ""


class Report(_Command, frozen=True):
    referral: str
    text: str
    outcome: str = "solved"
    evidence: tuple[Evidence, ...] = ()
    review_on: date | None = None


class HandleNow(_Command, frozen=True):
    """Claim and feedback at once on the spot; without ``referral`` by whoever owns the case."""

    text: str
    referral: str = ""
    evidence: tuple[Evidence, ...] = ()


class HandOff(_Command, frozen=True):
    """Handed to 110, 119 or 120: their number for it, when, who took it. Counts as claim."""

    to: str
    number: str
    receiver: str
    referral: str = ""


class Transfer(_Command, frozen=True):
    referral: str
    to: Target
    reason: str = ""


class Extend(_Command, frozen=True):
    """Ask for more time; somebody else approves by signing. ``clock`` is the deadline's name."""

    by: Span
    reason: str
    referral: str = ""
    clock: str = "report"


class Hold(_Command, frozen=True):
    """Ask for a clock stop; ``referral`` empty stops the whole case. Somebody else approves."""

    reason: str
    until: datetime
    referral: str = ""


class Resume(_Command, frozen=True):
    referral: str = ""
    reason: str = ""


# -- mediation and parties --------------------------------------------------------------------
class AddParty(_Command, frozen=True):
    role: str
    name: str = ""
    phone: str = ""
    count: int = 1


class Consent(_Command, frozen=True):
    party: str
    given: bool


class Challenge(_Command, frozen=True):
    """A party challenges a mediator, who is then not to act in this case."""

    referral: str
    person: str
    reason: str = ""


class Agree(_Command, frozen=True):
    """The parties agree: joint application for confirmation within 30 days if wanted, and dates."""

    referral: str
    terms: str
    confirmation: bool = False
    performance: tuple[date, ...] = ()


class Settle(_Command, frozen=True):
    """What was promised to a party was done; ``clock`` names the date it was promised for."""

    party: str = ""
    clock: str = ""
    note: str = ""


# -- after the work ---------------------------------------------------------------------------
class Review(_Command, frozen=True):
    passed: bool
    reason: str = ""


class CallBack(_Command, frozen=True):
    """One try. ``reached`` no counts a try; else how it stands and how satisfied (1 to 5)."""

    reached: bool
    resolved: Literal["yes", "partly", "no", ""] = ""
    score: int = 0
    comment: str = ""


class Rate(_Command, frozen=True):
    """The reporter's own word, at any time."""

    contacted: bool
    resolved: Literal["yes", "partly", "no"]
    score: int
    comment: str = ""


class Rework(_Command, frozen=True):
    reason: str


class Defer(_Command, frozen=True):
    """挂账: it cannot be solved now (money, policy). Two persons sign; the reporter is told."""

    review_on: date
    reason: str


class Close(_Command, frozen=True):
    reason: str = ""
    outcome: str = ""


class Archive(_Command, frozen=True):
    pass


# -- joining ----------------------------------------------------------------------------------
class Merge(_Command, frozen=True):
    into: str
    reason: str = ""


class Unmerge(_Command, frozen=True):
    reason: str = ""


class Split(_Command, frozen=True):
    """Each part becomes a case of its own; ``unlinked`` parts carry no trace of this one."""

    parts: tuple[Issue, ...]
    reason: str = ""
    unlinked: bool = False


class AddAccused(_Command, frozen=True):
    units: tuple[str, ...]
    reason: str = ""


class Sign(_Command, frozen=True):
    proposal: str
    agreed: bool = True
    reason: str = ""


class SendLetter(_Command, frozen=True):
    """A letter (文书) goes out: its number is given by the engine, delivery is reported later."""

    letter: str
    to: str
    text: str


class LetterDelivered(_Command, frozen=True):
    number: str
    receipt: str = ""


# -- the engine's own -------------------------------------------------------------------------
class Tick(_Command, frozen=True):
    """Look at the case: fire all that is due."""


class Raise(_Command, frozen=True):
    """An occasion from outside the clocks: ``manual``, ``warned``."""

    occasion: str
    reason: str = ""


class Absorb(_Command, frozen=True):
    """Follow-up of a merge, on the case that stays."""

    code: str
    reporter: str = ""
    answer_by: datetime | None = None


class Release(_Command, frozen=True):
    """Follow-up of an unmerge, on the case that stayed."""

    code: str
    reporter: str = ""


class Link(_Command, frozen=True):
    code: str
    relation: str


class MarkRecurred(_Command, frozen=True):
    """The same trouble came back after this case was closed."""

    code: str
    problem: str


class ConfirmDeadlines(_Command, frozen=True):
    """A calendar became known: recompute what was provisional."""


class LateAnswer(_Command, frozen=True):
    """A plugin answered after the case closed or after another answer; kept, without effect."""

    referral: str
    verb: str
    note: str = ""


class CallFailed(_Command, frozen=True):
    """A plugin call went to the dead letter; the desk takes the referral over."""

    referral: str
    verb: str
    error: str


class Migrate(_Command, frozen=True):
    """Take the running case to another published rule set, by name."""

    rule_set: str
    reason: str = ""


Command = (
    Register | Accept | Reject | Redirect | Exclude | Object | Withdraw
    | Dispatch | Whistle | StandDown | Designate | StepUp | Supervise | Confer
    | Claim | Contact | Arrive | Decline | NotNeeded | Progress | Report | HandleNow | HandOff
    | Transfer | Extend | Hold | Resume
    | AddParty | Consent | Challenge | Agree | Settle
    | Review | CallBack | Rate | Rework | Defer | Close | Archive
    | Merge | Unmerge | Split | AddAccused | Sign | SendLetter | LetterDelivered
    | Tick | Raise | Absorb | Release | Link | MarkRecurred | ConfirmDeadlines
    | LateAnswer | CallFailed | Migrate
)  # fmt: skip
COMMANDS: tuple[type[_Command], ...] = tuple(_Command.__subclasses__())


def command_name(command: Command | type[_Command]) -> str:
    """The name used in the life-cycle table, the event log and the CLI, e.g. ``hand_off``."""
    return str(command.__struct_config__.tag)


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """A command on its way through the door.

    ``key`` makes it idempotent together with ``by.id``; ``happened_at`` is when the act took
    place, if it is recorded only afterwards (先处置后补录).
    """

    case: str
    command: Command
    by: Principal
    key: str = ""
    happened_at: datetime | None = None
