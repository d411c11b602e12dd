"""SQL for the hot inserts, derived from the tables and run with plain tuples.

Tuples through the driver's cursor cost half of a Core insert on SQLite; the text is made once a
table and dialect, so a column added to a table reaches it by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing, nullcontext
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from referral_engine.store.errors import Conflict

__all__ = ["Row", "copy_all", "insert", "placeholder", "run", "run_all", "say", "update"]

Row = tuple[Any, ...]


def placeholder(dialect: str) -> str:
    """What stands for a parameter in the driver's own SQL."""
    return "?" if dialect == "sqlite" else "%s"


@cache
def insert(
    dialect: str, table: Table, columns: tuple[str, ...], replace: bool = False, keep: bool = False
) -> str:
    """`INSERT` of `columns`; on the same primary or unique key `replace` takes the new values,
    `keep` leaves the old row, otherwise it is an error.
    """
    names = ", ".join(columns)
    marks = ", ".join([placeholder(dialect)] * len(columns))
    sql = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"
    if keep:
        return f"{sql} ON CONFLICT DO NOTHING"
    if not replace:
        return sql
    key = [column.name for column in table.primary_key]
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return f"{sql} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"


@cache
def update(dialect: str, table: Table, columns: tuple[str, ...], where: tuple[str, ...]) -> str:
    """`UPDATE` of `columns` in the rows where each column of `where` equals its parameter."""
    mark = placeholder(dialect)
    changed = ", ".join(f"{name} = {mark}" for name in columns)
    found = " AND ".join(f"{name} = {mark}" for name in where)
    return f"UPDATE {table.name} SET {changed} WHERE {found}"


def run(connection: Connection, sql: str, rows: Sequence[Row]) -> int:
    """Runs `sql` once a row, in a transaction that has begun; how many rows of the table it
    touched. Raises Conflict where a key is taken: somebody else wrote in between.
    """
    return run_all(connection, [(sql, rows)])[0]


def run_all(connection: Connection, said: Sequence[tuple[str, Sequence[Row]]]) -> list[int]:
    """Like `run` for several statements, which a server is sent in one go: it costs a round trip
    for all, not one for each. Raises Conflict once all have run.
    """
    taken: type[Exception] = connection.dialect.loaded_dbapi.IntegrityError
    with ExitStack() as stack:
        cursors = [stack.enter_context(closing(connection.connection.cursor())) for _each in said]
        try:
            _send(connection, [(c, *each) for c, each in zip(cursors, said, strict=True)])
        except taken as error:
            raise Conflict from error
        return [int(cursor.rowcount) for cursor in cursors]


def _send(connection: Connection, said: Sequence[tuple[Any, str, Sequence[Row]]]) -> None:
    driver: Any = connection.connection.driver_connection
    failures: list[Exception] = []
    try:
        with driver.pipeline() if hasattr(driver, "pipeline") else nullcontext():
            try:
                for cursor, sql, rows in said:
                    cursor.executemany(sql, rows)
            except connection.dialect.loaded_dbapi.Error as error:
                failures.append(error)
    except connection.dialect.loaded_dbapi.Error as error:
        failures.append(error)  # after the first: what followed in the pipeline was not run
    if failures:
        raise failures[0]


def copy_all(
    connection: Connection, said: Sequence[tuple[Table, Sequence[str], Sequence[Row]]]
) -> None:
    """Puts many new rows into tables, by columns, as PostgreSQL takes them fastest; on a key that
    is taken like `run`.
    """
    taken: type[Exception] = connection.dialect.loaded_dbapi.IntegrityError
    with closing(connection.connection.cursor()) as cursor:
        driver: Any = cursor
        try:
            for table, columns, rows in said:
                names = ", ".join(columns)
                with driver.copy(f"COPY {table.name} ({names}) FROM STDIN") as into:
                    for row in rows:
                        into.write_row(row)
        except taken as error:
            raise Conflict from error


def say(connection: Connection, sql: str) -> None:
    """Runs a word of ours, such as SAVEPOINT, without SQLAlchemy's share."""
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(sql)
