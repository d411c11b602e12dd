"""A backup: one SQLite file with all of a store, whichever database that lies in, proved whole.

It is made beside a running daemon, as of one moment. Content in it stays encrypted as it was; the
master keys are not in it. What people deleted is not in it either, for free pages are left out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, delete, func, insert, select

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.store import schema
from referral_engine.store.audit import verify
from referral_engine.store.carriage import Told, carry, count, total
from referral_engine.store.engine import database_file, open_reader, open_writer, reading_address
from referral_engine.store.landing import Landing, landing
from referral_engine.store.tables import case_event, case_file, checkpoint, data_key, setting

__all__ = ["Contents", "Label", "arriving", "back_up", "examine", "label_of", "size_of", "unlabel"]

_LABEL = "backup"


class Label(msgspec.Struct, frozen=True):
    """What a backup says of itself; `at` is the moment it was begun (UTC)."""

    at: datetime
    cases: int
    events: int


class Contents(NamedTuple):
    """`readable` data keys lie in the clear: whoever has the file reads their cases' content."""

    cases: int
    events: int
    checkpoints: int
    readable: int


def size_of(url: str) -> int:
    """How much there is to back up, in the unit that `told` counts: bytes of a file, else rows."""
    file = database_file(url)
    if file is not None:
        return file.stat().st_size
    with _closing(open_reader(url)) as engine, engine.connect() as connection:
        return total(connection)


def back_up(url: str, file: Path, now: datetime, told: Told) -> Contents:
    """Writes all of the store at `url` into `file`, which nobody else may read (mode 0600).

    It appears under its name only once it was read again, and every chain and projection in it
    fits. Raises Refused: STORE_OUTDATED, COPY_UNSOUND, NOT_ARRIVED.
    """
    with arriving(f"sqlite:///{file.absolute()}") as landed:
        stage = database_file(landed.url)
        assert stage is not None
        with _closing(open_reader(url)) as source:
            schema.check(source)
            before = _events(source)
            _copy(url, source, landed, told)
            after = _events(source)
        with _closing(open_writer(landed.url, power_safe=False)) as copy:
            contents = examine(copy)
            if not before <= contents.events <= after:
                raise _unsound(_("{found} events of {there}").format(
                    found=contents.events, there=before
                ))  # fmt: skip
            with copy.begin() as connection:
                unlabel(connection)
                _label(connection, Label(now, contents.cases, contents.events))
        landed.put_in_place(f"{now:%Y%m%d-%H%M%S}")
    return contents


def _copy(url: str, source: Engine, landed: Landing, told: Told) -> None:
    file, stage = database_file(url), database_file(landed.url)
    if file is not None and stage is not None:
        _vacuum(file, stage, told)
        return
    with _closing(open_writer(landed.url, power_safe=False)) as target:
        schema.create(target)
        with source.connect() as sending, sending.begin(), target.begin() as receiving:
            carry(sending, receiving, told)


def _vacuum(file: Path, stage: Path, told: Told) -> None:
    """SQLite's own copy of one moment. Writers go on meanwhile; deleted rows stay behind."""
    seen = 0

    def look() -> int:
        nonlocal seen
        size = stage.stat().st_size
        told(size - seen)
        seen = size
        return 0

    with closing(sqlite3.connect(reading_address(file), uri=True)) as connection:
        connection.set_progress_handler(look, 100_000)
        connection.execute("VACUUM INTO ?", (str(stage),))


def examine(engine: Engine) -> Contents:
    """Proves a copy: the file itself, its schema, every chain, projection and checkpoint.

    Raises Refused (COPY_UNSOUND, STORE_OUTDATED).
    """
    schema.check(engine)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            told = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            if told != "ok":
                raise _unsound(str(told))
    if findings := verify(engine):
        raise _unsound(str(findings[0]))
    with engine.connect() as connection, connection.begin():
        readable = select(func.count()).where(data_key.c.master_key_id == "")
        return Contents(
            count(connection, case_file), count(connection, case_event),
            count(connection, checkpoint), connection.execute(readable).scalar_one(),
        )  # fmt: skip


# -- the label ------------------------------------------------------------------------------------
def label_of(file: Path) -> Label:
    """What a backup says of itself. Raises Refused (NOT_A_BACKUP), FileNotFoundError."""
    if not file.is_file():
        raise FileNotFoundError(file)
    try:
        with closing(sqlite3.connect(reading_address(file), uri=True)) as opened:
            row = opened.execute("SELECT value FROM setting WHERE name = ?", (_LABEL,)).fetchone()
        return msgspec.json.decode(row[0] if row else b"", type=Label)
    except (sqlite3.DatabaseError, msgspec.MsgspecError):
        raise Refused(
            "NOT_A_BACKUP",
            _("{file} is no backup of this engine").format(file=file),
            _("Name a file that `referral backup` wrote."),
        ) from None


def unlabel(connection: Connection) -> None:
    """A store that lives is no backup."""
    connection.execute(delete(setting).where(setting.c.name == _LABEL))


def _label(connection: Connection, label: Label) -> None:
    value = msgspec.json.encode(label)
    connection.execute(insert(setting).values(name=_LABEL, value=value, master_key_id=""))


# -- parts ----------------------------------------------------------------------------------------
@contextmanager
def arriving(url: str) -> Iterator[Landing]:
    """The landing for a copy; what did not get to its place is gone afterwards."""
    with landing(url) as landed:
        yield landed


@contextmanager
def _closing(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


def _events(engine: Engine) -> int:
    with engine.connect() as connection, connection.begin():
        return count(connection, case_event)


def _unsound(what: str) -> Refused:
    return Refused(
        "COPY_UNSOUND",
        _("the copy is not whole: {what}").format(what=what),
        _("Nothing was put in its place. `referral audit verify` tells whether the store is."),
    )
