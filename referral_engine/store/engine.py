"""Connections to the database: pragmas, how a transaction begins, where a file may lie, locks."""

from __future__ import annotations

import fcntl
import os
import socket
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool, QueuePool

from referral_engine.store.errors import store_locked, store_on_network, store_unfolded

__all__ = [
    "APPLICATION",
    "DaemonLock",
    "database_file",
    "open_reader",
    "open_writer",
    "reading_address",
    "take_turn",
]

APPLICATION = "referral"
"""How our sessions on a PostgreSQL name themselves, before machine and process."""

# File systems whose locks or shared memory SQLite's WAL cannot rely on (sqlite.org/wal.html).
_NETWORK = {
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs",
    "fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb2",
    "smb3", "smbfs", "vboxsf", "virtiofs",
}  # fmt: skip
_TURN = text("SELECT pg_advisory_xact_lock(7234501)")
_BUSY_MILLISECONDS = 30_000
# Intake into a million cases costs 1.65 times more with SQLite's 2 MB; 16-32 MB keeps it flat.
_WRITER_CACHE_KIB = 32 * 1024
_READER_CACHE_KIB = 8 * 1024
# What is deleted is overwritten: an erased data key must not lie in a page that is only unused.
_WIPE = "secure_delete = ON"


def open_writer(
    url: str, mounts: Path = Path("/proc/mounts"), *, power_safe: bool = True
) -> Engine:
    """The engine behind the one writer: one connection, every transaction `BEGIN IMMEDIATE`.

    `power_safe` is said in `Store.open`; a server decides it for itself.

    Raises Refused (STORE_ON_NETWORK) for an SQLite file on a network file system.
    """
    parsed = make_url(url)
    if (file := database_file(parsed)) is None:
        return _open_server(parsed)
    if kind := _network_file_system(file, mounts):
        raise store_on_network(str(file), kind)
    engine = create_engine(parsed, connect_args={"check_same_thread": False}, poolclass=NullPool)
    synchronous = f"synchronous = {'FULL' if power_safe else 'NORMAL'}"
    _listen(engine, "BEGIN IMMEDIATE", _WRITER_CACHE_KIB, "journal_mode = WAL", synchronous, _WIPE)
    return engine


def open_reader(url: str) -> Engine:
    """The engine of the readers: pooled connections that cannot write."""
    parsed = make_url(url)
    if database_file(parsed) is None:
        # One view for all questions of a reader, as SQLite's WAL gives it anyway.
        engine = _open_server(
            parsed, pool_size=4, max_overflow=12, isolation_level="REPEATABLE READ"
        )
        return engine.execution_options(postgresql_readonly=True)
    address = reading_address(Path(parsed.database or ""))
    engine = create_engine(
        parsed,
        creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=60,
    )
    _listen(engine, "BEGIN", _READER_CACHE_KIB, "query_only = ON")
    return engine


def reading_address(file: Path) -> str:
    """How SQLite opens a file only to read it; also where nothing can be written beside it.

    Raises Refused (STORE_UNFOLDED) where then the newest changes could not be seen.
    """
    address = f"{file.absolute().as_uri()}?mode=ro"
    if os.access(file.parent, os.W_OK) or not file.exists():
        return address
    log = file.with_name(file.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise store_unfolded(str(file))
    return f"{address}&immutable=1"


def database_file(url: URL | str) -> Path | None:
    """The SQLite file of `url`, absolute; None for a server. Raises ValueError for `:memory:`."""
    url = make_url(url)
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:":
        raise ValueError("a store is a file: sqlite:///path/to/referral.db")
    return Path(url.database).absolute()


def take_turn(connection: Connection) -> None:
    """Has all others who would change the schema wait for the end of this transaction.

    On SQLite whoever writes is alone already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_TURN)


def _open_server(url: URL, **pool: Any) -> Engine:
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    # So that those who would rather be alone on the database can tell who is there.
    named = {"application_name": f"{APPLICATION} {socket.gethostname()[:32]}:{os.getpid()}"}
    return create_engine(url, pool_pre_ping=True, connect_args=named, **pool)


def _listen(engine: Engine, begin: str, cache_kib: int, *pragmas: str) -> None:
    settings = (f"busy_timeout = {_BUSY_MILLISECONDS}", f"cache_size = -{cache_kib}", *pragmas)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN is deferred, which under load ends in "database is locked".
        connection.isolation_level = None
        for pragma in settings:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _network_file_system(file: Path, mounts: Path) -> str:
    """The kind of network file system `file` is on; empty when it is local or cannot be told."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    folder = Path(os.path.realpath(file.parent))
    kinds = {}
    for _device, point, kind, *_rest in (line.split(" ") for line in lines if line.count(" ") > 2):
        # The kernel writes a space in a mount point as \040.
        kinds[Path(point.replace("\\040", " "))] = kind
    nearest = next((p for p in (folder, *folder.parents) if p in kinds), None)
    kind = kinds[nearest] if nearest is not None else ""
    return kind if kind in _NETWORK else ""


class DaemonLock:
    """One daemon a store: a lock on the file beside the database that the kernel drops at death."""

    def __init__(self, database: Path) -> None:
        """Takes the lock; raises Refused (STORE_LOCKED) while another process holds it."""
        path = database.with_name(database.name + ".lock")
        self._file = path.open("a+", encoding="ascii")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "?"
            self._file.close()
            raise store_locked(str(database), holder) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Lets another daemon start. The file stays: removing it would race with the next one."""
        self._file.close()

    def __enter__(self) -> DaemonLock:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.release()
