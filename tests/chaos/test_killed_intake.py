"""kill -9 while a file is taken in: what was committed is there, the next run takes the rest."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest

from tests.chaos.conftest import Placed
from tests.chaos.histories import faults
from tests.chaos.killing import dice, kill_at, reached
from tests.databases import question
from tests.district import make_district, referral, start

pytestmark = [pytest.mark.data, pytest.mark.chaos]

ROWS = 7_000
INTAKE = ("intake", "EXPORT.csv", "--mapping", "mapping.yaml")


def test_acknowledged_rows_stay_and_the_rest_is_taken(
    tmp_path: Path, shared_data: Path, placed: Placed
) -> None:
    chance, export = dice(), shared_data / "pingshan_events_7000.csv"
    folder = placed(make_district(tmp_path / "pingshan", export))
    look = reached(folder, "case_event")
    seen: set[tuple[str, str]] = set()
    for number in range(5):
        before = len(_taken(folder)) if number else 0
        goal = look() + chance.randrange(1, 8 * (ROWS - before) // 5)
        assert kill_at(start(folder, *INTAKE), look, goal, chance), f"done before {goal}"
        now = _taken(folder)
        assert seen <= now.keys(), "what was committed before an earlier kill is gone"
        seen = set(now)
        assert len(set(now.values())) == len(now), "two keys made one case"
    rest = referral(folder, *INTAKE, "--json", ends=0).json
    assert (rest["read"], rest["rejected"]) == (ROWS, 0)
    assert (rest["duplicates"], rest["accepted"]) == (len(seen), ROWS - len(seen))
    assert question(folder, "SELECT count(*) FROM case_file") == [(ROWS,)]
    assert len(_taken(folder)) == ROWS
    assert faults(folder) == {}
    assert referral(folder, "audit", "verify", "--json", ends=0).json["cases"] == ROWS


def _taken(folder: Path) -> dict[tuple[str, str], str]:
    """The case of every sender's key."""
    try:
        rows = question(folder, "SELECT channel, sender_key, case_code FROM intake_key")
    except (sqlite3.OperationalError, psycopg.Error):
        return {}
    return {(channel, key): code for channel, key, code in rows}
