"""Where the store of a workspace lies: in its file, or in a database of a PostgreSQL.

A workspace of a test says the latter by a file `store.url`; the commands of `tests.district` then
go there, and so do questions. So the same test runs on both.
"""

from __future__ import annotations

import functools
import shutil
import sqlite3
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from referral_engine.store import Keyring, Store

__all__ = [
    "copied", "dumped", "empty_store", "execute", "on_server", "place", "question", "url_of",
]  # fmt: skip

_URL = "store.url"


def on_server(folder: Path) -> bool:
    """Whether its store is a database of a server."""
    return (folder / _URL).exists()


def url_of(folder: Path) -> str:
    """The address of its store, as `--database` takes it."""
    if on_server(folder):
        return (folder / _URL).read_text("utf-8")
    return f"sqlite:///{folder}/var/referral.db"


def place(folder: Path, url: str) -> Path:
    """From now on its store is that database."""
    (folder / _URL).write_text(url, "utf-8")
    return folder


@functools.cache
def empty_store(*keys: bytes) -> bytes:
    """The file of a store with nothing in it: making its tables takes longer than most tests."""
    with TemporaryDirectory(prefix="referral-empty-") as folder:
        file = Path(folder) / "referral.db"
        Store.open(f"sqlite:///{file}", Keyring(keys)).close()
        return file.read_bytes()


def copied(folder: Path, to: Path) -> Path:
    """A copy of the workspace with a copy of its store, which nobody may have open."""
    shutil.copytree(folder, to)
    if on_server(folder):
        source = make_url(url_of(folder))
        _left(source)
        name = f"copy_{uuid.uuid4().hex}"
        made = sql.SQL("create database {} template {}").format(
            sql.Identifier(name), sql.Identifier(source.database or "")
        )
        _connected(source.set(database="postgres")).execute(made)
        place(to, source.set(database=name).render_as_string(hide_password=False))
    return to


def question(folder: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What the store says, asked beside the engine; `?` stands for a value."""
    if on_server(folder):
        connection = _connected(make_url(url_of(folder)))
        return connection.execute(_written(statement), values).fetchall()
    with sqlite3.connect(f"file:{folder}/var/referral.db?mode=ro", uri=True) as file:
        return file.execute(statement, values).fetchall()


def execute(folder: Path, statement: str, *values: object) -> int:
    """Changes the store behind the engine's back; how many rows."""
    if on_server(folder):
        connection = _connected(make_url(url_of(folder)))
        return connection.execute(_written(statement), values).rowcount
    connection = sqlite3.connect(folder / "var" / "referral.db")
    with connection:
        changed = connection.execute(statement, values).rowcount
    connection.close()
    return changed


def dumped(folder: Path) -> dict[str, bytes]:
    """All that is written of the workspace's doings: files, and the tables of a server's database
    with their bytes as they are.
    """
    found = {file.name: file.read_bytes() for file in (folder / "var").iterdir()}
    if not on_server(folder):
        return found
    connection = _connected(make_url(url_of(folder)))
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in tables.fetchall():
        copy = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
        with connection.cursor().copy(copy) as rows:
            found[table] = b"".join(bytes(row) for row in rows)
    return found


_connections: dict[str, psycopg.Connection[Any]] = {}
"""By address; whoever looks every few milliseconds cannot connect each time."""


def _connected(url: URL) -> psycopg.Connection[Any]:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    known = _connections.get(plain)
    if known is None or known.closed:
        known = _connections[plain] = psycopg.connect(plain, autocommit=True)
    return known


def _left(url: URL) -> None:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    if known := _connections.pop(plain, None):
        known.close()


def _written(statement: str) -> bytes:
    return statement.replace("%", "%%").replace("?", "%s").encode()
