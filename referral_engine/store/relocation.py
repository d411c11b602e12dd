"""A store put into a database: from a backup, or from another database that is left for it.

In both cases the copy arrives beside its place, is proved there, and is put in place at once; what
an interruption leaves behind is cleared the next time.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select, text

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.store import schema
from referral_engine.store.backup import Contents, arriving, examine, label_of, unlabel
from referral_engine.store.carriage import Told, carry, count, release, total
from referral_engine.store.checkpoint_audit import against_anchor
from referral_engine.store.engine import database_file, open_writer
from referral_engine.store.errors import key_missing
from referral_engine.store.every_table import metadata
from referral_engine.store.forwarding import forget, forward, moved_to, refuse_moved
from referral_engine.store.keyring import Keyring
from referral_engine.store.landing import Landing, alone
from referral_engine.store.tables import case_event, data_key, publication, setting

__all__ = ["Put", "move", "restore", "take_back", "to_carry", "unreadable"]


class Put(NamedTuple):
    """What lies in its place now; `aside` is where what stood there before lies, if anything."""

    contents: Contents
    aside: str
    anchor_aside: str = ""


def restore(
    file: Path,
    url: str,
    keys: Keyring,
    now: datetime,
    told: Told,
    *,
    anchor: Path | None = None,
    replace: bool = False,
) -> Put:
    """Puts a backup into the database at `url`. An `anchor` file that knows more than the backup
    does is put aside: what it saw since then is not there, and a new one begins.

    Raises Refused: NOT_A_BACKUP, STORE_NOT_EMPTY without `replace`, STORE_LOCKED and STORE_IN_USE
    while somebody works there, KEY_MISSING where none of `keys` opens it, COPY_UNSOUND.
    """
    label_of(file)
    with _nobody_else(url):
        if not replace:
            _refuse_full(url)
        with arriving(url) as landed:
            _unpack(file, landed, told)
            with _opened(landed.url) as copy:
                if schema.current(copy) != schema.HEAD:
                    schema.upgrade(copy)
                with copy.begin() as connection:
                    unlabel(connection)
                    forget(connection)
                    release(connection)
                _refuse_foreign(copy, keys)
                contents = examine(copy)
                ahead = anchor is not None and _ahead(copy, anchor)
            aside = landed.put_in_place(_stamp(now))
    return Put(contents, aside, _aside(anchor, now) if anchor and ahead else "")


def move(url: str, to: str, shown: str, now: datetime, told: Told) -> Put:
    """Carries all of the store at `url` to the database `to`, which is empty; `shown` is what the
    old store says of where it went: it takes no further word.

    Nobody can write meanwhile. Raises Refused: STORE_NOT_EMPTY, STORE_MOVED, STORE_LOCKED,
    STORE_IN_USE, STORE_OUTDATED, NOT_ARRIVED, COPY_UNSOUND.
    """
    with _nobody_else(url), _nobody_else(to), _opened(url) as source:
        schema.check(source)
        _refuse_full(to)
        with arriving(to) as landed, _held(source) as sending:
            refuse_moved(sending)
            with _opened(landed.url) as target:
                schema.create(target)
                with target.begin() as receiving:
                    carry(sending, receiving, told)
                    unlabel(receiving)
                    release(receiving)
                contents = examine(target)
            aside = landed.put_in_place(_stamp(now))
            forward(sending, shown)
    return Put(contents, aside)


def take_back(url: str) -> str:
    """The store at `url` takes words again; where it had been moved to, empty for nowhere."""
    with _opened(url) as engine, engine.begin() as connection:
        found = moved_to(connection)
        forget(connection)
        return found


def to_carry(url: str) -> int:
    """How many rows a move carries."""
    with _opened(url) as engine, engine.connect() as connection, connection.begin():
        return total(connection)


# -- parts ----------------------------------------------------------------------------------------
def _unpack(file: Path, landed: Landing, told: Told) -> None:
    stage = database_file(landed.url)
    if stage is not None:
        shutil.copyfile(file, stage)
        told(stage.stat().st_size)
        return
    # Of an older release it may be: it is brought to our schema before it is carried over.
    with TemporaryDirectory(prefix="referral-restore-") as folder:
        copy = Path(folder) / "backup.db"
        shutil.copyfile(file, copy)
        with _opened(f"sqlite:///{copy}") as source, _opened(landed.url) as target:
            schema.upgrade(source)
            schema.create(target)
            with source.connect() as sending, sending.begin(), target.begin() as receiving:
                carry(sending, receiving, told)


@contextmanager
def _nobody_else(url: str) -> Iterator[None]:
    lock = alone(url)
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = open_writer(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _held(engine: Engine) -> Iterator[Connection]:
    """One view of the store, into which nobody else writes until it is closed."""
    with engine.connect() as connection:
        server = connection.dialect.name == "postgresql"
        if server:
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():  # on SQLite that alone keeps others from writing
            if server:
                names = ", ".join(metadata.tables)
                connection.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))
            yield connection


def _refuse_full(url: str) -> None:
    file = database_file(url)
    if file is not None and not file.exists():
        return
    with _opened(url) as engine:
        if not schema.current(engine):
            return
        with engine.connect() as connection, connection.begin():
            if not (count(connection, case_event) or count(connection, publication)):
                return
    raise Refused(
        "STORE_NOT_EMPTY",
        _("the database holds a store already"),
        _("Name an empty database; `referral restore --replace` puts the old one aside."),
    )


def _refuse_foreign(engine: Engine, keys: Keyring) -> None:
    """A store whose own secret does not open could not be opened at all."""
    with engine.connect() as connection, connection.begin():
        query = select(setting).where(setting.c.name == "digest_secret")
        row = connection.execute(query).one()
        keys.unwrap(row.value, row.master_key_id, row.name)
        for master in unreadable(connection, keys):
            raise key_missing(master)


def unreadable(connection: Connection, keys: Keyring) -> list[str]:
    """The ids of master keys that data keys are under and `keys` lacks."""
    query = select(data_key.c.master_key_id).distinct().order_by(data_key.c.master_key_id)
    found = connection.execute(query).scalars()
    return [master for master in found if not keys.has(master)]


def _ahead(engine: Engine, anchor: Path) -> bool:
    """Whether the anchor saw what the copy does not hold."""
    if not anchor.exists():
        return False
    with engine.connect() as connection, connection.begin():
        return next(against_anchor(connection, anchor), None) is not None


def _aside(file: Path, now: datetime) -> str:
    there = file.with_name(f"{file.name}.before-{_stamp(now)}")
    return str(file.rename(there))


def _stamp(now: datetime) -> str:
    return f"{now:%Y%m%d-%H%M%S}"
