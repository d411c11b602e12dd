"""The rows of cases, read out of one store and written into another by bare SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Select, Table, insert, select

from benchmarks.cost.clock import Seconds, timing
from referral_engine.store import schema
from referral_engine.store.engine import open_reader, open_writer
from referral_engine.store.security_tables import metadata
from referral_engine.store.tables import case_event

__all__ = ["BATCH", "TABLES", "Batch", "count", "read", "write"]

BATCH = 64
"""Cases in a commit, on both sides: so many commands share one of the store's."""
TABLES = tuple(table for table in metadata.tables.values() if "case_code" in table.c)
"""Those that hold cases and what is to be done with them."""
_NUMBERS = frozenset({"event_id", "item_id", "access_id"})
"""Columns that the database counts up."""

Row = dict[str, Any]
Batch = dict[Table, list[Row]]


def read(url: str, size: int = BATCH) -> list[Batch]:
    """The rows of all cases, `size` cases a batch, in the order in which they came in."""
    engine = open_reader(url)
    with engine.connect() as connection:
        found = {table: _by_case(connection.execute(_all(table)).mappings()) for table in TABLES}
    engine.dispose()
    codes = iter(found[case_event])
    batches: list[Batch] = []
    while part := list(islice(codes, size)):
        rows = {
            table: [row for code in part for row in by_case.get(code, ())]
            for table, by_case in found.items()
        }
        batches.append({table: each for table, each in rows.items() if each})
    return batches


def write(url: str, batches: Iterable[Batch]) -> Seconds:
    """Makes the tables, with the store's own settings, and writes one commit a batch; how long the
    writing took.
    """
    engine = open_writer(url)
    schema.create(engine)
    with timing() as seconds:
        for batch in batches:
            with engine.begin() as connection:
                for table, rows in batch.items():
                    connection.execute(insert(table), rows)
    engine.dispose()
    return seconds


def count(batches: Iterable[Batch]) -> dict[str, int]:
    """Rows by table."""
    counted: dict[str, int] = {}
    for batch in batches:
        for table, rows in batch.items():
            counted[table.name] = counted.get(table.name, 0) + len(rows)
    return counted


def _all(table: Table) -> Select[Any]:
    order = [column for column in table.c if column.name in _NUMBERS]
    # Which transaction wrote an event is the database's own affair as well.
    said = (column for column in table.c if column.name not in {*_NUMBERS, "xact"})
    return select(*said).order_by(*(order or table.primary_key))


def _by_case(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Row]]:
    by_case: dict[str, list[Row]] = {}
    for row in rows:
        by_case.setdefault(row["case_code"], []).append(dict(row))
    return by_case
