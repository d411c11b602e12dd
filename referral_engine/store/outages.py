"""Which departments do not answer: what a daemon knows, for people and for the next daemon.

The row of a department is written when its calls begin to fail one after the other, and goes when
one goes well. Several workers may write it; the newest word counts.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from referral_engine.store.moment import micros, moment
from referral_engine.store.statements import insert, run
from referral_engine.store.tables import outage

__all__ = ["Outage", "all_of", "began", "ended"]

_COLUMNS = ("unit", "since_at", "error")


class Outage(NamedTuple):
    """Since when (UTC) a department does not answer, and how its last call failed."""

    unit: str
    since: datetime
    error: str


def began(connection: Connection, found: Outage) -> None:
    row = (found.unit, micros(found.since), found.error)
    run(connection, insert(connection.dialect.name, outage, _COLUMNS, replace=True), [row])


def ended(connection: Connection, unit: str) -> None:
    connection.execute(delete(outage).where(outage.c.unit == unit))


def all_of(connection: Connection) -> list[Outage]:
    """By unit."""
    o = outage.c
    query = select(o.unit, o.since_at, o.error).order_by(o.unit)
    return [Outage(row.unit, moment(row.since_at), row.error) for row in connection.execute(query)]
