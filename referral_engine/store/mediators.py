"""The register of mediators, and which case each of them has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, get_args

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from referral_engine.model.mediator import MediationKind, Mediator
from referral_engine.store.mediator_tables import mediator, mediator_case
from referral_engine.store.moment import micros, moment
from referral_engine.store.tables import case_file

__all__ = [
    "Assignment",
    "add",
    "assign",
    "assigned",
    "ended",
    "find",
    "leave",
    "listed",
    "loads",
    "release",
]

_m, _a = mediator.c, mediator_case.c
_KINDS: tuple[str, ...] = get_args(MediationKind)


class Assignment(NamedTuple):
    """A mediator has a case since then (UTC), until it was given to another."""

    case: str
    mediator: str
    by: str
    at: datetime
    released_at: datetime | None


def add(connection: Connection, entry: Mediator, now: datetime) -> None:
    """Puts a mediator into the register, or in the place of what stood there under this id."""
    values = {
        "mediator_id": entry.id, "name": entry.name, "organisation": entry.organisation,
        "kind": entry.kind, "unit": entry.unit, "trades": " ".join(entry.trades),
        "expertise": " ".join(entry.expertise), "languages": " ".join(entry.languages),
        "territory": entry.territory, "most_open": entry.most_open, "added_by": entry.added_by,
        "added_at": micros(now), "left_at": None,
    }  # fmt: skip
    _put(connection, mediator, values, ("mediator_id",))


def leave(connection: Connection, id: str, now: datetime) -> bool:
    """Takes a mediator out of the register; False where none of this id is in it."""
    there = update(mediator).where(_m.mediator_id == id, _m.left_at.is_(None))
    return bool(connection.execute(there.values(left_at=micros(now))).rowcount)


def find(connection: Connection, id: str) -> Mediator | None:
    """The mediator of this id, also one who has left."""
    row = connection.execute(select(mediator).where(_m.mediator_id == id)).first()
    return None if row is None else _mediator(row)


def listed(connection: Connection) -> list[Mediator]:
    """The mediators of the register by id, without those who have left."""
    query = select(mediator).where(_m.left_at.is_(None)).order_by(_m.mediator_id)
    return [_mediator(row) for row in connection.execute(query)]


def assign(connection: Connection, code: str, id: str, by: str, now: datetime) -> None:
    """Gives the case to a mediator, also one who had it before."""
    values = {
        "case_code": code, "mediator_id": id, "assigned_by": by, "assigned_at": micros(now),
        "released_at": None,
    }  # fmt: skip
    _put(connection, mediator_case, values, ("case_code", "mediator_id"))


def release(connection: Connection, code: str, now: datetime) -> int:
    """Takes the case from whoever has it; from how many."""
    held = update(mediator_case).where(_a.case_code == code, _a.released_at.is_(None))
    return connection.execute(held.values(released_at=micros(now))).rowcount


def assigned(connection: Connection, code: str) -> list[Assignment]:
    """Who has or had the case, in the order of being given it."""
    query = select(mediator_case).where(_a.case_code == code)
    query = query.order_by(_a.assigned_at, _a.mediator_id)
    return [
        Assignment(row.case_code, row.mediator_id, row.assigned_by, moment(row.assigned_at),
                   moment(row.released_at))
        for row in connection.execute(query)
    ]  # fmt: skip


def loads(connection: Connection) -> dict[str, int]:
    """How many open cases each mediator has, by id; sealed ones are not counted."""
    f = case_file.c
    query = select(_a.mediator_id, func.count()).join(case_file, f.case_code == _a.case_code)
    query = query.where(_a.released_at.is_(None), f.is_open == 1, f.sealed == "")
    return {row[0]: row[1] for row in connection.execute(query.group_by(_a.mediator_id))}


def ended(connection: Connection, outcomes: Sequence[str]) -> list[tuple[str, str, str]]:
    """Case, mediator and outcome of what is over with one of these outcomes; nothing sealed."""
    f = case_file.c
    query = select(f.case_code, _a.mediator_id, f.outcome)
    query = query.join(mediator_case, f.case_code == _a.case_code)
    query = query.where(_a.released_at.is_(None), f.is_open == 0, f.sealed == "")
    query = query.where(f.outcome.in_(outcomes)).order_by(f.case_code)
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def _put(connection: Connection, table: Any, values: dict[str, Any], key: tuple[str, ...]) -> None:
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    changed = {name: value for name, value in values.items() if name not in key}
    put: Any = insert(table).values(**values)
    connection.execute(put.on_conflict_do_update(index_elements=list(key), set_=changed))


def _mediator(row: Any) -> Mediator:
    assert row.kind in _KINDS
    return Mediator(
        id=row.mediator_id, name=row.name, organisation=row.organisation, kind=row.kind,
        most_open=row.most_open, unit=row.unit, trades=tuple(row.trades.split()),
        expertise=tuple(row.expertise.split()), languages=tuple(row.languages.split()),
        territory=row.territory, added_by=row.added_by, added_at=moment(row.added_at),
        left_at=moment(row.left_at),
    )  # fmt: skip
