"""What columns are made of, the same in every table and on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Text, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement

__all__ = ["ID", "TEXT", "CurrentTransaction", "at", "metadata", "partial", "words"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite numbers rows by itself only in a column that is exactly INTEGER.
ID = BigInteger().with_variant(Integer, "sqlite")

# Bytes decide the order, in Python as in every database, whatever language it was set up for: the
# audit reads two tables side by side by code.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")


def words(name: str) -> Column[str]:
    return Column(name, TEXT, nullable=False, server_default="")


def at(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def partial(name: str, where: str, *columns: str) -> Index:
    """An index over the rows that its one query asks for, so that history does not weigh on it."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class CurrentTransaction(ColumnElement[int]):
    """The number of the writing transaction: readers on PostgreSQL stop below the oldest open one.

    SQLite has one writer, so there the event's own number already is the commit order.
    """

    type = BigInteger()
    inherit_cache = True


@compiles(CurrentTransaction)
def _one_writer(element: CurrentTransaction, compiler: Any, **kw: Any) -> str:
    return "0"


@compiles(CurrentTransaction, "postgresql")
def _transaction_number(element: CurrentTransaction, compiler: Any, **kw: Any) -> str:
    return "(pg_current_xact_id()::text::bigint)"
