"""The disk fills up while the daemon works: said in words, nothing acknowledged is lost, and with
room it goes on by itself. On SQLite the whole store lies on that disk; on PostgreSQL its tables do
(a tablespace): a full disk under the server's log stops the server, and that is a killed server.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from referral_engine.clock import SystemClock
from tests.chaos.load.county import make
from tests.chaos.load.server import Server, running_server
from tests.district import Ran, referral, start

pytestmark = pytest.mark.chaos

MEGABYTE = 1024 * 1024
SIZE = {"sqlite": 3 * MEGABYTE, "postgresql": 16 * MEGABYTE}
"""Of the disk: an empty database of PostgreSQL takes ten megabytes of it."""
LEFT = {"sqlite": 300_000, "postgresql": 100_000}
"""Bytes that stay free."""
FIRST = {"sqlite": 5, "postgresql": 60}
"""Cases that the daemon has in hand then; PostgreSQL's tables have room of their own for a few."""
ROWS = 150


@dataclass(frozen=True)
class Full:
    """A county whose store lies on a file system of its own that is small enough to fill."""

    county: Path
    disk: Path
    url: str
    left: int
    first: int

    def referral(self, *words: object, ends: int | None = None) -> Ran:
        return referral(self.county, *words, "--database", self.url, ends=ends)

    def asked(self, sql: str) -> list[Any]:
        """The first column of what the store answers, beside the engine."""
        engine = create_engine(self.url)
        try:
            with engine.connect() as connection:
                return list(connection.execute(text(sql)).scalars())
        finally:
            engine.dispose()

    def fill(self) -> None:
        free = os.statvfs(self.disk)
        with (self.disk / "ballast").open("wb") as ballast:
            ballast.write(b"x" * (free.f_bavail * free.f_bsize - self.left))

    def make_room(self) -> None:
        (self.disk / "ballast").unlink()
        subprocess.run(["mount", "-o", "remount,size=96m", str(self.disk)], check=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Full]:
    kind: str = request.param
    county = make(tmp_path / "county")
    with ExitStack() as stack:
        # Not under pytest's own folder, into which the user that the server runs as may not look.
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="referral-disk-")))
        place.chmod(0o755)
        disk = place / "disk"
        if kind == "sqlite":
            stack.enter_context(_mounted(disk, SIZE[kind]))
            url = f"sqlite:///{disk}/referral.db"
        else:
            data = stack.enter_context(tempfile.TemporaryDirectory(prefix="referral-pg-"))
            server = stack.enter_context(running_server(Path(data)))
            stack.enter_context(_mounted(disk, SIZE[kind]))
            url = _on_disk(server, disk, Path(data))
            stack.callback(server.kill)
        yield Full(county, disk, url, LEFT[kind], FIRST[kind])


@contextmanager
def _mounted(disk: Path, size: int) -> Iterator[None]:
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("only root mounts a disk that is small enough to fill")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _on_disk(server: Server, disk: Path, data: Path) -> str:
    """A database whose tables lie there, in a folder that whoever runs the server owns."""
    owner = (data / "data").stat()
    shutil.chown(disk, owner.st_uid, owner.st_gid)
    return server.database("full", tablespace=disk)


def test_the_daemon_rests_while_the_disk_is_full_and_goes_on_with_room(full: Full) -> None:
    daemon = start(full.county, "run", "--workers", 2, "--database", full.url)
    try:
        assert take_in(full, "first", full.first).code == 0
        until(daemon, lambda: reported(full) > 0)
        full.fill()
        refused = take_in(full, "second", ROWS)
        assert refused.code == 1
        assert "STORE_FULL: the disk of the database is full" in refused.err
        assert "→ Make room, then ask again" in refused.err
        assert "Traceback" not in refused.err
        acknowledged = cases(full)
        until(daemon, lambda: "the work rests: STORE_F" in said(full))

        full.make_room()
        until(daemon, lambda: "the database works again" in said(full))
        assert acknowledged <= cases(full)
        again = take_in(full, "second", ROWS)
        assert (again.code, again.json["read"], again.json["rejected"]) == (0, ROWS, 0)
        assert again.json["duplicates"] == len(acknowledged) - full.first, (
            "what was taken in is known"
        )
        before = reported(full)
        until(daemon, lambda: reported(full) > before)
        daemon.terminate()
        assert daemon.wait(60) == 0
    finally:
        daemon.kill()
        daemon.wait()
    assert "Traceback" not in said(full), "a full disk is no fault of the engine's"
    full.referral("run", "--until-idle", "--clock", "virtual", ends=0)
    assert len(cases(full)) == full.first + ROWS
    proof = full.referral("audit", "verify", "--json", ends=0).json
    assert (proof["ok"], proof["cases"]) == (True, full.first + ROWS)
    assert full.referral("deadletter", "list", "--json", ends=0).json == []


def take_in(full: Full, name: str, rows: int) -> Ran:
    """A file of issues; the same name again is the same file."""
    file = full.county / f"{name}.jsonl"
    if not file.exists():
        at = SystemClock().now().astimezone(UTC).isoformat()
        common = {"channel": "web", "territory": "620922100", "received_at": at}
        with file.open("w", encoding="utf-8") as lines:
            for n in range(rows):
                about = {"id": f"{name}-{n}", "title": f"第 {n} 件", "category": "D15"}
                lines.write(json.dumps(about | common) + "\n")
    return full.referral("intake", file.name, "--json")


def cases(full: Full) -> set[str]:
    return set(full.asked("SELECT case_code FROM case_file"))


def reported(full: Full) -> int:
    return int(full.asked("SELECT count(*) FROM case_event WHERE kind = 'reported'")[0])


def said(full: Full) -> str:
    return (full.county / "daemon.log").read_text("utf-8")


def until(daemon: subprocess.Popen[str], what: Callable[[], bool]) -> None:
    """Waits for it; what never comes is a fault of its own."""
    for _look in range(1_500):
        if what():
            return
        assert daemon.poll() is None, "the daemon ended"
        time.sleep(0.02)
    raise AssertionError("it never came to pass")
