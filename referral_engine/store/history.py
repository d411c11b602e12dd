"""What a decision asks beside its case: who belongs together, who is busy, when nobody ran."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, or_, select

from referral_engine.store.moment import micros, moment
from referral_engine.store.prepared import Prepared, value
from referral_engine.store.statements import insert, run
from referral_engine.store.tables import (
    case_file,
    downtime,
    heartbeat,
    plugin_call,
    referral,
    setting,
)

__all__ = [
    "Workload",
    "accept_clock",
    "alive",
    "beat",
    "clock_accepted",
    "problem_of",
    "served",
    "stopped",
    "workload",
]

_ACCEPTED = "clock_accepted"
_FORGOTTEN = timedelta(days=1) // timedelta(microseconds=1)

_d = downtime.c
_STOPPED = Prepared(
    select(_d.since_at, _d.until_at)
    .where(_d.until_at > value("since"), _d.since_at < value("until"))
    .order_by(_d.since_at)
)


class Workload(NamedTuple):
    """A unit's open referrals, those past their nearest deadline, plugin calls not yet answered."""

    open: int
    overdue: int
    calls: int


def problem_of(connection: Connection, problem: str) -> list[str]:
    """The codes of the unsealed cases of a problem (症结) or incident, earliest first."""
    f = case_file.c
    member = and_(or_(f.problem == problem, f.incident == problem), f.sealed == "")
    query = select(f.case_code).where(member).order_by(f.received_at)
    return list(connection.execute(query).scalars())


def workload(connection: Connection, unit: str, now: datetime) -> Workload:
    """What a unit, as department or as station, has in hand at `now`."""
    r = referral.c
    held = and_(or_(r.unit == unit, r.station == unit), r.is_open == 1)
    late = func.count().filter(r.due_at < micros(now))
    open_count, overdue = connection.execute(select(func.count(), late).where(held)).one()
    waiting = select(func.count()).where(
        plugin_call.c.status == "pending", plugin_call.c.lane == unit
    )
    return Workload(open_count, overdue, connection.execute(waiting).scalar_one())


def stopped(
    connection: Connection, since: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """The intervals within [since, until] in which no runner was alive (UTC)."""
    rows = _STOPPED.rows(connection, since=micros(since), until=micros(until))
    return [(max(moment(a), since), min(moment(b), until)) for a, b in rows]


def beat(
    connection: Connection, runner: str, now: datetime, gap: timedelta, serves: Iterable[str] = ()
) -> timedelta | None:
    """Says that a runner is alive, and which departments' plugins it has. Returns how long none
    was alive, when that was longer than `gap`.

    The gap is kept, so that deadlines which passed in it blame nobody.
    """
    h, at = heartbeat.c, micros(now)
    last: int | None = connection.execute(select(func.max(h.seen_at))).scalar()
    missed = None
    if last is not None and at - last > gap // timedelta(microseconds=1):
        connection.execute(downtime.insert().values(since_at=last, until_at=at))
        missed = now - moment(last)
    said = {"seen_at": at, "serves": "\n".join(sorted(serves))}
    renewed = heartbeat.update().where(h.runner_id == runner).values(**said)
    if connection.execute(renewed).rowcount == 0:
        connection.execute(heartbeat.insert().values(runner_id=runner, started_at=at, **said))
        # Names of processes are not used again. The newest are kept: a gap counts from them.
        connection.execute(heartbeat.delete().where(h.seen_at < at - _FORGOTTEN))
    return missed


def served(connection: Connection, since: datetime) -> frozenset[str]:
    """The departments whose plugins some runner has that was alive after `since`."""
    h = heartbeat.c
    told = connection.execute(select(h.serves).where(h.seen_at > micros(since))).scalars()
    return frozenset(unit for serves in told for unit in serves.splitlines())


def alive(connection: Connection, since: datetime) -> list[str]:
    """The runners that were alive after `since`."""
    h = heartbeat.c
    found = select(h.runner_id).where(h.seen_at > micros(since)).order_by(h.runner_id)
    return list(connection.execute(found).scalars())


def accept_clock(connection: Connection, now: datetime) -> None:
    """Keeps that somebody accepted the time after a jump."""
    row = (_ACCEPTED, str(micros(now)).encode(), "")
    columns = tuple(column.name for column in setting.c)
    run(connection, insert(connection.dialect.name, setting, columns, replace=True), [row])


def clock_accepted(connection: Connection) -> datetime | None:
    """When the time was last accepted after a jump (UTC)."""
    query = select(setting.c.value).where(setting.c.name == _ACCEPTED)
    told: bytes | None = connection.execute(query).scalar()
    return None if told is None else moment(int(told))
