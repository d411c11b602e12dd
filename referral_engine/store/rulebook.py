"""Published rule sets and organisation versions: kept by hash for as long as there are cases."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Table, select

from referral_engine.store.moment import micros, moment
from referral_engine.store.prepared import Prepared
from referral_engine.store.tables import org_version, publication, rule_set

__all__ = ["Publication", "active", "keep_org", "org", "publications", "publish", "sources"]

Sources = dict[str, str]

_ACTIVE = Prepared(
    select(publication.c.rule_set_hash).order_by(publication.c.publication_id.desc()).limit(1)
)


class Publication(NamedTuple):
    """Which rule set took effect when (UTC), by whom and why; a roll-back is one like any other."""

    number: int
    rule_set: str
    author: str
    reason: str
    at: datetime


def publish(
    connection: Connection, digest: str, files: Sources, author: str, reason: str, now: datetime
) -> int:
    """Keeps the files of a rule set under its hash and makes it the active one; its number.

    A rule set that is already kept is only made active again: `files` may then be empty.
    Raises KeyError for an unknown hash without files.
    """
    known = sources(connection, digest)
    if known is None:
        if not files:
            raise KeyError(digest)
        connection.execute(
            rule_set.insert().values(
                rule_set_hash=digest, author=author, reason=reason, made_at=micros(now),
                sources=_packed(files),
            )
        )  # fmt: skip
    values = {"rule_set_hash": digest, "author": author, "reason": reason, "made_at": micros(now)}
    number = connection.execute(
        publication.insert().values(**values).returning(publication.c.publication_id)
    ).scalar_one()
    return int(number)


def active(connection: Connection) -> str | None:
    """The hash of the rule set that new cases are decided under."""
    found = _ACTIVE.first(connection)
    return None if found is None else found[0]


def sources(connection: Connection, digest: str) -> Sources | None:
    """The files of a rule set, by path; None for an unknown hash."""
    return _kept(connection, rule_set, "rule_set_hash", digest)


def publications(connection: Connection, limit: int = 50) -> list[Publication]:
    """What was published, newest first."""
    p = publication.c
    query = select(p.publication_id, p.rule_set_hash, p.author, p.reason, p.made_at)
    rows = connection.execute(query.order_by(p.publication_id.desc()).limit(limit))
    return [Publication(*row[:4], moment(row[4])) for row in rows]


def keep_org(connection: Connection, digest: str, files: Sources, now: datetime) -> bool:
    """Keeps a version of the organisation; False when it is kept already."""
    if org(connection, digest) is not None:
        return False
    values = {"org_hash": digest, "made_at": micros(now), "sources": _packed(files)}
    connection.execute(org_version.insert().values(**values))
    return True


def org(connection: Connection, digest: str) -> Sources | None:
    """The files of a version of the organisation, by path; None for an unknown hash."""
    return _kept(connection, org_version, "org_hash", digest)


def _packed(files: Sources) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(files), 9)


def _kept(connection: Connection, table: Table, key: str, digest: str) -> Sources | None:
    query = select(table.c.sources).where(table.c[key] == digest)
    packed = connection.execute(query).scalar()
    return None if packed is None else msgspec.msgpack.decode(zlib.decompress(packed), type=Sources)
