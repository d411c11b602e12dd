"""Everything that can be asked of a case. Each is understood by flow/decide.py alone.

Free text in a command (``reason``, ``text``, ``note``) goes to the case's content rows; events
hold only its reference. ``referral`` is a referral's id. Times are aware.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from referral_engine.model.command.assignment import (
    Confer,
    Designate,
    Dispatch,
    Part,
    StandDown,
    StepUp,
    Supervise,
    Whistle,
)
from referral_engine.model.command.closing import (
    Archive,
    CallBack,
    Close,
    Defer,
    Rate,
    Review,
    Rework,
)
from referral_engine.model.command.engine import (
    Absorb,
    CallFailed,
    ConfirmDeadlines,
    LateAnswer,
    Link,
    MarkRecurred,
    Migrate,
    PassAnswer,
    Raise,
    Release,
    Tick,
)
from referral_engine.model.command.intake import (
    Accept,
    Exclude,
    Object,
    Redirect,
    Register,
    Reject,
    Withdraw,
)
from referral_engine.model.command.joining import (
    AddAccused,
    LetterDelivered,
    Merge,
    SendLetter,
    Sign,
    Split,
    Unmerge,
)
from referral_engine.model.command.order import Order
from referral_engine.model.command.parties import AddParty, Agree, Challenge, Consent, Settle
from referral_engine.model.command.retention import Anonymise, EndPreservation, Preserve
from referral_engine.model.command.unit_part import (
    Arrive,
    Claim,
    Contact,
    Decline,
    Enter,
    Extend,
    HandleNow,
    HandOff,
    Hold,
    NotNeeded,
    Progress,
    Report,
    Resume,
    Transfer,
)
from referral_engine.model.principal import Principal

__all__ = [
    "COMMANDS",
    "Absorb",
    "Accept",
    "AddAccused",
    "AddParty",
    "Agree",
    "Anonymise",
    "Archive",
    "Arrive",
    "CallBack",
    "CallFailed",
    "Challenge",
    "Claim",
    "Close",
    "Command",
    "Confer",
    "ConfirmDeadlines",
    "Consent",
    "Contact",
    "Decline",
    "Defer",
    "Designate",
    "Dispatch",
    "EndPreservation",
    "Enter",
    "Exclude",
    "Extend",
    "HandOff",
    "HandleNow",
    "Hold",
    "LateAnswer",
    "LetterDelivered",
    "Link",
    "MarkRecurred",
    "Merge",
    "Migrate",
    "NotNeeded",
    "Object",
    "Order",
    "Part",
    "PassAnswer",
    "Preserve",
    "Progress",
    "Raise",
    "Rate",
    "Redirect",
    "Register",
    "Reject",
    "Release",
    "Report",
    "Request",
    "Resume",
    "Review",
    "Rework",
    "SendLetter",
    "Settle",
    "Sign",
    "Split",
    "StandDown",
    "StepUp",
    "Supervise",
    "Tick",
    "Transfer",
    "Unmerge",
    "Whistle",
    "Withdraw",
    "command_name",
]

Command = (
    Register | Accept | Reject | Redirect | Exclude | Object | Withdraw
    | Dispatch | Whistle | StandDown | Designate | StepUp | Supervise | Confer
    | Claim | Contact | Arrive | Decline | NotNeeded | Progress | Enter | Report
    | HandleNow | HandOff | Transfer | Extend | Hold | Resume
    | AddParty | Consent | Challenge | Agree | Settle
    | Review | CallBack | Rate | Rework | Defer | Close | Archive
    | Merge | Unmerge | Split | AddAccused | Sign | SendLetter | LetterDelivered
    | Tick | Raise | Absorb | Release | PassAnswer | Link | MarkRecurred | ConfirmDeadlines
    | LateAnswer | CallFailed | Migrate | Preserve | EndPreservation | Anonymise
)  # fmt: skip
COMMANDS: tuple[type[Order], ...] = tuple(Order.__subclasses__())


def command_name(command: Command | type[Order]) -> str:
    """The name used in the life-cycle table, the event log and the CLI, e.g. ``hand_off``."""
    return _NAMES[command if isinstance(command, type) else type(command)]


_NAMES: dict[type, str] = {kind: str(kind.__struct_config__.tag) for kind in COMMANDS}


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
