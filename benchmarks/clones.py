"""Stores filled in bulk with copies of one case, for benchmarks on many of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Table, make_url, text

from referral_engine.store import Store
from referral_engine.store.engine import database_file
from referral_engine.store.moment import micros
from referral_engine.store.tables import case_event, case_file, data_key, referral, wakeup
from tests.unit.desk.county import START, opened, register

Row = tuple[Any, ...]
# Nothing is due for months, and the moments are spread as those of many people are.
_WAITS = micros(START + timedelta(days=180))
_SPREAD = 60 * 86_400_000_000
_APART = 7_919_000_003
COPIED = (case_file, case_event, referral, data_key, wakeup)
_OWN = {"event_id", "xact"}


class Model(NamedTuple):
    """The newest row of one real case in each table, and the case's code."""

    code: str
    rows: dict[Table, Row]

    def code_of(self, number: int) -> str:
        """The code of a copy, as long as the model's own."""
        return f"{self.code[:-9]}{number:09}"

    def copies(self, table: Table, count: int) -> Iterator[Row]:
        """Rows in the order of their codes, the code exchanged wherever it stands."""
        row, old, held = self.rows[table], self.code, self.code.encode()
        for number in range(count):
            new = self.code_of(number)
            told = new.encode()
            if table is wakeup:
                yield (new, _WAITS + number * _APART % _SPREAD, *row[2:])
                continue
            yield tuple(
                each.replace(old, new) if isinstance(each, str)
                else each.replace(held, told) if isinstance(each, bytes) else each
                for each in row
            )  # fmt: skip


def columns(table: Table) -> list[str]:
    return [column.name for column in table.c if column.name not in _OWN]


def model(folder: Path) -> Model:
    """A case that was just offered, of the county in `folder`; its first reminder comes in 96
    minutes.
    """
    with opened(folder) as box:
        code = register(box)
        rows: dict[Table, Row] = {}
        with box.store.reading() as reader:
            for table in COPIED:
                names = ", ".join(columns(table))
                found = text(f"SELECT {names} FROM {table.name} WHERE case_code = :code")
                rows[table] = tuple(reader.connection.execute(found, {"code": code}).all()[-1])
        # What an event says is read by nobody here: without it five million are 15 GB, not 17.
        body = columns(case_event).index("body")
        event = rows[case_event]
        rows[case_event] = (*event[:body], b"", *event[body + 1 :])
        return Model(code, rows)


def fill(url: str, source: Model, count: int) -> None:
    """Makes the store at `url` and puts copies in, as fast as the database takes them."""
    Store.open(url).close()
    file = database_file(url)
    if file is None:
        _into_postgresql(url, source, count)
    else:
        _into_sqlite(file, source, count)


def _into_sqlite(file: Path, source: Model, count: int) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144"):
        connection.execute(f"PRAGMA {pragma}")
    with _without_indexes(connection):
        for table in COPIED:
            names = columns(table)
            marks = ", ".join("?" * len(names))
            sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
            connection.execute("BEGIN")
            connection.executemany(sql, source.copies(table, count))
            connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


@contextmanager
def _without_indexes(connection: sqlite3.Connection) -> Iterator[None]:
    names = ", ".join(f"'{table.name}'" for table in COPIED)
    query = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ({names})"
    made = [(name, sql) for name, sql in connection.execute(query).fetchall() if sql]
    for name, _sql in made:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _name, sql in made:
        connection.execute(sql)


def _into_postgresql(url: str, source: Model, count: int) -> None:
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for table in COPIED:
            sql = f"COPY {table.name} ({', '.join(columns(table))}) FROM STDIN"
            with connection.cursor() as cursor, cursor.copy(sql) as into:
                for row in source.copies(table, count):
                    into.write_row(row)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
