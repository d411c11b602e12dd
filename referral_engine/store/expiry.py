"""What has been kept long enough: cases past a term, and what stands beside the cases."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, or_, select, tuple_, update

from referral_engine.store.moment import micros, moment
from referral_engine.store.tables import (
    access_log,
    case_file,
    command_key,
    content,
    data_key,
    notice,
    plugin_call,
    setting,
)

__all__ = ["Ended", "empty_outboxes", "empty_results", "ended", "first_today", "forget_accesses"]

_RAN = "retention_ran"


class Ended(NamedTuple):
    """An ended case that still has content, by what rules ask of it; `at` is its end (UTC)."""

    code: str
    category: str
    path: str
    outcome: str
    state: str
    sealed: str
    at: datetime


def ended(connection: Connection, before: datetime, after: str, limit: int) -> list[Ended]:
    """Up to `limit` cases that ended before a moment and still have content or its key, in the
    order of their codes beyond `after`.
    """
    f = case_file.c
    kept = or_(
        exists().where(data_key.c.case_code == f.case_code),
        exists().where(content.c.case_code == f.case_code),
    )
    query = (
        select(f.case_code, f.category, f.path, f.outcome, f.state, f.sealed, f.closed_at)
        .where(f.case_code > after, f.is_open == 0, f.closed_at < micros(before), kept)
        .order_by(f.case_code)
        .limit(limit)
    )
    return [Ended(*row[:6], moment(row[6])) for row in connection.execute(query)]


def forget_accesses(connection: Connection, before: datetime, limit: int) -> int:
    """Removes up to `limit` records of looks at personal data before a moment; how many."""
    a = access_log.c
    old = select(a.access_id).where(a.seen_at < micros(before)).order_by(a.access_id).limit(limit)
    return connection.execute(delete(access_log).where(a.access_id.in_(old))).rowcount


def empty_outboxes(connection: Connection, before: datetime, limit: int) -> int:
    """Forgets what up to `limit` calls and as many notices said that ended before a moment; how
    many. Their rows stay, for a key is never used again; dead letters stay whole.
    """
    emptied = 0
    for box in (plugin_call, notice):  # follow-ups are forgotten as they end
        b = box.c
        over = b.status.in_(("done", "void"))
        old = select(b.item_id).where(over, b.due_at < micros(before), b.payload != b"")
        forget = update(box).where(b.item_id.in_(old.order_by(b.item_id).limit(limit)))
        emptied += connection.execute(forget.values(payload=b"", error="", trace="")).rowcount
    return emptied


def empty_results(connection: Connection, before: datetime, limit: int) -> int:
    """Forgets what up to `limit` commands were answered on cases that ended before a moment; how
    many. The keys stay for ever: a command given again is known as such.
    """
    k, f = command_key.c, case_file.c
    old = (
        select(k.principal_id, k.request_key)
        .join(case_file, f.case_code == k.case_code)
        .where(f.is_open == 0, f.closed_at < micros(before), k.result != b"")
        .limit(limit)
    )
    forget = update(command_key).where(tuple_(k.principal_id, k.request_key).in_(old))
    return connection.execute(forget.values(result=b"")).rowcount


def first_today(connection: Connection, day: str) -> bool:
    """Whether nobody has done this day's round; from now on somebody has."""
    name = setting.c.name == _RAN
    ran = connection.execute(select(setting.c.value).where(name).with_for_update()).scalar()
    if ran == day.encode():
        return False
    if ran is None:
        values = {"name": _RAN, "value": day.encode(), "master_key_id": ""}
        connection.execute(setting.insert().values(**values))
    else:
        connection.execute(update(setting).where(name).values(value=day.encode()))
    return True
