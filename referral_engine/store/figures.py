"""Figures of the work in hand, for monitoring. What they cost grows with it and not with history:
every question goes through an index that holds open or waiting rows alone.

Sealed cases are in totals of the whole county only, never in what is said of one unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Select, Table, func, literal_column, select

from referral_engine.model import event as e
from referral_engine.store.chain import read_event
from referral_engine.store.journal import Position, beyond, horizon, upto
from referral_engine.store.moment import micros, moment
from referral_engine.store.prepared import Prepared, literal, prepared, value
from referral_engine.store.tables import (
    OUTBOXES,
    case_event,
    case_file,
    downtime,
    heartbeat,
    referral,
    wakeup,
)

__all__ = ["BoxFigures", "Figures", "Step", "Taken", "figures", "steps_taken"]

LATE = timedelta(minutes=1)
"""A wake-up not done so long after its moment is late; it mostly takes well under a second."""
_STEPS = [str(kind.__struct_config__.tag) for kind in (e.Claimed, e.Reported)]
_AT_ONCE = 10_000
_AFTER = 500

_w, _f, _h, _d = wakeup.c, case_file.c, heartbeat.c, downtime.c
_alive = (_w.due_at.is_not(None), _w.dead == literal_column("0"))
_DUE_WAKEUPS = Prepared(
    select(func.count(), func.min(_w.due_at)).where(*_alive, _w.due_at <= value("at"))
)
_LATE_WAKEUPS = Prepared(select(func.count()).where(*_alive, _w.due_at <= value("at")))
_DEAD_WAKEUPS = Prepared(
    select(func.count()).select_from(wakeup).where(_w.dead == literal_column("1"))
)
_OPEN = Prepared(
    select(func.count()).select_from(case_file).where(_f.is_open == literal_column("1"))
)
_WORKERS = Prepared(select(func.count()).select_from(heartbeat).where(_h.seen_at > value("since")))
_DOWN = Prepared(select(func.coalesce(func.sum(_d.until_at - _d.since_at), 0)))


class BoxFigures(NamedTuple):
    """``due`` items are not finished though their moment has come, the ``oldest`` at that (UTC);
    ``dead`` ones were given up.
    """

    due: int
    oldest: datetime | None
    dead: int


class Figures(NamedTuple):
    """``boxes`` by name (wakeup, plugin_call, follow_up, notice); ``late`` wake-ups are due for
    over a minute; ``workers`` have been heard of lately; ``down`` is all downtime ever.
    """

    boxes: Mapping[str, BoxFigures]
    late: int
    open_cases: int
    workers: int
    down: timedelta


def figures(connection: Connection, now: datetime, fresh: timedelta) -> Figures:
    """As of `now` (UTC); a worker counts that was heard of within `fresh`."""
    at = micros(now)

    def count(question: Prepared, **values: Any) -> int:
        return int(question.rows(connection, **values)[0][0])

    due, oldest = _DUE_WAKEUPS.rows(connection, at=at)[0]
    boxes = {"wakeup": BoxFigures(due, moment(oldest), count(_DEAD_WAKEUPS))}
    for box in OUTBOXES:
        due, oldest = _due(box).rows(connection, at=at)[0]
        boxes[box.name] = BoxFigures(due, moment(oldest), count(_dead(box)))
    return Figures(
        boxes=boxes,
        late=count(_LATE_WAKEUPS, at=at - LATE // timedelta(microseconds=1)),
        open_cases=count(_OPEN),
        workers=count(_WORKERS, since=micros(now - fresh)),
        down=timedelta(microseconds=count(_DOWN)),
    )


@prepared
def _due(box: Table) -> Select[int, Any]:
    b = box.c
    waiting = (b.status == literal("pending"), b.due_at <= value("at"))
    return select(func.count(), func.min(b.due_at)).where(*waiting)


@prepared
def _dead(box: Table) -> Select[Any]:
    return select(func.count()).select_from(box).where(box.c.status == literal("dead"))


Step = Literal["claim", "report"]


class Taken(NamedTuple):
    """A department claimed or reported, so long after the referral was offered to it."""

    unit: str
    step: Step
    after: timedelta


def steps_taken(connection: Connection, since: Position) -> tuple[list[Taken], Position]:
    """What departments did in unsealed cases after `since`, and where to go on.

    At most some thousand events are passed at a time, so that an asker who stayed away long does
    not pay for all of it at once.
    """
    end = _end(connection, since)
    ev = case_event.c
    query = select(ev.body, _f.sealed).join_from(
        case_event, case_file, ev.case_code == _f.case_code
    )
    query = query.where(beyond(connection, since), upto(connection, end), ev.kind.in_(_STEPS))
    events = [read_event(row.body) for row in connection.execute(query) if not row.sealed]
    offered = _offered(connection, sorted({each.case for each in events}))
    taken = []
    for event in events:
        body = event.body
        if isinstance(body, e.Claimed | e.Reported) and (found := offered.get(body.referral)):
            step: Step = "claim" if isinstance(body, e.Claimed) else "report"
            taken.append(Taken(found[0], step, max(event.happened_at - found[1], timedelta())))
    return taken, end


def _end(connection: Connection, since: Position) -> Position:
    """The place some thousand events after `since`, or behind the last settled one."""
    ev = case_event.c
    order = (ev.event_id,) if connection.dialect.name == "sqlite" else (ev.xact, ev.event_id)
    query = select(ev.xact, ev.event_id).where(beyond(connection, since)).order_by(*order)
    further = connection.execute(query.offset(_AT_ONCE).limit(1)).first()
    return horizon(connection) if further is None else Position(*further)


def _offered(connection: Connection, codes: list[str]) -> dict[str, tuple[str, datetime]]:
    """To which department, and when, each referral of these cases was offered."""
    r = referral.c
    found: dict[str, tuple[str, datetime]] = {}
    for start in range(0, len(codes), _AFTER):
        query = select(r.referral_id, r.unit, r.offered_at)
        query = query.where(r.case_code.in_(codes[start : start + _AFTER]))
        found |= {row[0]: (row[1], moment(row[2])) for row in connection.execute(query)}
    return found
