"""What two stores that began as one tell of their cases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.district import question

__all__ = ["differences", "faults"]

# Hashes follow from the bodies; the number of an event over all cases depends on the batch.
_TOLD = {
    "case_event": "case_code, seq, kind, owner, recorded_at, body, event_hash",
    "case_file": "case_code, version, state, owner, next_at, head_hash",
    "referral": "*",
    "plugin_call": "effect_key, case_code, lane, verb, status, due_at",
    "notice": "effect_key, case_code, lane, subject, status, due_at",
    "follow_up": "effect_key, case_code, status, due_at",
    "wakeup": "case_code, due_at, dead",
}
_NONE = {
    "an event without an owner": "SELECT case_code, seq FROM case_event WHERE trim(owner) = ''",
    "an event twice": (
        "SELECT case_code, seq FROM case_event GROUP BY case_code, seq HAVING count(*) > 1"
    ),
    "a gap": (
        "SELECT case_code FROM case_event GROUP BY case_code"
        " HAVING min(seq) <> 1 OR max(seq) <> count(*)"
    ),
    "an effect twice": (
        "SELECT case_code, json_extract(body, '$.body.key') effect FROM case_event"
        " WHERE kind = 'effect_done' GROUP BY case_code, effect HAVING count(*) > 1"
    ),
    "a mark fired twice": (
        "SELECT case_code, json_extract(body, '$.body.deadline') deadline,"
        " json_extract(body, '$.body.share') share FROM case_event WHERE kind = 'mark_fired'"
        " GROUP BY case_code, deadline, share HAVING count(*) > 1"
    ),
    "a dead letter": (
        "SELECT effect_key FROM plugin_call WHERE status = 'dead'"
        " UNION ALL SELECT effect_key FROM follow_up WHERE status = 'dead'"
        " UNION ALL SELECT effect_key FROM notice WHERE status = 'dead'"
        " UNION ALL SELECT case_code FROM wakeup WHERE dead"
    ),
    "something in hand": (
        "SELECT effect_key FROM plugin_call WHERE lease_until > 0"
        " UNION ALL SELECT effect_key FROM follow_up WHERE lease_until > 0"
        " UNION ALL SELECT effect_key FROM notice WHERE lease_until > 0"
        " UNION ALL SELECT case_code FROM wakeup WHERE lease_until > 0"
    ),
}


def faults(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What must be in no store that was left in good order, with its first examples."""
    found = {name: question(folder, f"{sql} LIMIT 3") for name, sql in _NONE.items()}
    return {name: rows for name, rows in found.items() if rows}


def differences(one: Path, other: Path) -> dict[str, list[tuple[Any, ...]]]:
    """By table, the first rows that only one of two stores has."""
    with _both(one, other) as connection:
        return {
            table: rows
            for table, columns in _TOLD.items()
            for a, b in (("main", "other"), ("other", "main"))
            if (rows := _only(connection, table, columns, a, b))
        }


def _only(
    connection: sqlite3.Connection, table: str, columns: str, here: str, there: str
) -> list[tuple[Any, ...]]:
    return connection.execute(
        f"SELECT '{here}', * FROM (SELECT {columns} FROM {here}.{table}"
        f" EXCEPT SELECT {columns} FROM {there}.{table}) LIMIT 3"
    ).fetchall()


@contextmanager
def _both(one: Path, other: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(one / "var" / "referral.db")
    try:
        connection.execute("ATTACH ? AS other", (str(other / "var" / "referral.db"),))
        yield connection
    finally:
        connection.close()
