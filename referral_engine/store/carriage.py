"""Every row of a store carried into another database, whichever of the two kinds either is.

The source is read in one view, table by table in the order of the keys, and never held in memory.
What arrived is read again and compared with what was sent, row for row, by a digest of each table.

Numbers stay what they were, and none is given again. What cannot stay is where the checkpoints go
on: on SQLite that is an event's number, on PostgreSQL a transaction's, which means nothing on
another server. Events carried to PostgreSQL therefore get a number below every transaction's; on
SQLite the next checkpoint begins at the first event that the last one had not seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    case,
    func,
    literal,
    select,
    text,
)

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.store import outbox, wakeups
from referral_engine.store.checkpoints import latest
from referral_engine.store.every_table import metadata
from referral_engine.store.journal import SETTLED, UNRECORDED
from referral_engine.store.statements import Row, insert, run
from referral_engine.store.tables import OUTBOXES, case_event, checkpoint

__all__ = ["Told", "carry", "count", "release", "total"]

Told = Callable[[int], None]
"""Is told how many more rows have arrived."""

_AT_ONCE = 500


class _Sent(NamedTuple):
    rows: int
    digest: bytes


def total(source: Connection) -> int:
    """How many rows there are to carry."""
    return sum(count(source, table) for table in metadata.sorted_tables)


def count(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def carry(source: Connection, target: Connection, told: Told) -> int:
    """Copies all of `source` into the tables of `target`, which are empty; how many rows.

    Both are in a transaction; that of `source` sees one moment. Raises Refused (NOT_ARRIVED) where
    a table is not what was sent; nothing of it should then be kept.
    """
    arrived = 0
    for table in metadata.sorted_tables:
        columns = _translated(source, target, table)
        sent = _send(source, target, table, columns, told)
        if sent.rows != count(source, table) or sent != _read_back(target, table):
            raise _not_arrived(table.name)
        arrived += sent.rows
    for table in metadata.sorted_tables:
        _go_on_numbering(source, target, table)
    return arrived


def release(target: Connection) -> None:
    """Ends every lease: whoever held one works on the store that was left."""
    for box in OUTBOXES:
        outbox.release(target, box)
    wakeups.release(target)


def _send(
    source: Connection, target: Connection, table: Table, columns: Sequence[Any], told: Told
) -> _Sent:
    rows, digest = 0, hashlib.sha256()
    write = _to_server if target.dialect.name == "postgresql" else _to_file
    query = select(*columns).order_by(*table.primary_key.columns)
    for chunk in _chunks(source, query):
        write(target, table, chunk)
        for row in chunk:
            digest.update(_packed(row))
        rows += len(chunk)
        told(len(chunk))
    return _Sent(rows, digest.digest())


def _read_back(target: Connection, table: Table) -> _Sent:
    rows, digest = 0, hashlib.sha256()
    for chunk in _chunks(target, select(table).order_by(*table.primary_key.columns)):
        for row in chunk:
            digest.update(_packed(row))
        rows += len(chunk)
    return _Sent(rows, digest.digest())


def _chunks(connection: Connection, query: Any) -> Iterator[list[Row]]:
    with connection.execute(query, execution_options={"yield_per": _AT_ONCE}) as result:
        rows = (tuple(row) for row in result)
        while chunk := list(islice(rows, _AT_ONCE)):
            yield chunk


_packed = msgspec.msgpack.Encoder().encode


def _to_file(target: Connection, table: Table, rows: list[Row]) -> None:
    run(target, insert("sqlite", table, tuple(table.columns.keys())), rows)


def _to_server(target: Connection, table: Table, rows: list[Row]) -> None:
    names = ", ".join(table.columns.keys())
    driver: Any = target.connection.cursor()
    with driver as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copying:
        for row in rows:
            copying.write_row(row)


# -- what means something else over there ---------------------------------------------------------
def _translated(source: Connection, target: Connection, table: Table) -> list[Any]:
    """The columns of a table as the target should have them."""
    if source.dialect.name == target.dialect.name == "sqlite":
        return list(table.columns)
    changed: dict[Any, ColumnElement[int]] = {}
    if table is case_event:
        changed[case_event.c.xact] = _transaction(source, target)
    elif table is checkpoint:
        changed[checkpoint.c.upto] = literal(_upto(source, target))
    return [changed.get(column, column).label(column.name) for column in table.columns]


def _transaction(source: Connection, target: Connection) -> ColumnElement[int]:
    if target.dialect.name == "sqlite":
        return literal(0)
    return case((_recorded(source), SETTLED), else_=UNRECORDED)


def _recorded(source: Connection) -> ColumnElement[bool]:
    """The condition of having been seen by the last checkpoint."""
    last = latest(source)
    upto = last.upto if last else -1
    if source.dialect.name == "sqlite":
        return case_event.c.event_id <= upto
    return case_event.c.xact < upto


def _upto(source: Connection, target: Connection) -> int:
    """Where the next checkpoint goes on; what the last one saw may come once more, never less."""
    if target.dialect.name == "postgresql":
        return UNRECORDED
    number = case_event.c.event_id
    unseen: int | None = source.execute(select(func.min(number)).where(~_recorded(source))).scalar()
    newest: int | None = source.execute(select(func.max(number))).scalar()
    return (newest or 0) if unseen is None else unseen - 1


# -- numbers that are never given again -----------------------------------------------------------
def _go_on_numbering(source: Connection, target: Connection, table: Table) -> None:
    column = table.autoincrement_column
    if column is None:
        return
    given = max(_given(source, table), target.execute(select(func.max(column))).scalar() or 0)
    if not given:
        return
    if target.dialect.name == "postgresql":
        target.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, :name), :given)"),
            {"table": table.name, "name": column.name, "given": given},
        )
    elif table is case_event:  # only there SQLite keeps count beyond what is in the table
        target.execute(text("DELETE FROM sqlite_sequence WHERE name = 'case_event'"))
        target.execute(text("INSERT INTO sqlite_sequence VALUES ('case_event', :n)"), {"n": given})


def _given(source: Connection, table: Table) -> int:
    """The highest number ever given, also to a row that is gone."""
    column = table.autoincrement_column
    if column is None:
        return 0
    if source.dialect.name == "sqlite":
        query = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return source.execute(query, {"name": table.name}).scalar() or 0
    name = source.execute(
        text("SELECT pg_get_serial_sequence(:table, :name)"),
        {"table": table.name, "name": column.name},
    ).scalar_one()
    return source.execute(text(f"SELECT last_value FROM {name} WHERE is_called")).scalar() or 0


def _not_arrived(table: str) -> Refused:
    return Refused(
        "NOT_ARRIVED",
        _("the table {table} did not arrive as it was sent").format(table=table),
        _("Nothing was changed. Look at the disks of both sides, then do it again."),
    )
