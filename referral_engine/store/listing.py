"""What people look at: lists of cases, a unit's inbox, a case's events, who saw what."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, func, or_, select, union

from referral_engine.store.moment import micros, moment
from referral_engine.store.tables import access_log, case_file, case_link, referral

__all__ = [
    "Access",
    "CaseFilter",
    "CaseLine",
    "InboxLine",
    "accesses",
    "cases",
    "inbox",
    "links",
    "referral_case",
    "units_in_hand",
]


class CaseFilter(msgspec.Struct, frozen=True):
    """Which cases to list; empty means any. `category` and `territory` take what lies under them.

    `sealed` None lists both kinds; whoever may not see sealed cases asks for False. `alive` are
    those open, and those over in which a promise is still on the clock. `before` is the last line
    of the page before: (registered_at, code).
    """

    state: str = ""
    open: bool | None = None
    alive: bool = False
    owner: str = ""
    unit: str = ""
    category: str = ""
    territory: str = ""
    path: str = ""
    problem: str = ""
    incident: str = ""
    reporter: str = ""
    sealed: bool | None = None
    received_since: datetime | None = None
    received_until: datetime | None = None
    before: tuple[datetime, str] | None = None


class CaseLine(NamedTuple):
    """One case of a list; times UTC, no personal data."""

    code: str
    state: str
    owner: str
    category: str
    territory: str
    sealed: str
    received_at: datetime
    registered_at: datetime
    next_at: datetime | None
    outcome: str


class InboxLine(NamedTuple):
    """One open referral of a unit, and its nearest deadline (UTC)."""

    referral: str
    case: str
    part: str
    state: str
    whistle: str
    category: str
    sealed: str
    offered_at: datetime
    due_name: str
    due_at: datetime | None


class Access(NamedTuple):
    """Somebody looked at the personal data of a case."""

    case: str
    principal: str
    purpose: str
    at: datetime


def cases(
    connection: Connection, limit: int = 50, where: CaseFilter | None = None
) -> list[CaseLine]:
    """The cases that fit, newest registration first."""
    f = case_file.c
    query = select(
        f.case_code, f.state, f.owner, f.category, f.territory, f.sealed, f.received_at,
        f.registered_at, f.next_at, f.outcome,
    ).where(*_conditions(where or CaseFilter()))  # fmt: skip
    query = query.order_by(f.registered_at.desc(), f.case_code.desc()).limit(limit)
    return [
        CaseLine(*row[:6], moment(row[6]), moment(row[7]), moment(row[8]), row[9])
        for row in connection.execute(query)
    ]


def _conditions(where: CaseFilter) -> list[ColumnElement[bool]]:
    f = case_file.c
    found: list[ColumnElement[bool]] = [
        f[name] == value
        for name in ("state", "owner", "path", "problem", "incident", "reporter")
        if (value := getattr(where, name))
    ]
    found += [
        f[name].startswith(value, autoescape=True)
        for name in ("category", "territory")
        if (value := getattr(where, name))
    ]
    if where.open is not None:
        found.append(f.is_open == int(where.open))
    if where.alive:
        found.append(or_(f.is_open == 1, f.next_at.is_not(None)))
    if where.sealed is not None:
        found.append(f.sealed != "" if where.sealed else f.sealed == "")
    if where.unit:
        part = select(referral.c.case_code).where(
            or_(referral.c.unit == where.unit, referral.c.station == where.unit)
        )
        found.append(f.case_code.in_(part))
    if where.received_since is not None:
        found.append(f.received_at >= micros(where.received_since))
    if where.received_until is not None:
        found.append(f.received_at < micros(where.received_until))
    if where.before is not None:
        at, code = micros(where.before[0]), where.before[1]
        found.append(or_(f.registered_at < at, (f.registered_at == at) & (f.case_code < code)))
    return found


def inbox(connection: Connection, unit: str, limit: int = 1_000) -> list[InboxLine]:
    """The open referrals of a unit, as department or as station, nearest deadline first."""
    r, f = referral.c, case_file.c
    query = select(
        r.referral_id, r.case_code, r.part, r.state, r.whistle, f.category, f.sealed,
        r.offered_at, r.due_name, r.due_at,
    ).join_from(referral, case_file, r.case_code == f.case_code)  # fmt: skip
    query = query.where(r.is_open == 1, or_(r.unit == unit, r.station == unit))
    query = query.order_by(r.due_at.is_(None), r.due_at, r.offered_at, r.referral_id).limit(limit)
    return [
        InboxLine(*row[:7], moment(row[7]), row[8], moment(row[9]))
        for row in connection.execute(query)
    ]


def referral_case(connection: Connection, referral_id: str) -> str | None:
    """The code of the case a referral belongs to."""
    query = select(referral.c.case_code).where(referral.c.referral_id == referral_id)
    return connection.execute(query).scalar()


def units_in_hand(connection: Connection) -> dict[str, int]:
    """How many open cases each unit owns, holds or has an open referral in."""
    f, r = case_file.c, referral.c
    parts = [select(f.case_code, unit.label("unit")).where(f.is_open == 1)
             for unit in (f.owner, f.holder)]  # fmt: skip
    parts += [select(r.case_code, unit.label("unit")).where(r.is_open == 1)
              for unit in (r.unit, r.station)]  # fmt: skip
    busy = union(*parts).subquery()
    query = select(busy.c.unit, func.count()).group_by(busy.c.unit)
    return {row[0]: row[1] for row in connection.execute(query)}


def links(connection: Connection, code: str) -> list[str]:
    """The codes a case is linked with, from either end."""
    out = select(case_link.c.other_code).where(case_link.c.case_code == code)
    back = select(case_link.c.case_code).where(case_link.c.other_code == code)
    return sorted(connection.execute(out.union(back)).scalars())


def accesses(connection: Connection, code: str) -> list[Access]:
    """Who looked at the personal data of a case, earliest first."""
    a = access_log.c
    query = select(a.case_code, a.principal_id, a.purpose, a.seen_at).where(a.case_code == code)
    rows = connection.execute(query.order_by(a.seen_at, a.access_id))
    return [Access(row[0], row[1], row[2], moment(row[3])) for row in rows]
