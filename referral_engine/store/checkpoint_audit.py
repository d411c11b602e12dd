"""Checkpoints held against the events, and the anchor file held against both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, func, select, tuple_

from referral_engine.store.chain import GENESIS
from referral_engine.store.checkpoints import (
    Anchor,
    Checkpoint,
    Head,
    read_all,
    read_anchor,
    root_of,
    stated_hash,
)
from referral_engine.store.finding import Finding
from referral_engine.store.tables import case_event, case_file, checkpoint

__all__ = ["against_anchor", "against_checkpoints"]

_AT_ONCE = 400


def against_checkpoints(connection: Connection) -> Iterator[Finding]:
    """Every head a checkpoint names must still be an event with that hash."""
    previous, number, cases = GENESIS, 0, 0
    for made in read_all(connection):
        number += 1
        if made.number != number:
            yield _fault(f"checkpoint {number} is missing")
            number = made.number
        elif made.previous != previous:
            yield _fault(f"checkpoint {made.number} does not follow the one before it")
        if stated_hash(made) != made.hash or root_of(made.heads) != made.root:
            yield _fault(f"checkpoint {made.number} was altered")
        else:
            yield from _heads(connection, made)
        previous, cases = made.hash, made.cases
    yield from _fewer(connection, cases, f"checkpoint {number}")


def against_anchor(connection: Connection, path: Path) -> Iterator[Finding]:
    """Every line of the anchor must be a checkpoint of the database, and its events be there."""
    cases = 0
    for line in read_anchor(path):
        query = select(checkpoint.c.checkpoint_hash).where(
            checkpoint.c.checkpoint_no == line.number
        )
        found: bytes | None = connection.execute(query).scalar()
        if found is None or found.hex() != line.hash:
            told = "is missing" if found is None else "differs"
            when = f"{line.at.isoformat()}, {line.cases} cases"
            yield _fault(f"checkpoint {line.number} of the anchor ({when}) {told} in the database")
            yield from _anchored_heads(connection, line)
        cases = max(cases, line.cases)
    yield from _fewer(connection, cases, "the anchor")


def _heads(connection: Connection, made: Checkpoint) -> Iterator[Finding]:
    for heads in _chunks(made.heads):
        stored = _stored(connection, [(head.code, head.seq) for head in heads])
        for head in heads:
            event_hash = stored.get((head.code, head.seq))
            if event_hash is None:
                yield _cut(connection, head.code, head.seq, f"checkpoint {made.number}")
            elif event_hash != head.hash:
                what = f"its hash is not the one checkpoint {made.number} recorded"
                yield Finding("EVENT_ALTERED", head.code, head.seq, what)


def _anchored_heads(connection: Connection, line: Anchor) -> Iterator[Finding]:
    for heads in _chunks(tuple(Head(code, seq, b"") for code, seq in line.heads.items())):
        stored = _stored(connection, [(head.code, head.seq) for head in heads])
        for head in heads:
            if (head.code, head.seq) not in stored:
                yield _cut(connection, head.code, head.seq, f"line {line.number} of the anchor")


def _chunks(heads: tuple[Head, ...]) -> Iterator[tuple[Head, ...]]:
    return (heads[i : i + _AT_ONCE] for i in range(0, len(heads), _AT_ONCE))


def _stored(connection: Connection, places: list[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    e = case_event.c
    query = select(e.case_code, e.seq, e.event_hash)
    rows = connection.execute(query.where(tuple_(e.case_code, e.seq).in_(places)))
    return {(row.case_code, row.seq): row.event_hash for row in rows}


def _cut(connection: Connection, code: str, seq: int, witness: str) -> Finding:
    """The first event that is not there although `witness` saw event `seq`."""
    e = case_event.c
    last = connection.execute(select(func.max(e.seq)).where(e.case_code == code)).scalar()
    if last is None:
        return Finding("CASE_GONE", code, 1, f"{witness} saw {seq} events, none is left")
    if last > seq:
        return Finding("EVENT_MISSING", code, seq, f"{witness} saw it")
    what = f"{witness} saw {seq} events, {last} are left"
    return Finding("EVENTS_CUT", code, last + 1, what)


def _fewer(connection: Connection, cases: int, witness: str) -> Iterator[Finding]:
    left = connection.execute(select(func.count()).select_from(case_file)).scalar_one()
    if left < cases:
        yield _fault(f"{witness} counted {cases} cases, {left} are left")


def _fault(what: str) -> Finding:
    return Finding("CHECKPOINT", "", 0, what)
