"""The store: one database, one writer, many readers."""

from __future__ import annotations

import hmac
import os
import secrets
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, select

from referral_engine.store import bells, schema
from referral_engine.store.checkpoints import Checkpoint, anchor
from referral_engine.store.engine import DaemonLock, database_file, open_reader, open_writer
from referral_engine.store.errors import key_missing, store_readonly, unavailable
from referral_engine.store.forwarding import MOVED, refuse_moved
from referral_engine.store.keyring import KEY_BYTES, NO_KEYS, Keyring
from referral_engine.store.reader import Reader, Township
from referral_engine.store.rebuild import codes_after, rebuild_cases
from referral_engine.store.recent import Recent
from referral_engine.store.stage import Ahead
from referral_engine.store.statements import insert, run
from referral_engine.store.tables import setting
from referral_engine.store.transaction import Tx
from referral_engine.store.vault import Vault, masters, rewrap, rewrap_secret
from referral_engine.store.writer import Traffic, Writer

__all__ = ["Store", "township_segment"]

T = TypeVar("T")
_DIGEST_CHARACTERS = 32
_REBUILT_AT_ONCE = 200
_WIPE_PATIENCE = 1_000
"""Milliseconds; whoever erases goes on, and wipes another time."""
_TOWNSHIP_DIGITS = 9


def township_segment(territory: str) -> str:
    """The township of a 12-digit area code (2+2+2+3+3 digits); any other code as it is."""
    area = territory[:_TOWNSHIP_DIGITS]
    return area if len(area) == _TOWNSHIP_DIGITS and area.isdigit() else territory


