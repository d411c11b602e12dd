"""The events as they lie in `case_event`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    func,
    literal_column,
    or_,
    select,
)

from referral_engine.clock import SystemClock
from referral_engine.model.event import Event, event_name
from referral_engine.store.chain import canonical, chained, read_event
from referral_engine.store.moment import micros
from referral_engine.store.statements import Row
from referral_engine.store.tables import case_event

__all__ = [
    "EVENT_COLUMNS",
    "START",
    "Position",
    "StoredEvent",
    "after",
    "beyond",
    "clock",
    "event_rows",
    "has",
    "horizon",
    "of_case",
    "upto",
]

SETTLED, UNRECORDED = 0, 1
"""Numbers below every transaction's (PostgreSQL starts at 3), for events that a transaction of
another database wrote: those its last checkpoint saw, and those after it.
"""

EVENT_COLUMNS = (
    "case_code", "seq", "kind", "owner", "recorded_at", "schema_version", "body", "prev_hash",
    "event_hash",
)  # fmt: skip
_FETCH = 1_000


class Position(NamedTuple):
    """A place in the journal from which reading can go on; nothing is ever inserted before it."""

    xact: int
    event_id: int


START = Position(-1, -1)


class StoredEvent(NamedTuple):
    position: Position
    event: Event
    hash: bytes


def clock(connection: Connection) -> datetime:
    """The wall clock of the database's machine (UTC); of this one, where the store is a file."""
    if connection.dialect.name == "sqlite":
        return SystemClock().now()
    told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return told.astimezone(UTC)


def event_rows(events: Sequence[Event], head: bytes) -> tuple[list[Row], bytes]:
    """The rows of `events` chained to `head`, in the order of EVENT_COLUMNS, and the new head."""
    rows: list[Row] = []
    at, recorded = None, 0
    for event in events:
        if event.recorded_at is not at:  # mostly the one moment of their command
            at = event.recorded_at
            recorded = micros(at)
        body = canonical(event)
        following = chained(head, body)
        rows.append((
            event.case,
            event.seq,
            event_name(event.body),
            event.owner,
            recorded,
            event.schema,
            body,
            head,
            following,
        ))  # fmt: skip
        head = following
    return rows, head


def of_case(connection: Connection, code: str) -> Iterator[StoredEvent]:
    """The events of one case in their order."""
    query = _columns().where(case_event.c.case_code == code).order_by(case_event.c.seq)
    yield from map(_stored, connection.execute(query))


def has(connection: Connection, code: str, kind: str) -> bool:
    """Whether the case has an event of this kind."""
    query = select(case_event.c.seq).where(case_event.c.case_code == code)
    return connection.execute(query.where(case_event.c.kind == kind).limit(1)).first() is not None


def after(connection: Connection, position: Position = START) -> Iterator[StoredEvent]:
    """The events of all cases committed after `position`, in an order that never changes.

    On PostgreSQL it stops below the oldest transaction still open: an event of it would otherwise
    be skipped by whoever goes on from a later one.
    """
    query = _columns().where(beyond(connection, position)).order_by(*_order(connection))
    with connection.execute(query, execution_options={"yield_per": _FETCH}) as result:
        yield from map(_stored, result)


def beyond(connection: Connection, position: Position) -> ColumnElement[bool]:
    """The condition of being after `position` and settled."""
    event = case_event.c
    if connection.dialect.name == "sqlite":
        return event.event_id > position.event_id
    same = and_(event.xact == position.xact, event.event_id > position.event_id)
    return and_(or_(event.xact > position.xact, same), event.xact < _oldest_open())


def upto(connection: Connection, position: Position) -> ColumnElement[bool]:
    """The condition of lying before `position` or at it."""
    event = case_event.c
    if connection.dialect.name == "sqlite":
        return event.event_id <= position.event_id
    same = and_(event.xact == position.xact, event.event_id <= position.event_id)
    return or_(event.xact < position.xact, same)


def horizon(connection: Connection) -> Position:
    """The position behind every settled event."""
    if connection.dialect.name == "sqlite":
        newest = connection.execute(select(func.max(case_event.c.event_id))).scalar()
        return Position(0, newest or 0)
    oldest: int = connection.execute(select(_oldest_open())).scalar_one()
    return Position(oldest, -1)


def _oldest_open() -> ColumnElement[int]:
    return literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", BigInteger)


def _order(connection: Connection) -> tuple[ColumnElement[int], ...]:
    own = case_event.c.event_id
    return (own,) if connection.dialect.name == "sqlite" else (case_event.c.xact, own)


def _columns() -> Any:
    event = case_event.c
    return select(event.xact, event.event_id, event.body, event.event_hash)


def _stored(row: Any) -> StoredEvent:
    return StoredEvent(Position(row.xact, row.event_id), read_event(row.body), row.event_hash)
