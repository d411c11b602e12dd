"""Wake-ups: `look at this case at this moment`, taken under a lease and a fence.

A wake-up carries no news. Whoever takes one reads the case again, fires all that is due and ends
the claim with the fence it was given (`stage.py` writes that); a stale owner, whose lease ran out
and whose fence was given anew, completes nothing. Claims are counted, not failures: a crash counts
too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, literal_column, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from referral_engine.store.moment import micros, moment
from referral_engine.store.outbox import DeadLetter, earliest, together
from referral_engine.store.prepared import Prepared, numbered, prepared, value, values
from referral_engine.store.tables import wakeup

__all__ = [
    "ClaimedWakeup",
    "claim",
    "dead",
    "due",
    "failed",
    "in_hand",
    "let_go",
    "next_due",
    "release",
    "revive",
]

_w = wakeup.c
_waiting = select(_w.due_at, _w.lease_until).where(
    _w.due_at.is_not(None), _w.dead == literal_column("0")
)
_HEAD = Prepared(_waiting.order_by(_w.due_at).limit(value("limit")))
_READY = Prepared(
    select(_w.case_code, _w.claims)
    .where(
        _w.due_at.is_not(None),
        _w.dead == literal_column("0"),
        _w.due_at <= value("at"),
        _w.lease_until <= value("at"),
    )
    .order_by(_w.due_at)
    .limit(value("limit"))
    .with_for_update(skip_locked=True)
)


class ClaimedWakeup(NamedTuple):
    """`claims` counts this one; `due_at` is UTC."""

    code: str
    fence: int
    claims: int
    due_at: datetime


def claim(
    connection: Connection, now: datetime, limit: int, lease: timedelta, max_claims: int
) -> list[ClaimedWakeup]:
    """Takes up to `limit` cases that are due; those claimed too often are put aside as dead."""
    found = _READY.rows(connection, at=micros(now), limit=limit)
    spent = [code for code, claims in found if claims >= max_claims]
    if spent:
        connection.execute(update(wakeup).where(_w.case_code.in_(spent)).values(dead=1))
    taken = together([(code, claims) for code, claims in found if claims < max_claims])
    if not taken:
        return []
    leased = _leased(len(taken)).rows(
        connection, until=micros(now + lease), **numbered("code", taken)
    )
    claimed = [ClaimedWakeup(code, fence, count, moment(at)) for code, fence, count, at in leased]
    return sorted(claimed, key=lambda each: (each.due_at, each.code))


@prepared
def _leased(count: int) -> ReturningUpdate[Any]:
    found = update(wakeup).where(_w.case_code.in_(values("code", count)))
    counted = {"fence": _w.fence + 1, "claims": _w.claims + 1}
    given = found.values(lease_until=value("until"), **counted)
    return given.returning(_w.case_code, _w.fence, _w.claims, _w.due_at)


def failed(connection: Connection, code: str, fence: int, error: str, retry_at: datetime) -> bool:
    """Gives the case back to be looked at from `retry_at` on; False for a stale owner."""
    w = wakeup.c
    given_back = connection.execute(
        update(wakeup)
        .where(w.case_code == code, w.fence == fence, w.lease_until > 0)
        .values(lease_until=micros(retry_at), error=error)
    )
    return given_back.rowcount == 1


def release(connection: Connection) -> int:
    """Ends the leases of owners known to be dead; what waits after a failure goes on waiting."""
    w = wakeup.c
    left = update(wakeup).where(w.lease_until > 0, w.error == "", w.dead == 0)
    return connection.execute(left.values(lease_until=0)).rowcount


def let_go(connection: Connection, held: Mapping[str, int]) -> None:
    """Ends these claims, given as fences by case, as if they had not been made."""
    w = wakeup.c
    for code, fence in held.items():
        mine = (w.case_code == code, w.fence == fence, w.lease_until > 0, w.error == "")
        undone = update(wakeup).where(*mine).values(lease_until=0, claims=w.claims - 1)
        connection.execute(undone)


def revive(connection: Connection, code: str) -> bool:
    """Takes a dead wake-up out of the dead letter."""
    w = wakeup.c
    query = update(wakeup).where(w.case_code == code, w.dead == 1)
    return connection.execute(query.values(dead=0, claims=0, lease_until=0)).rowcount == 1


def dead(connection: Connection, limit: int = 1_000) -> list[DeadLetter]:
    """The cases that were looked at too often without getting on."""
    w = wakeup.c
    # As it stands in the index, which a bound value would not be known to meet.
    query = select(w.case_code, w.claims, w.error).where(w.dead == literal_column("1")).limit(limit)
    return [
        DeadLetter("wakeup", 0, row.case_code, row.case_code, "", row.claims, row.error, "")
        for row in connection.execute(query)
    ]


def due(connection: Connection, now: datetime) -> int:
    """How many cases wait to be looked at, the claimed ones included."""
    w = wakeup.c
    waiting = select(func.count()).where(
        w.due_at.is_not(None), w.due_at <= micros(now), w.dead == 0
    )
    return connection.execute(waiting).scalar_one()


def in_hand(connection: Connection, now: datetime) -> int:
    """How many cases somebody is looking at; what waits after a failure is in nobody's hand."""
    at = micros(now)
    held = select(func.count()).where(
        _w.due_at <= at, _w.lease_until > at, _w.dead == 0, _w.error == ""
    )
    return connection.execute(held).scalar_one()


def next_due(connection: Connection) -> datetime | None:
    """The earliest moment at which a wake-up can be claimed (UTC); None when none is set."""
    return earliest(connection, _HEAD)
