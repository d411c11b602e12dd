"""Where a copy of a store arrives: beside its place, to be looked at before it is put there.

On SQLite that is a file next to the database's, on PostgreSQL a schema of its own in the same
database. Putting it in place is one step that happens or does not, and what stood there before is
put aside, never overwritten. What an interrupted copy left behind is cleared by the next.
"""

from __future__ import annotations

import os
import sqlite3
from abc import ABC, abstractmethod
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import make_url

from referral_engine.store.engine import APPLICATION, DaemonLock, database_file, open_writer
from referral_engine.store.errors import store_in_use
from referral_engine.store.every_table import metadata

__all__ = ["Landing", "alone", "landing"]

_STAGE = "referral_arriving"
_TABLES = (*metadata.tables, "alembic_version")


class Landing(ABC):
    """`url` is where the copy arrives, ready for the tables; a place that exists and is empty."""

    url: str

    @abstractmethod
    def put_in_place(self, stamp: str) -> str:
        """The copy becomes the database; where what stood there lies now, empty for nothing.

        `stamp` tells one time from another. Raises Refused (STORE_IN_USE).
        """

    @abstractmethod
    def clear(self) -> None:
        """Gives the copy up, or what is left after it was put in place."""

    def __enter__(self) -> Landing:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.clear()


def landing(url: str) -> Landing:
    """The landing for a copy that shall become the database at `url`. Raises Refused."""
    file = database_file(url)
    return _Server(url) if file is None else _File(file)


def alone(url: str) -> DaemonLock | None:
    """Makes sure that nobody works on the database; on SQLite until the lock is released.

    Raises Refused: STORE_LOCKED for a daemon, STORE_IN_USE for sessions on a server.
    """
    file = database_file(url)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        return DaemonLock(file)
    engine = open_writer(url)
    try:
        with engine.connect() as connection:
            _refuse_others(connection)
    finally:
        engine.dispose()
    return None


def _refuse_others(connection: Connection) -> None:
    query = text(
        "SELECT DISTINCT application_name FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name LIKE :ours"
        " AND application_name <> current_setting('application_name') ORDER BY 1"
    )
    others = connection.execute(query, {"ours": f"{APPLICATION} %"}).scalars().all()
    if others:
        raise store_in_use(", ".join(name.partition(" ")[2] for name in others))


class _File(Landing):
    def __init__(self, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        self._place = place
        self._stage = place.with_name(place.name + ".arriving")
        self.url = f"sqlite:///{self._stage}"
        self.clear()
        # Made before anything is written: nobody else ever reads it.
        os.close(os.open(self._stage, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    def put_in_place(self, stamp: str) -> str:
        _fold(self._stage)
        aside = ""
        if self._place.exists():
            _fold(self._place)
            aside = str(_free(self._place, stamp))
            os.link(self._place, aside)
        self._stage.replace(self._place)
        _sync(self._place.parent)
        return aside

    def clear(self) -> None:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{self._stage}{ending}").unlink(missing_ok=True)


def _free(place: Path, stamp: str) -> Path:
    """A name beside `place` that nothing has."""
    name, number = f"{place.name}.before-{stamp}", 1
    while (found := place.with_name(name)).exists():
        number += 1
        name = f"{place.name}.before-{stamp}-{number}"
    return found


def _fold(file: Path) -> None:
    """Everything into the one file, nothing beside it: a log of the old file must not meet the
    new one. Raises Refused (STORE_IN_USE) while somebody has it open.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:
            raise store_in_use(str(file)) from None
    with file.open("rb") as written:
        os.fsync(written.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Server(Landing):
    def __init__(self, place: str) -> None:
        self._engine: Engine = open_writer(place)
        self.url = _within(place, _STAGE)
        with self._engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {_STAGE} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {_STAGE}"))

    def put_in_place(self, stamp: str) -> str:
        with self._engine.begin() as connection:
            _refuse_others(connection)
            here = connection.execute(text("SELECT current_schema()")).scalar_one()
            there = inspect(connection).has_table("alembic_version")
            aside = f"before_{stamp}".replace("-", "_").lower() if there else ""
            if there:
                connection.execute(text(f"CREATE SCHEMA {aside}"))
                _to_schema(connection, here, aside)
            _to_schema(connection, _STAGE, here)
        return aside

    def clear(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {_STAGE} CASCADE"))
        self._engine.dispose()


def _to_schema(connection: Connection, here: str, there: str) -> None:
    """Moves our tables, with their indexes and counters; procrastinate's stay, they hold bells."""
    present = set(inspect(connection).get_table_names(here))
    for name in _TABLES:
        if name in present:
            connection.execute(text(f'ALTER TABLE "{here}".{name} SET SCHEMA "{there}"'))


def _within(url: str, schema: str) -> str:
    """The address whose tables are those of one schema."""
    given = make_url(url)
    named = given.update_query_dict({"options": f"-csearch_path={schema}"})
    return named.render_as_string(hide_password=False)
