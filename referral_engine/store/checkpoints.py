"""Checkpoints: what the journal looked like at a moment, kept here and outside the database.

A chain shows that something in its middle was changed; that its end was cut off, or that a whole
case is gone, shows only against a record made before. Each checkpoint names the cases that
changed since the one before, the Merkle root of their heads, the number of cases, and the
checkpoint before it. The anchor file repeats it where whoever can write the database cannot.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec
from sqlalchemy import BigInteger, Connection, and_, case, func, literal_column, select, update

from referral_engine.store.chain import GENESIS, leaf, merkle_root
from referral_engine.store.journal import (
    SETTLED,
    START,
    UNRECORDED,
    Position,
    beyond,
    horizon,
)
from referral_engine.store.moment import micros, moment
from referral_engine.store.tables import case_event, case_file, checkpoint

__all__ = [
    "Anchor",
    "Checkpoint",
    "Head",
    "anchor",
    "latest",
    "make",
    "read_all",
    "read_anchor",
    "rebase",
]


class Head(NamedTuple):
    """A case's last event when the checkpoint was made."""

    code: str
    seq: int
    hash: bytes


class Checkpoint(NamedTuple):
    """`number` from 1 without gaps; `heads` are sorted by code; `at` UTC."""

    number: int
    at: datetime
    previous: bytes
    cases: int
    root: bytes
    hash: bytes
    upto: int
    heads: tuple[Head, ...]


class Anchor(msgspec.Struct, frozen=True):
    """One line of the anchor file; hashes in hex, `at` in ISO 8601, `heads` the last event's
    number by case.
    """

    number: int
    at: datetime
    previous: str
    cases: int
    root: str
    hash: str
    heads: dict[str, int]


_heads_type = list[Head]
# A line is about 25 bytes for each case that changed in a minute.
_LONGEST_TORN = 64 * 1024 * 1024


def make(
    connection: Connection, now: datetime, apart: timedelta = timedelta()
) -> Checkpoint | None:
    """Records a checkpoint of everything settled; None when nothing changed since the last, or
    that is not yet `apart`.
    """
    last = latest(connection)
    if last is not None and timedelta() <= now - last.at < apart:
        return None
    end = horizon(connection)
    upto = end.event_id if connection.dialect.name == "sqlite" else end.xact
    heads = tuple(_changed(connection, last))
    if not heads:
        return None
    number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
    count = connection.execute(select(func.count()).select_from(case_file)).scalar_one()
    root = root_of(heads)
    made = Checkpoint(
        number, now, previous, count, root, _hash(number, now, previous, count, root), upto, heads
    )
    connection.execute(checkpoint.insert().values(_row(made)))
    return made


def root_of(heads: tuple[Head, ...]) -> bytes:
    """The Merkle root over `heads`."""
    return merkle_root(leaf(*head) for head in heads)


def stated_hash(made: Checkpoint) -> bytes:
    """The hash that a checkpoint with these contents has."""
    return _hash(made.number, made.at, made.previous, made.cases, made.root)


def latest(connection: Connection) -> Checkpoint | None:
    """The newest checkpoint; None before the first."""
    query = select(checkpoint).order_by(checkpoint.c.checkpoint_no.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _read(row)


def read_all(connection: Connection) -> Iterator[Checkpoint]:
    """Every checkpoint in its order, one at a time."""
    query = select(checkpoint).order_by(checkpoint.c.checkpoint_no)
    with connection.execute(query, execution_options={"yield_per": 16}) as rows:
        yield from map(_read, rows)


def rebase(connection: Connection) -> bool:
    """Gives events that a transaction of another server wrote, brought here by PostgreSQL's own
    dump, numbers below every one of this server; whether there were any.

    Until this server's numbers have grown past theirs nobody would see them. Their order stays
    that of their own numbers, checkpointed ones first.
    """
    e = case_event.c
    newest = connection.execute(select(func.max(e.xact))).scalar()
    upcoming = literal_column("pg_snapshot_xmax(pg_current_snapshot())::text::bigint", BigInteger)
    if newest is None or newest < connection.execute(select(upcoming)).scalar_one():
        return False
    last = latest(connection)
    recorded = e.xact < (last.upto if last else 0)
    connection.execute(update(case_event).values(xact=case((recorded, SETTLED), else_=UNRECORDED)))
    connection.execute(update(checkpoint).values(upto=UNRECORDED))
    return True


def anchor(made: Checkpoint, path: Path) -> None:
    """Appends `made` to the anchor file and waits until the disk has it."""
    line = msgspec.json.encode(
        Anchor(
            made.number, made.at, made.previous.hex(), made.cases, made.root.hex(),
            made.hash.hex(), {head.code: head.seq for head in made.heads},
        )
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)  # beside an SQLite file it is there, else not
    with path.open("a+b") as file:
        file.truncate(_whole(file))
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _whole(file: BinaryIO) -> int:
    """How much of the file is whole lines; a crash may have torn the last one."""
    end = file.seek(0, os.SEEK_END)
    tail = min(end, _LONGEST_TORN)
    file.seek(end - tail)
    kept = file.read(tail)
    return end - tail + kept.rfind(b"\n") + 1 if kept else 0


def read_anchor(path: Path) -> Iterator[Anchor]:
    """The lines of an anchor file. A last line torn by a crash is left out.

    Raises msgspec.DecodeError for any other line that is none, OSError for a file not there.
    """
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield msgspec.json.decode(line, type=Anchor)


def _changed(connection: Connection, last: Checkpoint | None) -> Iterator[Head]:
    """The heads of the cases that got a settled event since `last`, by code."""
    e = case_event.c
    after = START if last is None else _position(connection, last.upto)
    grown = (
        select(e.case_code, func.max(e.seq).label("seq"))
        .where(beyond(connection, after))
        .group_by(e.case_code)
        .subquery()
    )
    query = select(e.case_code, e.seq, e.event_hash).join(
        grown, and_(e.case_code == grown.c.case_code, e.seq == grown.c.seq)
    )
    for row in connection.execute(query.order_by(e.case_code)):
        yield Head(*row)


def _position(connection: Connection, upto: int) -> Position:
    if connection.dialect.name == "sqlite":
        return Position(0, upto)
    return Position(upto, -1)


def _hash(number: int, at: datetime, previous: bytes, cases: int, root: bytes) -> bytes:
    stated = f"{number}|{micros(at)}|{previous.hex()}|{cases}|{root.hex()}"
    return hashlib.sha256(stated.encode()).digest()


def _row(made: Checkpoint) -> dict[str, object]:
    return {
        "checkpoint_no": made.number,
        "made_at": micros(made.at),
        "previous_hash": made.previous,
        "case_count": made.cases,
        "merkle_root": made.root,
        "checkpoint_hash": made.hash,
        "upto": made.upto,
        "heads": zlib.compress(msgspec.msgpack.encode(made.heads)),
    }


def _read(row: Any) -> Checkpoint:
    number, at, previous, cases, root, own, upto, packed = row
    heads = msgspec.msgpack.decode(zlib.decompress(packed), type=_heads_type)
    return Checkpoint(number, moment(at), previous, cases, root, own, upto, tuple(heads))
