"""Whose turn it is in an outbox: its lanes are the departments, or recipients, that it concerns.

A lane with a long queue keeps no other out: they take turns, in the order of their names, from the
one that was served last. What a turn costs does not grow with what waits: the index is hopped
through from lane to lane, and of each only the head is looked at.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Connection, Select, Table, exists, func, select
from sqlalchemy.sql.expression import literal_column

from referral_engine.store.moment import micros, moment
from referral_engine.store.prepared import literal, numbered, prepared, value, values

__all__ = ["Lane", "heads", "lanes", "next_turns", "ready_lanes"]

_PENDING = literal("pending")
_NONE: ColumnElement[int] = literal_column("0")


class Lane(NamedTuple):
    """`held` of its items are in hand."""

    name: str
    held: int


def next_turns(
    connection: Connection, box: Table, now: datetime, limit: int, per_lane: int,
    after: str = "", without: Collection[str] = (),
) -> list[Lane]:  # fmt: skip
    """Up to `limit` lanes in which something can be taken, fewer than `per_lane` being in hand,
    but those `without`: first the ones whose name follows `after`, then from the start again.
    """
    left_out = numbered("without", sorted(without))
    given: dict[str, Any] = {"at": micros(now), "per_lane": per_lane, "count": limit, **left_out}
    turns = _turns(box, len(left_out))
    found = [Lane(*row) for row in turns.rows(connection, after=after, **given)]
    if after and len(found) < limit:
        again = [Lane(*row) for row in turns.rows(connection, after="", **given)]
        found += [lane for lane in again if lane.name <= after]
    return found[:limit]


@prepared
def _turns(box: Table, left_out: int) -> Select[Any]:
    b, hop = box.c, _hop(box, value("after"))
    lane = hop.c.lane
    held = (b.lease_until > _NONE, b.lease_until > value("at"))
    in_hand = select(func.count()).where(b.status == _PENDING, b.lane == lane, *held)
    in_hand_now = in_hand.correlate(hop).scalar_subquery()
    due = (b.due_at <= value("at"), b.lease_until <= value("at"))
    ready = exists().where(b.status == _PENDING, b.lane == lane, *due).correlate(hop)
    query = select(lane, in_hand_now).where(lane.is_not(None), ready)
    query = query.where(in_hand_now < value("per_lane"))
    if left_out:
        query = query.where(lane.not_in(values("without", left_out)))
    return query.order_by(lane).limit(value("count"))


def lanes(connection: Connection, box: Table) -> list[str]:
    """The lanes in which something is pending."""
    return [lane for (lane,) in _all(box).rows(connection)]


@prepared
def _all(box: Table) -> Select[Any]:
    hop = _hop(box)
    return select(hop.c.lane).where(hop.c.lane.is_not(None))


def ready_lanes(connection: Connection, box: Table, now: datetime) -> list[str]:
    """The lanes in which something is due that nobody has in hand."""
    return [lane for (lane,) in _ready(box).rows(connection, at=micros(now))]


@prepared
def _ready(box: Table) -> Select[Any]:
    b, hop = box.c, _hop(box)
    due = (b.due_at <= value("at"), b.lease_until <= value("at"))
    ready = exists().where(b.status == _PENDING, b.lane == hop.c.lane, *due)
    return select(hop.c.lane).where(hop.c.lane.is_not(None), ready.correlate(hop))


def heads(connection: Connection, box: Table) -> dict[str, datetime]:
    """When the first of each lane is due (UTC; may lie in the past) that nobody has in hand."""
    found = {lane: moment(at) for lane, at in _heads(box).rows(connection)}
    return {lane: at for lane, at in found.items() if at is not None}


@prepared
def _heads(box: Table) -> Select[Any]:
    b, hop = box.c, _hop(box)
    first = select(b.due_at).where(b.status == _PENDING, b.lane == hop.c.lane)
    first = first.where(b.lease_until == _NONE).order_by(b.due_at, b.item_id).limit(1)
    due = first.correlate(hop).scalar_subquery()
    return select(hop.c.lane, due).where(hop.c.lane.is_not(None))


def _hop(box: Table, after: ColumnElement[Any] | None = None) -> CTE:
    """The lanes with something pending, hopping through the index instead of reading all of it."""
    b = box.c
    pending = b.status == _PENDING
    start = select(func.min(b.lane).label("lane")).where(pending)
    if after is not None:
        start = start.where(b.lane > after)
    hop = start.cte("hop", recursive=True)
    onward = select(func.min(b.lane)).where(pending, b.lane > hop.c.lane).scalar_subquery()
    return hop.union_all(select(onward).where(hop.c.lane.is_not(None)))
