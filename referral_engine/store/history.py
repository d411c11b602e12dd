"""Questions of fact that a decision asks of other cases. Sealed cases are in no answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from referral_engine.store import newcomers
from referral_engine.store.moment import micros, moment
from referral_engine.store.prepared import Prepared, literal, prepared, value
from referral_engine.store.statements import Row, insert, run
from referral_engine.store.tables import (
    case_file,
    downtime,
    heartbeat,
    plugin_call,
    referral,
    setting,
)

__all__ = [
    "Candidate",
    "Past",
    "Workload",
    "accept_clock",
    "alive",
    "beat",
    "clock_accepted",
    "near",
    "past",
    "problem_of",
    "repeats",
    "served",
    "stopped",
    "workload",
]

_ACCEPTED = "clock_accepted"
_FORGOTTEN = timedelta(days=1) // timedelta(microseconds=1)
SAME = ("category", "channel", "path", "reporter", "territory", "township")

_f, _d = case_file.c, downtime.c
_NEAR = ("case_code", "received_at", "reporter", "incident")
_PAST_COLUMNS = ("case_code", "received_at", "is_open", "problem")
_PAST = Prepared(
    select(*(_f[name] for name in _PAST_COLUMNS))
    .where(
        _f.category == value("category"),
        _f.territory == value("territory"),
        _f.received_at >= value("since"),
        _f.received_at < value("until"),
        _f.sealed == "",
        _f.merged_into == "",
    )
    .order_by(_f.received_at.desc())
    .limit(value("limit"))
)
_STOPPED = Prepared(
    select(_d.since_at, _d.until_at)
    .where(_d.until_at > value("since"), _d.since_at < value("until"))
    .order_by(_d.since_at)
)


class Candidate(NamedTuple):
    """An open, unsealed case that may be the same trouble; `content` by reference."""

    code: str
    received_at: datetime
    reporter: str
    incident: str
    content: dict[str, str]


class Past(NamedTuple):
    """An earlier case of the same place and subject; `problem` where one was named."""

    code: str
    received_at: datetime
    closed: bool
    problem: str


class Workload(NamedTuple):
    """A unit's open referrals, those past their nearest deadline, plugin calls not yet answered."""

    open: int
    overdue: int
    calls: int


def repeats(
    connection: Connection,
    same: Iterable[str],
    values: Mapping[str, str],
    since: datetime,
    until: datetime,
    fresh: Sequence[Row] = (),
) -> int:
    """How many cases received in [since, until] share `values` in each field of `same`.

    Fields: those of SAME. A field without a value is shared with nobody, and the answer is 0.
    `fresh` are rows that stand beside the table. Raises KeyError for a field that cannot be asked
    for.
    """
    fields = set(same)
    if unknown := fields - set(SAME):
        raise KeyError(*unknown)
    if not all(values.get(field) for field in fields):
        return 0
    if "territory" in fields:
        fields.discard("township")  # a territory lies in one
    alike = {field: values[field] for field in fields}
    first, last = micros(since), micros(until)
    found = _repeats(frozenset(fields)).first(connection, since=first, until=last, **alike)
    assert found is not None
    return int(found[0]) + newcomers.count(fresh, {**alike, "sealed": ""}, first, last)


@prepared
def _repeats(fields: frozenset[str]) -> Select[Any]:
    f = case_file.c
    alike: list[ColumnElement[bool]] = [f[field] == value(field) for field in sorted(fields)]
    if "reporter" in fields:
        alike.append(f.reporter != literal(""))  # what the partial index holds
    window = f.received_at.between(value("since"), value("until"))
    return select(func.count()).select_from(case_file).where(window, f.sealed == "", *alike)


def near(
    connection: Connection,
    texts_of: Callable[[Sequence[str]], Mapping[str, dict[str, str]]],
    *,
    category: str,
    township: str,
    around: datetime,
    within: timedelta,
    territory: str = "",
    limit: int = 50,
    fresh: Sequence[Row] = (),
) -> list[Candidate]:
    """Open cases of one category and place received within `within` of `around`, newest first.

    `territory` narrows the township down; `texts_of` reads the content of the cases found; `fresh`
    are rows that stand beside the table.
    """
    place = {"territory": territory} if territory else {"township": township}
    alike = {"category": category, **place}
    since, until = micros(around - within), micros(around + within)
    stored = _near(bool(territory)).rows(connection, since=since, until=until, limit=limit, **alike)
    beside = newcomers.select(fresh, _NEAR, {**alike, "sealed": "", "is_open": 1}, since, until)
    rows = newcomers.merged(stored, beside, _NEAR.index("received_at"), limit)
    if not rows:
        return []
    texts = texts_of([code for code, *_rest in rows])
    return [
        Candidate(code, moment(at), reporter, incident, texts.get(code, {}))
        for code, at, reporter, incident in rows
    ]


@prepared
def _near(narrow: bool) -> Select[Any]:
    f = case_file.c
    query = select(*(f[name] for name in _NEAR)).where(
        f.category == value("category"),
        f.territory == value("territory") if narrow else f.township == value("township"),
        f.received_at.between(value("since"), value("until")),
        f.sealed == "",
        f.is_open == 1,
    )
    return query.order_by(f.received_at.desc()).limit(value("limit"))


def past(
    connection: Connection,
    *,
    category: str,
    territory: str,
    since: datetime,
    until: datetime,
    limit: int = 50,
    fresh: Sequence[Row] = (),
) -> list[Past]:
    """Cases of one subject at one place received in [since, until), closed ones included; `fresh`
    are rows that stand beside the table.
    """
    alike = {"category": category, "territory": territory}
    first, last = micros(since), micros(until)
    stored = _PAST.rows(connection, since=first, until=last, limit=limit, **alike)
    wanted = {**alike, "sealed": "", "merged_into": ""}
    beside = newcomers.select(fresh, _PAST_COLUMNS, wanted, first, last - 1)
    rows = newcomers.merged(stored, beside, _PAST_COLUMNS.index("received_at"), limit)
    return [Past(code, moment(at), not is_open, problem) for code, at, is_open, problem in rows]


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
