"""Shifts handed over and taken over: the newest of a unit is the one that waits, or its last."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from referral_engine.store.moment import micros, moment
from referral_engine.store.shift_tables import handover

__all__ = ["Handover", "Load", "give", "newest", "take"]

_h = handover.c


class Load(NamedTuple):
    """How much a unit has on its hands: what waits for it, what of that is late, and what waits for
    a signature of its people.
    """

    waiting: int
    late: int
    unsigned: int


class Handover(NamedTuple):
    """A shift of a unit as it was handed over (UTC); not taken over yet: ``taken_at`` is None.

    ``taken_by`` is whom it is meant for until then, empty: whoever takes it.
    """

    id: int
    unit: str
    handed_by: str
    handed_at: datetime
    taken_by: str
    taken_at: datetime | None
    load: Load


def give(
    connection: Connection, unit: str, by: str, to: str, load: Load, now: datetime
) -> Handover:
    """Hands the unit's shift over. Raises Conflict where `by` and `to` are one person."""
    values = {
        "unit": unit, "handed_by": by, "handed_at": micros(now), "taken_by": to, **load._asdict()
    }  # fmt: skip
    id = connection.execute(handover.insert().values(values).returning(_h.handover_id)).scalar_one()
    return Handover(id, unit, by, now, to, None, load)


def take(connection: Connection, id: int, by: str, now: datetime) -> bool:
    """Takes it over; False where somebody has already."""
    waiting = update(handover).where(_h.handover_id == id, _h.taken_at.is_(None))
    done = connection.execute(
        waiting.values(taken_by=by, taken_at=micros(now)).returning(_h.handover_id)
    )
    return done.scalar() is not None


def newest(connection: Connection, unit: str, limit: int) -> list[Handover]:
    """The handovers of the unit, the newest first."""
    rows = connection.execute(
        select(handover).where(_h.unit == unit).order_by(_h.handover_id.desc()).limit(limit)
    )
    return [
        Handover(
            row.handover_id, row.unit, row.handed_by, moment(row.handed_at), row.taken_by,
            None if row.taken_at is None else moment(row.taken_at),
            Load(row.waiting, row.late, row.unsigned),
        )
        for row in rows
    ]  # fmt: skip
