"""What a department is shown of a referral: a frozen view without engine objects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from referral_engine.model.referral import Evidence, ReferralRole, ReferralState

__all__ = [
    "Conference", "Escalation", "Location", "OpenHours", "Receipt", "Referral", "Reporter",
]  # fmt: skip


class Location(msgspec.Struct, frozen=True, omit_defaults=True):
    """WGS 84 degrees; the address in the reporter's words."""

    lat: float | None = None
    lon: float | None = None
    address: str = ""


class Reporter(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom to contact. Personal data: never log it, never keep it longer than the call."""

    name: str = ""
    phone: str = ""


class Escalation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What befell the referral: ``remind``, ``supervise`` or ``step_up`` (then with ``level``)."""

    effect: Literal["remind", "supervise", "step_up"]
    level: str = ""


class Conference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A conference (会商) the unit is called to; unit ids; ``meet_at`` UTC, None while open."""

    id: str
    members: tuple[str, ...] = ()
    meet_at: datetime | None = None


class OpenHours(msgspec.Struct, frozen=True):
    """From when to when the acting office is open (UTC)."""

    opens: datetime
    closes: datetime


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a message: ``done``, ``refused`` with code and reason, or ``waiting`` for one
    that comes before it. ``duplicate``: it came before, and this is what became of it then.
    """

    key: str
    referral: str
    status: Literal["done", "waiting", "refused"]
    code: str = ""
    reason: str = ""
    duplicate: bool = False


class Referral(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One unit's part in one case, as it stands at ``now``. All times are UTC.

    ``key``          stable over repeated attempts at the same call: use it towards outside systems
    ``now``          the engine's time; a plugin reads no clock
    ``department``   whose plugin is asked; ``station`` is the office that acts (itself without one)
    ``whistle``      empty for an ordinary dispatch, else routine, joint or emergency
    ``round``        counts from 1 and grows with each rework
    ``returns``      how often this case was declined before
    ``bound``        a decline would be refused: the centre has designated the department, is about
                     to, or the department declined this case before
    ``sealed``       the words, place and reporter are withheld; a person reads them at the desk
    ``claim_by`` …   deadlines still open; ``clocks`` holds those of other names, such as accept
    ``open_hours``   when ``station`` is open in the three weeks after ``now``, in order: its own
                     hours, holidays and swapped working days (调休) counted
    ``reporter``     only where this unit is the one to contact an unsealed, named reporter
    ``external_ids`` the case's numbers in other systems, by system; under its channel the one it
                     came in with: whoever writes back there does not enter it anew
    ``evidence``     what came with the issue
    ``extra``        the fields under the department's own name, without that name
    ``bookmark``     what the last ``Wait`` of this referral said
    ``receipts``     what became of messages of the department whose sender does not know it yet
    """

    id: str
    key: str
    case: str
    department: str
    station: str
    role: ReferralRole
    state: ReferralState
    now: datetime
    offered_at: datetime
    received_at: datetime
    category: str = ""
    title: str = ""
    text: str = ""
    territory: str = ""
    channel: str = ""
    people: int = 1
    severity: int = 4
    tags: tuple[str, ...] = ()
    whistle: str = ""
    required: bool = False
    path: str = ""
    step: str = ""
    round: int = 1
    returns: int = 0
    bound: bool = False
    sealed: bool = False
    claim_by: datetime | None = None
    contact_by: datetime | None = None
    arrive_by: datetime | None = None
    report_by: datetime | None = None
    clocks: dict[str, datetime] = {}
    claimed_at: datetime | None = None
    contacted_at: datetime | None = None
    arrived_at: datetime | None = None
    open_hours: tuple[OpenHours, ...] = ()
    location: Location | None = None
    reporter: Reporter | None = None
    external_ids: dict[str, str] = {}
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, str | int | float | bool | None] = {}
    bookmark: str = ""
    receipts: tuple[Receipt, ...] = ()

    @property
    def words(self) -> str:
        """Title and text together, for looking words up in."""
        return f"{self.title}\n{self.text}"

    def mentions(self, words: Iterable[str]) -> bool:
        """Whether the title or text holds one of these words, letter by letter."""
        said = self.words
        return any(word in said for word in words)

    def opening(self, moment: datetime) -> datetime:
        """``moment`` (aware) while the office is open, else when it opens next.

        ``moment`` itself again where that lies beyond ``open_hours``.
        """
        later = (each.opens for each in self.open_hours if moment < each.closes)
        return max(moment, next(later, moment))
