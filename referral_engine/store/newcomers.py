"""Cases a transaction makes and has not written yet, asked beside the table of all others.

Intake looks for what is like each issue, and many share a commit: were they written first so that
the database could answer, each would cost statements of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from referral_engine.store.projection import CASE_COLUMNS
from referral_engine.store.statements import Row

__all__ = ["merged", "select"]

_AT = {name: place for place, name in enumerate(CASE_COLUMNS)}
_RECEIVED = _AT["received_at"]


def select(
    rows: Iterable[Row], columns: Sequence[str], alike: Mapping[str, Any], since: int, until: int
) -> list[Row]:
    """These columns of them; moments as they are stored."""
    places = [_AT[name] for name in columns]
    return [tuple([row[at] for at in places]) for row in _found(rows, alike, since, until)]


def merged(stored: list[Row], fresh: list[Row], received: int, limit: int) -> list[Row]:
    """Both, newest first by the column at `received`, at most `limit`."""
    if not fresh:
        return stored
    return sorted([*fresh, *stored], key=lambda row: row[received], reverse=True)[:limit]


def _found(rows: Iterable[Row], alike: Mapping[str, Any], since: int, until: int) -> list[Row]:
    first, *others = ((_AT[name], value) for name, value in alike.items())
    # One value leaves few of them: what is left is looked at more closely.
    place, wanted = first
    found = [row for row in rows if row[place] == wanted and since <= row[_RECEIVED] <= until]
    for place, wanted in others:
        found = [row for row in found if row[place] == wanted]
    return found
