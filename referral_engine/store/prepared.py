"""Questions asked thousands of times a second: built and compiled once, run with plain values.

Building a Core statement and finding its compiled form again costs several times what SQLite takes
to answer it. What never changes in a question is written as a literal (`literal`): with a bound
value SQLite could not tell that a partial index holds what is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    CursorResult,
    Dialect,
    Executable,
    bindparam,
    literal_column,
)
from sqlalchemy.sql.elements import ClauseElement

__all__ = ["Prepared", "evened", "literal", "number", "numbered", "prepared", "value", "values"]

T = TypeVar("T")


def literal(text: str) -> ColumnElement[str]:
    """A word of ours, as it stands in an index's condition; never what somebody wrote."""
    if "'" in text or "%" in text:
        raise ValueError(f"{text!r} is no plain word")
    return literal_column(f"'{text}'")


def number(given: int) -> ColumnElement[int]:
    """A whole number of ours, as it stands in an index's condition."""
    return literal_column(str(given))


def value(name: str) -> BindParameter[Any]:
    """What is only known when the question is asked."""
    return bindparam(name)


def values(name: str, count: int) -> list[BindParameter[Any]]:
    """So many of them, for IN; `numbered` gives them."""
    return [value(f"{name}_{number}") for number in range(count)]


def numbered(name: str, given: Sequence[Any]) -> dict[str, Any]:
    """What is asked for in the place of `values`."""
    return {f"{name}_{number}": each for number, each in enumerate(given)}


def evened(asked: Iterable[T]) -> list[T]:
    """One or more, filled up to a power of two: few shapes of a question, each prepared once."""
    found = list(asked)
    return found + found[-1:] * ((1 << (len(found) - 1).bit_length()) - len(found))


class _Compiled(NamedTuple):
    sql: str
    fixed: dict[str, Any]
    order: tuple[str, ...] | None


class Prepared:
    """A statement with named values, run by the driver; whole numbers, texts and bytes only."""

    __slots__ = ("_compiled", "_statement")

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, connection: Connection, **values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Runs it; rows have the columns' names. Raises KeyError for a value not given."""
        return connection.exec_driver_sql(*self._said(connection, values))

    def rows(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """The answer as plain tuples, for a question of a transaction that has begun.

        Straight from the driver's cursor: a result object costs several times the answer.
        """
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(*self._said(connection, values))
            return list(cursor.fetchall())

    def rows_of_each(
        self, connection: Connection, given: Iterable[dict[str, Any]]
    ) -> list[list[tuple[Any, ...]]]:
        """Asked again and again on one cursor: the `rows` for each of these values."""
        answers: list[list[tuple[Any, ...]]] = []
        with closing(connection.connection.cursor()) as cursor:
            for values in given:
                cursor.execute(*self._said(connection, values))
                answers.append(list(cursor.fetchall()))
        return answers

    def first(self, connection: Connection, **values: Any) -> tuple[Any, ...] | None:
        """The first row of `rows`; None where there is none."""
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(*self._said(connection, values))
            return cursor.fetchone()

    def touched(self, connection: Connection, **values: Any) -> int:
        """Runs a change; how many rows it touched."""
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(*self._said(connection, values))
            return int(cursor.rowcount)

    def _said(self, connection: Connection, values: dict[str, Any]) -> tuple[str, Any]:
        found = self._compiled.get(connection.dialect.name)
        if found is None:
            found = self._compiled[connection.dialect.name] = self._compile(connection.dialect)
        known = found.fixed | values if found.fixed else values
        if found.order is None:
            return found.sql, known
        return found.sql, tuple([known[name] for name in found.order])

    def _compile(self, dialect: Dialect) -> _Compiled:
        assert isinstance(self._statement, ClauseElement)
        made = self._statement.compile(dialect=dialect)
        params: dict[str, Any] = dict(made.params)
        fixed = {name: given for name, given in params.items() if given is not None}
        order: list[str] | None = getattr(made, "positiontup", None)
        return _Compiled(str(made), fixed, None if order is None else tuple(order))


def prepared(build: Callable[..., Executable]) -> Callable[..., Prepared]:
    """A question of several shapes: `build` says what to ask for each combination of arguments."""
    return cache(lambda *shape: Prepared(build(*shape)))
