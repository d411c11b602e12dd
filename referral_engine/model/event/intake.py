"""Events of intake and routing."""

from __future__ import annotations

from datetime import datetime

from referral_engine.model.event.body import Body, Extra

__all__ = ["Accepted", "Barred", "Decided", "Linked", "Registered", "Sealed"]


class Registered(Body, frozen=True):
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


class Decided(Body, frozen=True):
    """Routing decided: the whole trace, the facts asked of history, organisation and calendar.

    ``suggested`` are units with shares (0 to 1), surest first, for whoever dispatches.
    """

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
    suggested: tuple[tuple[str, float], ...] = ()


class Accepted(Body, frozen=True):
    category: str = ""
    territory: str = ""


class Sealed(Body, frozen=True):
    """``holder`` is the unit that answers for it from now on."""

    reason: str
    holder: str = ""


class Barred(Body, frozen=True):
    """Recusal: these units, and all that belongs to them, neither receive nor see the case."""

    units: tuple[str, ...]
    accused: tuple[str, ...] = ()
    holder: str = ""
    note: str = ""


class Linked(Body, frozen=True):
    code: str
    relation: str
