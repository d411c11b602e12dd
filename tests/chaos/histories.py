"""What two stores that began as one tell of their cases."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tests.databases import on_server, question

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
        "SELECT case_code, {key} FROM case_event WHERE kind = 'effect_done'"
        " GROUP BY case_code, {key} HAVING count(*) > 1"
    ),
    "a mark fired twice": (
        "SELECT case_code, {deadline}, {share} FROM case_event WHERE kind = 'mark_fired'"
        " GROUP BY case_code, {deadline}, {share} HAVING count(*) > 1"
    ),
    "a dead letter": (
        "SELECT effect_key FROM plugin_call WHERE status = 'dead'"
        " UNION ALL SELECT effect_key FROM follow_up WHERE status = 'dead'"
        " UNION ALL SELECT effect_key FROM notice WHERE status = 'dead'"
        " UNION ALL SELECT case_code FROM wakeup WHERE dead = 1"
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
    said = {name: _said(folder, name) for name in ("key", "deadline", "share")}
    found = {
        name: question(folder, f"{sql.format_map(said)} LIMIT 3") for name, sql in _NONE.items()
    }
    return {name: rows for name, rows in found.items() if rows}


def _said(folder: Path, name: str) -> str:
    """What an event says of itself, in the words of the folder's database."""
    if on_server(folder):
        return f"convert_from(body, 'UTF8')::json #>> '{{body,{name}}}'"
    return f"json_extract(body, '$.body.{name}')"


def differences(one: Path, other: Path) -> dict[str, list[tuple[Any, ...]]]:
    """By table, the first rows that only one of two stores has."""
    found = {}
    for table, columns in _TOLD.items():
        here, there = (
            Counter(question(folder, f"SELECT {columns} FROM {table}")) for folder in (one, other)
        )
        if only := [*(here - there), *(there - here)][:3]:
            found[table] = only
    return found