class Store:
    """Open it with `Store.open`. Safe to use from any thread."""

    def __init__(
        self, url: str, keyring: Keyring, writer: Engine | None, reader: Engine, township: Township,
        batch: int, waiting: int,
    ) -> None:  # fmt: skip
        self.url = url
        self._keyring = keyring
        self._township = township
        self._reader_engine = reader
        self._writer_engine = writer
        self._vault = Vault(keyring)
        self._writer: Writer | None = None
        self._recent = Recent()
        self._ringer = "" if database_file(url) else secrets.token_hex(4)
        if writer is not None:
            self._writer = Writer(writer, self._begin, batch=batch, waiting=waiting)
        with reader.connect() as connection:
            settings = {row.name: row for row in connection.execute(select(setting))}
        self.id = settings["store_id"].value.decode()
        secret = settings["digest_secret"]
        self._digest_secret = keyring.unwrap(secret.value, secret.master_key_id, "digest_secret")

    @classmethod
    def open(
        cls,
        url: str,
        keys: Keyring | None = None,
        readonly: bool = False,
        *,
        township: Township = township_segment,
        batch: int = 64,
        waiting: int = 1024,
        power_safe: bool = True,
    ) -> Store:
        """Opens the database at `url` (sqlite:///file, postgresql://…), making it where it is new.

        `township` tells the township a territory lies in. At most `batch` commands share a
        commit, `waiting` wait for one before senders are held up.

        Without `power_safe` SQLite does not wait for the disk at each commit (`synchronous =
        NORMAL`): whatever dies of the process, nothing committed is lost; a power cut can take the
        last seconds away, and leaves the file whole. That is right for a rehearsal in virtual
        time, which can be run again, and for nothing else.

        Raises Refused: STORE_OUTDATED, STORE_MOVED, STORE_ON_NETWORK, KEY_MISSING, KEY_WRONG;
        ValueError for an SQLite database in memory.
        """
        keyring = keys or NO_KEYS
        file = database_file(url)
        if readonly:
            if file is not None and not file.exists():
                raise FileNotFoundError(file)
            reader = open_reader(url)
            schema.check(reader)
            return cls(url, keyring, None, reader, township, batch, waiting)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        writer = open_writer(url, power_safe=power_safe)
        _prepare(writer, keyring)
        return cls(url, keyring, writer, open_reader(url), township, batch, waiting)

    # -- reading and writing ----------------------------------------------------------------------
    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A consistent view: what it shows does not change while it is open. Keep it short.

        Raises Unavailable.
        """
        try:
            with self._reader_engine.connect() as connection, connection.begin():
                yield Reader(connection, self._vault, self._township)
        except Exception as error:
            if (found := unavailable(error)) is not None:
                raise found from error
            raise

    def read(self, question: Callable[[Reader], T]) -> T:
        """The answer to `question` in a view of its own."""
        with self.reading() as reader:
            return question(reader)

    def write(self, command: Callable[[Tx], T], ahead: Ahead | None = None) -> Future[T]:
        """Has `command` run by the writer; the future is resolved once it is committed.

        What the command raises, the future raises, and nothing of it is kept; Conflict when
        another process was faster, Unavailable when the database could not do it. The command may
        be run again, so it acts through its transaction alone. `ahead` is what it will ask for with
        `Tx.intake_seen`, `load` and `seen`, if known. Waits while too many commands wait. Raises
        Refused (STORE_READONLY).
        """
        if self._writer is None:
            raise store_readonly()
        return self._writer.submit(command, ahead)

    def transact(self, command: Callable[[Tx], T]) -> T:
        """Like `write`, and waits for the commit."""
        return self.write(command).result()

    def traffic(self) -> Traffic:
        """What this process has written since the store was opened; naught where it only reads."""
        return self._writer.traffic() if self._writer else Traffic()

    @property
    def readonly(self) -> bool:
        """Whether nothing can be written through it."""
        return self._writer is None

    # -- digests and keys -------------------------------------------------------------------------
    def digest(self, value: str) -> str:
        """The keyed digest of a phone or id number, the same as long as the store lives.

        32 hex digits of HMAC-SHA256; an empty value has an empty digest.
        """
        if not value:
            return ""
        made = hmac.digest(self._digest_secret, value.encode(), "sha256")
        return made.hex()[:_DIGEST_CHARACTERS]

    def masters(self) -> dict[str, int]:
        """How many data keys lie under each master key by its id, an empty one in the clear."""
        return self.read(lambda reader: masters(reader.connection))

    def take_keys(self, keys: Keyring) -> None:
        """Goes on with other master keys. Raises Refused (KEY_MISSING) where they do not open all
        that is stored; then it goes on with those it has.
        """
        for master in self.masters():
            if not keys.has(master):
                raise key_missing(master)
        self._keyring, self._vault = keys, Vault(keys)

    def rotate(self, keys: Keyring, told: Callable[[int], None] = lambda _more: None) -> int:
        """Wraps every data key anew under the current key of `keys`, which must still hold those
        in use; how many were. The store goes on with `keys`; the chains are not touched.

        Runs beside intake, some keys a transaction, and tells how many more are done; interrupted,
        it is run again. Raises Refused (KEY_MISSING).
        """
        self.take_keys(keys)
        done = int(self.transact(lambda tx: rewrap_secret(tx.connection, keys)))
        # Who works beside it with the keys of before wraps new ones under an old key.
        while round_of_all := self._rewrap_all(keys, told):
            done += round_of_all
        return done

    def _rewrap_all(self, keys: Keyring, told: Callable[[int], None]) -> int:
        done, last = 0, ""
        while codes := self.transact(partial(self._rewrap, keys, last)):
            done += len(codes)
            last = codes[-1]
            told(len(codes))
        return done

    def wipe(self) -> bool:
        """Lets go of what erased cases left in SQLite's write-ahead log, where pages lie as they
        were before; False where a reader still needs it: call it again later.

        In the file itself deleted rows are overwritten at once. On PostgreSQL nothing is done here:
        dead rows stay in the table until VACUUM, and in its log and archives for as long as those
        are kept (docs/security.md).
        """
        if self._writer_engine is None or database_file(self.url) is None:
            return True
        raw = self._writer_engine.raw_connection()
        try:
            # Not within a transaction, which SQLAlchemy's own connections always are.
            cursor = raw.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {_WIPE_PATIENCE}")
            busy, _log, _done = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            raw.close()
        return not busy

    def rebuild(self) -> int:
        """Makes the projections anew from the events; how many cases.

        A case whose events do not fit is left as it is, for `audit.verify` to name. Runs some
        cases a transaction; stop the daemon first, for a runner may hold what is rewritten.
        """
        rebuilt, last = 0, ""
        while codes := self._codes_after(last):
            rebuilt += self.transact(partial(self._rebuild, codes))
            last = codes[-1]
        return rebuilt

    # -- the daemon's -----------------------------------------------------------------------------
    def lock_daemon(self) -> DaemonLock | None:
        """Makes this process the only daemon on an SQLite store, until it releases or dies.

        None on PostgreSQL, where many work together. Raises Refused (STORE_LOCKED).
        """
        file = database_file(self.url)
        return None if file is None else DaemonLock(file)

    def checkpoint(
        self, now: datetime, anchor_file: Path | None = None, apart: timedelta = timedelta()
    ) -> Checkpoint | None:
        """Records a checkpoint and appends it to the anchor file; None when nothing changed, or
        the last one, which may be another worker's, is not yet `apart`.
        """
        made = self.transact(lambda tx: tx.checkpoint(now, apart))
        if made is not None and anchor_file is not None:
            anchor(made, anchor_file)
        return made

    @property
    def engine(self) -> Engine:
        """The readers' engine, for `audit.verify` and metrics."""
        return self._reader_engine

    def close(self) -> None:
        """Commits what waits and lets go of the database."""
        if self._writer is not None:
            self._writer.close()
        self._reader_engine.dispose()
        if self._writer_engine is not None:
            self._writer_engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _codes_after(self, last: str) -> list[str]:
        return self.read(lambda r: codes_after(r.connection, last, _REBUILT_AT_ONCE))

    def _rebuild(self, codes: list[str], tx: Tx) -> int:
        return rebuild_cases(tx.connection, codes, self._township)

    def _rewrap(self, keys: Keyring, after: str, tx: Tx) -> list[str]:
        return rewrap(tx.connection, keys, after)

    def _begin(self, connection: Connection, *, alone: bool) -> Tx:
        return Tx(
            connection,
            self._vault,
            self._township,
            alone=alone,
            ringer=self._ringer,
            recent=self._recent,
        )


def _prepare(engine: Engine, keyring: Keyring) -> None:
    """Makes the tables of an empty database, and the two settings every store has."""
    if not schema.current(engine):
        schema.create(engine)
    schema.check(engine)
    if engine.dialect.name == "postgresql":
        bells.install(engine)
    with engine.connect() as connection:
        known = connection.execute(select(setting.c.name)).scalars().all()
        if MOVED in known:
            refuse_moved(connection)
    if {"store_id", "digest_secret"} <= set(known):
        return
    columns = ("name", "value", "master_key_id")
    secret = keyring.wrap(os.urandom(KEY_BYTES), "digest_secret")
    rows = [("store_id", uuid.uuid4().hex.encode(), ""), ("digest_secret", *secret)]
    with engine.begin() as connection:
        # Two processes may open a new store at once: what the first wrote stays.
        run(connection, insert(engine.dialect.name, setting, columns, keep=True), rows)
