"""Kills at random places: how far the work has come decides, not the time it takes here."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.databases import on_server, question

__all__ = ["children", "dice", "kill_at", "reached"]

_LOOK_EVERY = 0.005
_LOOKS = 30_000
"""Looks after which it is stuck: at least two and a half minutes."""


def dice() -> random.Random:
    """The run's chance; REFERRAL_SEED repeats one that failed (kills fall where they fall)."""
    seed = int(os.environ.get("REFERRAL_SEED") or random.SystemRandom().randrange(2**32))
    print(f"REFERRAL_SEED={seed}")
    return random.Random(seed)


def reached(folder: Path, table: str) -> Callable[[], int]:
    """How many rows the table has; 0 before there is one."""
    # In the file rows are only ever added, so that the last number counts them.
    counted = "count(*)" if on_server(folder) else "coalesce(max(rowid), 0)"

    def look() -> int:
        try:
            found: int = question(folder, f"SELECT {counted} FROM {table}")[0][0]
        except (sqlite3.OperationalError, psycopg.Error):
            return 0
        return found

    return look


def kill_at(
    process: subprocess.Popen[str], look: Callable[[], int], goal: int, chance: random.Random
) -> bool:
    """Kills the process with SIGKILL once it has come so far, some moments later; False where it
    ended by itself before.
    """
    for _look in range(_LOOKS):
        if look() >= goal:
            break
        if process.poll() is not None:
            return False
        time.sleep(_LOOK_EVERY)
    else:
        process.kill()
        raise AssertionError(f"stuck before {goal}")
    time.sleep(chance.random() * 0.05)
    if process.poll() is not None:
        return False
    process.kill()
    process.wait()
    return True


def children(pid: int) -> list[int]:
    """The processes that it started and that still run; none where it ended meanwhile."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return found
    return found
