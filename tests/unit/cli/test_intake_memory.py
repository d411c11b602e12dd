"""A file of any length is taken in with the same memory: rows are read one by one, and who reads
faster than the database writes waits.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

FEW, MANY = 2_000, 20_000
FIRST = datetime(2025, 11, 1, 9, tzinfo=UTC)
LETTERS = [chr(code) for code in range(0x4E00, 0x5E00)]
LENGTH = 1_500
"""Letters of a text, some 4 kB: the longer file is twice what its intake may take more."""
MOST = 40 << 10
"""KiB that it may take more: the caches of the database, which have their size."""


def written(folder: Path, count: int) -> Path:
    file, chance = folder / f"{count}.jsonl", random.Random(count)
    with file.open("w", encoding="utf-8") as out:
        for number in range(count):
            # Few of one day, so that few are held against each other as near-duplicates.
            received = FIRST + timedelta(hours=number % 8_000)
            row = {
                "id": f"{count}-{number}", "channel": "hotline", "category": "D15",
                "received_at": received.isoformat(), "territory": "620922100200",
                "text": "".join(chance.choices(LETTERS, k=LENGTH)),
            }  # fmt: skip
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return file


def peak(county: Path, file: Path, count: int, database: str) -> int:
    """The most memory in KiB that the command had at once."""
    command = [sys.executable, "-m", "referral_engine", "--config", str(county / "config.yaml")]
    ran = subprocess.Popen(
        [*command, "--database", database, "intake", str(file), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert ran.stdout is not None
    summary = json.loads(ran.stdout.read())
    _pid, status, used = os.wait4(ran.pid, 0)
    ran.returncode = os.waitstatus_to_exitcode(status)
    assert (ran.returncode, summary["accepted"]) == (0, count)
    return used.ru_maxrss


def test_on_sqlite(county: Path, tmp_path: Path) -> None:
    few, many = (
        peak(county, written(tmp_path, count), count, f"sqlite:///{tmp_path}/{count}.db")
        for count in (FEW, MANY)
    )
    assert many - few < MOST


@pytest.mark.postgres
def test_on_postgresql(county: Path, tmp_path: Path, postgres_url: str) -> None:
    few = peak(county, written(tmp_path, FEW), FEW, postgres_url)
    many = peak(county, written(tmp_path, MANY), MANY, postgres_url)
    assert many - few < MOST
