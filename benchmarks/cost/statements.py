"""What a store's writer says to its database, recorded, and said again by bare SQLAlchemy Core."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Engine, TextClause, event, text

from benchmarks.cost.clock import Seconds, timing
from referral_engine.store.engine import open_writer

__all__ = ["Transaction", "recorded", "repeat"]

_WRITER = "store-writer"
_MARK = re.compile(r"\?|%s|%\((\w+)\)s")
"""What stands for a value; none of the store's statements has such a thing in quotes."""


class Said(NamedTuple):
    sql: str
    values: Any
    """Of one execution, or a list of those of many."""
    many: bool


Transaction = list[Said]


class _Recorder:
    def __init__(self) -> None:
        self.done: list[Transaction] = []
        self._now: Transaction = []

    def said(self, sql: Any, values: Any, *, many: bool) -> None:
        # BEGIN is the engine's own on both sides, and readers are not asked.
        if threading.current_thread().name == _WRITER and not str(sql).startswith("BEGIN"):
            self._now.append(Said(str(sql), values, many))

    def committed(self) -> None:
        if threading.current_thread().name == _WRITER and self._now:
            self.done.append(self._now)
            self._now = []


@contextmanager
def recorded() -> Iterator[list[Transaction]]:
    """The transactions that stores opened within the block commit, one after the other."""
    recorder = _Recorder()

    def connect(dialect: Any, _record: Any, given: Sequence[Any], named: dict[str, Any]) -> Any:
        kind = _sqlite if dialect.name == "sqlite" else _postgresql
        return kind(recorder, given, named)

    event.listen(Engine, "do_connect", connect)
    try:
        yield recorder.done
    finally:
        event.remove(Engine, "do_connect", connect)


def repeat(url: str, transactions: Sequence[Transaction]) -> Seconds:
    """Says them again by SQLAlchemy Core, rows fetched, with the store's own settings; how long it
    took. Statements and dictionaries of values are made before.
    """
    engine = open_writer(url)
    spoken = [[_by_core(said) for said in transaction] for transaction in transactions]
    with timing() as seconds, engine.connect() as connection:
        for transaction in spoken:
            with connection.begin():
                for statement, values in transaction:
                    found = connection.execute(statement, values)
                    if found.returns_rows:
                        found.fetchall()
    engine.dispose()
    return seconds


def _by_core(said: Said) -> tuple[TextClause, Any]:
    statement = _statement(said.sql)
    return statement, [_named(row) for row in said.values] if said.many else _named(said.values)


@cache
def _statement(sql: str) -> TextClause:
    """The driver's own SQL as Core takes it: a name for each value."""
    places = count()
    # The space keeps the cast that may follow (`::text`) from being read as part of the name.
    named = _MARK.sub(lambda found: f":{found[1] or f'v{next(places)}'} ", sql)
    return text(named.replace("%%", "%"))


def _named(values: Any) -> dict[str, Any]:
    if isinstance(values, Mapping):
        return dict(values)
    return {f"v{place}": each for place, each in enumerate(values or ())}


def _sqlite(recorder: _Recorder, given: Sequence[Any], named: dict[str, Any]) -> Any:
    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
            recorder.said(sql, values, many=False)
            return super().execute(sql, values)

        def executemany(self, sql: str, rows: Any, /) -> sqlite3.Cursor:
            recorder.said(sql, list(rows), many=True)
            return super().executemany(sql, rows)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def commit(self) -> None:
            super().commit()
            recorder.committed()

    return sqlite3.connect(*given, **named, factory=Connection)


def _postgresql(recorder: _Recorder, given: Sequence[Any], named: dict[str, Any]) -> Any:
    class Cursor(psycopg.Cursor[Any]):
        def execute(self, sql: Any, values: Any = None, **more: Any) -> Any:
            recorder.said(sql, values, many=False)
            return super().execute(sql, values, **more)

        def executemany(self, sql: Any, rows: Any, **more: Any) -> None:
            recorder.said(sql, list(rows), many=True)
            super().executemany(sql, rows, **more)

        @contextmanager
        def copy(self, sql: Any, *given: Any, **more: Any) -> Iterator[Any]:
            """Rows that are copied in are recorded as what puts them in without that."""
            into, rows = str(sql).removeprefix("COPY ").removesuffix(" FROM STDIN"), []
            with super().copy(sql, *given, **more) as copy:
                write, copy.write_row = copy.write_row, rows.append
                yield copy
                for row in rows:
                    write(row)
            marks = ", ".join(["%s"] * len(rows[0]))
            recorder.said(f"INSERT INTO {into} VALUES ({marks})", rows, many=True)

    class Connection(psycopg.Connection[Any]):
        def commit(self) -> None:
            super().commit()
            recorder.committed()

    return Connection.connect(*given, **named, cursor_factory=Cursor)
