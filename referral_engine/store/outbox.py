"""Outboxes: plugin calls, commands for other cases and notices, done after the commit.

Each is done at least once, under a key that is put in once. Taken under a lease and a fence, like
wake-ups; what was claimed too often becomes a dead letter with its error and trace.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    Update,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy import literal as constant
from sqlalchemy.sql.dml import ReturningUpdate

from referral_engine.store.lanes import next_turns
from referral_engine.store.moment import micros, moment
from referral_engine.store.prepared import Prepared, literal, numbered, prepared, value, values
from referral_engine.store.tables import OUTBOXES, follow_up, plugin_call

__all__ = [
    "DeadLetter",
    "Failed",
    "Item",
    "Turns",
    "claim",
    "dead",
    "dismiss",
    "done",
    "earliest",
    "failed",
    "in_hand",
    "last_error",
    "next_due",
    "next_end",
    "pending",
    "release",
    "renew",
    "requeue",
    "together",
    "void",
]

T = TypeVar("T")
Failed = Literal["retry", "dead", "stale"]
_LOOKED_AT = 256
_DOUBTFUL = 2
"""Claims that came to nothing after which an item is taken by itself."""
_PENDING = literal("pending")


class Item(NamedTuple):
    """What lies in an outbox; `due_at` in microseconds since 1970, UTC."""

    item_id: int
    fence: int
    claims: int
    case_code: str
    effect_key: str
    payload: bytes
    due_at: int
    error: str


class Turns(NamedTuple):
    """How lanes take turns: `per_lane` items of one in hand at once, the lane that follows `after`
    first, and none of those `without`.
    """

    per_lane: int
    after: str = ""
    without: Collection[str] = ()


class DeadLetter(NamedTuple):
    """What was given up: in which box, for which case, with the last error and its trace."""

    box: str
    item_id: int
    key: str
    case_code: str
    lane: str
    claims: int
    error: str
    trace: str


def claim(
    connection: Connection,
    box: Table,
    now: datetime,
    limit: int,
    lease: timedelta,
    max_claims: int,
    turns: Turns | None = None,
    lane: str | None = None,
) -> tuple[list[Item], list[Item]]:
    """Takes up to `limit` items that are due: the earliest; or, where lanes take `turns`, those
    whose turn it is.

    With a `lane`, only of that one. Returns the rows taken, and those that were claimed too often
    and are dead letters now.
    """
    if turns is None or lane is not None:
        found = _ready(connection, box, now, limit, lane)
    else:
        found = _fairly(connection, box, now, limit, turns)
    spent = [row for row in found if row.claims >= max_claims]
    _bury(connection, box, spent)
    # Where something failed it left word; whoever was killed by what it did left none.
    told = [(row, 0 if row.error else row.claims) for row in found if row.claims < max_claims]
    taken = [row.item_id for row in together(told)]
    if not taken:
        return [], spent
    leased = _leased(box, len(taken)).rows(
        connection, until=micros(now + lease), **numbered("item", taken)
    )
    return sorted(map(Item._make, leased), key=lambda row: (row.due_at, row.item_id)), spent


def together(found: Sequence[tuple[T, int]]) -> list[T]:
    """What may be in one hand, of items with the claims that came to nothing, in their order.

    What was claimed in vain before is taken by itself: something that kills its worker would
    else take along into the dead letter whatever is claimed with it, time after time.
    """
    doubtful = next((n for n, (_item, claims) in enumerate(found) if claims >= _DOUBTFUL), None)
    return [item for item, _claims in (found if doubtful is None else found[: max(doubtful, 1)])]


@prepared
def _leased(box: Table, count: int) -> ReturningUpdate[Any]:
    b = box.c
    found = update(box).where(b.item_id.in_(values("item", count)), b.status == _PENDING)
    counted = {"fence": b.fence + 1, "claims": b.claims + 1}
    return found.values(lease_until=value("until"), **counted).returning(*_columns(box))


def _ready(
    connection: Connection, box: Table, now: datetime, limit: int, lane: str | None = None
) -> list[Item]:
    at, only = micros(now), {} if lane is None else {"lane": lane}
    # Where several workers claim, two commands for one case could overtake each other.
    in_turn = box is follow_up and connection.dialect.name == "postgresql"
    found = _due(box, lane is not None, in_turn).rows(connection, at=at, limit=limit, **only)
    return [Item._make(row) for row in found]


@prepared
def _due(box: Table, one_lane: bool, in_turn: bool) -> Select[Any]:
    b = box.c
    query = select(*_columns(box)).where(
        b.status == _PENDING, b.due_at <= value("at"), b.lease_until <= value("at")
    )
    if one_lane:
        query = query.where(b.lane == value("lane"))
    if in_turn:
        query = query.where(or_(b.lane == literal(""), ~_has_earlier(box)))
    query = query.order_by(b.due_at, b.item_id).limit(value("limit"))
    return query.with_for_update(skip_locked=True)


def _has_earlier(box: Table) -> ColumnElement[bool]:
    """Whether something of the same lane is due that was put in before."""
    b, e = box.c, box.alias("earlier").c
    waiting = (e.status == _PENDING, e.lane == b.lane, e.due_at <= value("at"))
    return exists().where(*waiting, tuple_(e.due_at, e.item_id) < tuple_(b.due_at, b.item_id))


def _columns(box: Table) -> list[Column[Any]]:
    return [box.c[name] for name in Item._fields]


def _fairly(
    connection: Connection, box: Table, now: datetime, limit: int, turns: Turns
) -> list[Item]:
    """One of each lane in turn, so that a lane with a long queue does not keep the others out."""
    free = next_turns(connection, box, now, limit, turns.per_lane, turns.after, turns.without)
    queues = [
        _ready(connection, box, now, min(turns.per_lane - lane.held, limit), lane.name)
        for lane in free
    ]
    ranked = ((turn, at, row) for at, queue in enumerate(queues) for turn, row in enumerate(queue))
    return [row for _turn, _at, row in sorted(ranked, key=lambda each: each[:2])[:limit]]


def _bury(connection: Connection, box: Table, spent: list[Item]) -> None:
    for row in spent:
        query = update(box).where(box.c.item_id == row.item_id)
        connection.execute(query.values(status="dead", lease_until=0, error=last_error(row)))


def last_error(row: Item) -> str:
    """Why an item was given up; one that only ever crashed its workers left no word."""
    return row.error or f"claimed {row.claims} times without an answer"


def done(connection: Connection, box: Table, item_id: int, fence: int) -> bool:
    """Ends an item at once; False for a stale owner, or when it was voided meanwhile.

    The row stays: its key must never be put in again.
    """
    return _done(box).touched(connection, item=item_id, held=fence) == 1


@prepared
def _done(box: Table) -> Update:
    b = box.c
    found = update(box).where(b.item_id == value("item"), b.fence == value("held"))
    found = found.where(b.lease_until > 0, b.status == _PENDING)
    return found.values(status="done", lease_until=0, error="", trace="")


def failed(
    connection: Connection,
    box: Table,
    item_id: int,
    fence: int,
    error: str,
    trace: str,
    retry_at: datetime,
    max_claims: int,
    *,
    forgiven: bool = False,
) -> Failed:
    """Gives an item back to be tried from `retry_at` on, or up, when it was claimed too often.

    What is `forgiven` is given back as if it had not been claimed.
    """
    told: dict[str, Any] = {"lease_until": 0, "error": error, "trace": trace}
    again = told | {"due_at": micros(retry_at)}
    retried = _held(box, item_id, fence)
    if forgiven:
        again["claims"] = box.c.claims - 1
    else:
        retried = retried.where(box.c.claims < max_claims)
    if connection.execute(retried.values(**again)).rowcount == 1:
        return "retry"
    buried = _held(box, item_id, fence).values(status="dead", **told)
    return "dead" if connection.execute(buried).rowcount == 1 else "stale"


def _held(box: Table, item_id: int, fence: int) -> Any:
    b = box.c
    return update(box).where(
        b.item_id == item_id, b.fence == fence, b.lease_until > 0, b.status == "pending"
    )


def void(connection: Connection, box: Table, code: str) -> int:
    """Takes back everything of a case that is still to be done, and what it said."""
    query = update(box).where(box.c.case_code == code, box.c.status.in_(("pending", "dead")))
    return connection.execute(query.values(status="void", lease_until=0, payload=b"")).rowcount


def in_hand(connection: Connection, box: Table, now: datetime) -> int:
    """How many items are claimed and not finished."""
    at: int = _held_now(box).rows(connection, at=micros(now))[0][0]
    return at


@prepared
def _held_now(box: Table) -> Select[Any]:
    b = box.c
    held = (b.due_at <= value("at"), b.lease_until > value("at"))
    return select(func.count()).where(b.status == _PENDING, *held)


def renew(connection: Connection, box: Table, held: Mapping[int, int], until: datetime) -> None:
    """Prolongs the leases of items still in hand, given as fences by number."""
    for item_id, fence in held.items():
        _renewed(box).touched(connection, item=item_id, held=fence, until=micros(until))


@prepared
def _renewed(box: Table) -> Update:
    b = box.c
    found = update(box).where(b.item_id == value("item"), b.fence == value("held"))
    found = found.where(b.lease_until > literal_column("0"), b.status == _PENDING)
    return found.values(lease_until=value("until"))


def dismiss(connection: Connection, box: Table, unserved: Sequence[str]) -> int:
    """Ends what is pending in these lanes, to which nobody delivers; how many items."""
    if not unserved:
        return 0
    return _dismissed(box, len(unserved)).touched(connection, **numbered("lane", unserved))


@prepared
def _dismissed(box: Table, count: int) -> Update:
    pending = (box.c.status == _PENDING) & box.c.lane.in_(values("lane", count))
    return update(box).where(pending).values(status="done")


def release(connection: Connection, box: Table) -> int:
    """Ends the leases of owners known to be dead."""
    left = update(box).where(box.c.lease_until > 0, box.c.status == "pending")
    return connection.execute(left.values(lease_until=0)).rowcount


def let_go(connection: Connection, box: Table, held: Mapping[int, int]) -> None:
    """Ends these claims, given as fences by number, as if they had not been made."""
    for item_id, fence in held.items():
        undone = _held(box, item_id, fence).values(lease_until=0, claims=box.c.claims - 1)
        connection.execute(undone)


def requeue(connection: Connection, box: Table, item_id: int, now: datetime) -> bool:
    """Takes a dead letter out to be tried anew; False where there is none of that number."""
    query = update(box).where(box.c.item_id == item_id, box.c.status == "dead")
    fresh = {
        "status": "pending",
        "claims": 0,
        "lease_until": 0,
        "due_at": micros(now),
        "error": "",
        "trace": "",
    }
    return connection.execute(query.values(**fresh)).rowcount == 1


def dead(connection: Connection, limit: int = 1_000) -> list[DeadLetter]:
    """The dead letters of every outbox, oldest first within each."""
    letters: list[DeadLetter] = []
    for box in OUTBOXES:
        b = box.c
        query = select(
            constant(box.name), b.item_id, b.effect_key, b.case_code, b.lane, b.claims, b.error,
            b.trace,
        ).where(b.status == "dead").order_by(b.item_id).limit(limit)  # fmt: skip
        letters += [DeadLetter(*row) for row in connection.execute(query)]
    return letters


def pending(connection: Connection, box: Table = plugin_call) -> dict[str, int]:
    """How many items wait or are in hand, by lane."""
    b = box.c
    query = select(b.lane, func.count()).where(b.status == "pending").group_by(b.lane)
    return {row[0]: row[1] for row in connection.execute(query)}


def next_due(connection: Connection, box: Table) -> datetime | None:
    """The earliest moment at which something can be claimed (UTC); None when nothing waits."""
    return earliest(connection, _head(box))


def next_end(connection: Connection, box: Table) -> datetime | None:
    """When the first lease ends (UTC); may lie in the past."""
    first: int | None = _ends(box).rows(connection)[0][0]
    return moment(first)


@prepared
def _ends(box: Table) -> Select[Any]:
    b = box.c
    held = (b.status == _PENDING, b.lease_until > literal_column("0"))
    return select(func.min(b.lease_until)).where(*held)


def earliest(connection: Connection, head: Prepared) -> datetime | None:
    """When the first of a queue can be claimed (UTC); may lie in the past.

    `head` asks for (due_at, lease_until) in the order of due_at. What is in hand counts at the
    end of its lease, and is among the earliest due: the head of the queue is enough.
    """
    for looked_at in (1, _LOOKED_AT):
        found = head.rows(connection, limit=looked_at)
        if not found or found[0][1] == 0:
            break
    waiting = next((number for number, row in enumerate(found) if row[1] == 0), len(found))
    return moment(min((max(row) for row in found[: waiting + 1]), default=None))


@prepared
def _head(box: Table) -> Select[Any]:
    b = box.c
    query = select(b.due_at, b.lease_until).where(b.status == _PENDING)
    return query.order_by(b.due_at, b.item_id).limit(value("limit"))
