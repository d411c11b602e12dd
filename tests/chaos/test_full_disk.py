"""The disk fills up while the daemon works: said in words, nothing acknowledged is lost, and with
room it goes on by itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from referral_engine.clock import SystemClock
from tests.chaos.histories import faults
from tests.chaos.load.county import make
from tests.district import Ran, question, referral, start

pytestmark = pytest.mark.chaos

SIZE = 3 * 1024 * 1024
ROWS = 150


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with three megabytes; the ballast on it leaves half."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("only root mounts a disk that is small enough to fill")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_the_daemon_rests_while_the_disk_is_full_and_goes_on_with_room(
    tmp_path: Path, small_disk: Path
) -> None:
    county = make(tmp_path / "county")
    (county / "var").symlink_to(small_disk)
    daemon = start(county, "run", "--workers", 2)
    try:
        assert take_in(county, "first", 5).code == 0
        until(daemon, lambda: reported(county) > 0)
        fill(small_disk)
        refused = take_in(county, "second", ROWS)
        assert refused.code == 1
        assert "STORE_FULL: the disk of the database is full" in refused.err
        assert "→ Make room, then ask again" in refused.err
        assert "Traceback" not in refused.err
        acknowledged = cases(county)
        until(daemon, lambda: "the work rests: STORE_F" in said(county))

        (small_disk / "ballast").unlink()
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        until(daemon, lambda: "the database works again" in said(county))
        assert acknowledged <= cases(county)
        again = take_in(county, "second", ROWS)
        assert (again.code, again.json["read"], again.json["rejected"]) == (0, ROWS, 0)
        assert again.json["duplicates"] == len(acknowledged) - 5, "what was taken in is known"
        before = reported(county)
        until(daemon, lambda: reported(county) > before)
        daemon.terminate()
        assert daemon.wait(60) == 0
    finally:
        daemon.kill()
        daemon.wait()
    assert "Traceback" not in said(county), "a full disk is no fault of the engine's"
    referral(county, "run", "--until-idle", "--clock", "virtual", ends=0)
    assert faults(county) == {}
    assert len(cases(county)) == 5 + ROWS
    proof = referral(county, "audit", "verify", "--json", ends=0).json
    assert (proof["ok"], proof["cases"]) == (True, 5 + ROWS)


def take_in(county: Path, name: str, rows: int) -> Ran:
    """A file of issues; the same name again is the same file."""
    file = county / f"{name}.jsonl"
    if not file.exists():
        at = SystemClock().now().astimezone(UTC).isoformat()
        common = {"channel": "web", "territory": "620922100", "received_at": at}
        with file.open("w", encoding="utf-8") as lines:
            for n in range(rows):
                about = {"id": f"{name}-{n}", "title": f"第 {n} 件", "category": "D15"}
                lines.write(json.dumps(about | common) + "\n")
    return referral(county, "intake", file.name, "--json")


def fill(disk: Path) -> None:
    """Leaves some hundred kilobytes, into which the first cases still fit."""
    free = os.statvfs(disk)
    with (disk / "ballast").open("wb") as ballast:
        ballast.write(b"x" * (free.f_bavail * free.f_bsize - 300_000))


def cases(county: Path) -> set[str]:
    return {code for (code,) in question(county, "SELECT case_code FROM case_file")}


def reported(county: Path) -> int:
    told = "SELECT count(*) FROM case_event WHERE kind = 'reported'"
    return int(question(county, told)[0][0])


def said(county: Path) -> str:
    return (county / "daemon.log").read_text("utf-8")


def until(daemon: subprocess.Popen[str], what: Callable[[], bool]) -> None:
    """Waits for it; what never comes is a fault of its own."""
    for _look in range(1_500):
        if what():
            return
        assert daemon.poll() is None, "the daemon ended"
        time.sleep(0.02)
    raise AssertionError("it never came to pass")
