"""Published rule sets and organisation versions: kept by hash for as long as there are cases."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Table, and_, case, or_, select, update

from referral_engine.store.moment import micros, moment
from referral_engine.store.prepared import Prepared, literal, value
from referral_engine.store.tables import org_version, publication, rule_set

__all__ = [
    "AT_ONCE",
    "Publication",
    "PublicationState",
    "Tenure",
    "Terms",
    "active",
    "confirm",
    "keep_org",
    "org",
    "publication_of",
    "publications",
    "publish",
    "sources",
    "tenure",
    "was_in_force",
    "withdraw",
]

Sources = dict[str, str]
_NEVER = datetime.max.replace(tzinfo=UTC)
PublicationState = Literal["ready", "planned", "waiting", "withdrawn"]

_p = publication.c
_PLANNED = _p.state == literal("planned")
_READY = _p.state == literal("ready")
# Of what is put into force at once the clock is not asked: that of a rehearsal stands elsewhere.
_IN_FORCE = or_(_READY, and_(_PLANNED, _p.effective_at <= value("now")))
_ACTIVE = Prepared(
    select(_p.rule_set_hash)
    .where(_IN_FORCE)
    .order_by(_p.effective_at.desc(), _p.publication_id.desc())
    .limit(1)
)
_NEXT = Prepared(
    select(_p.effective_at)
    .where(_PLANNED, _p.effective_at > value("now"))
    .order_by(_p.effective_at)
    .limit(1)
)
_KNOWN = Prepared(
    select(_p.publication_id).where(_p.rule_set_hash == value("digest"), _IN_FORCE).limit(1)
)
_COLUMNS = (
    _p.publication_id, _p.rule_set_hash, _p.author, _p.reason, _p.made_at, _p.state,
    _p.effective_at, _p.confirmed_by, _p.confirmed_at, _p.withdrawn_by, _p.withdrawn_at,
    _p.evidence,
)  # fmt: skip


class Tenure(NamedTuple):
    """The rule set active from ``since`` on and before ``until`` (UTC); none where nothing is."""

    digest: str | None
    since: datetime
    until: datetime


class Publication(NamedTuple):
    """Which rule set was published when (UTC), by whom and why; a roll-back is one like any other.

    ``state``         ``ready``: at once; ``planned``: from ``effective_at``; ``waiting``: for a
                      second person; ``withdrawn``: never
    ``effective_at``  from when it decides new cases, or would
    ``evidence``      tests and backtest of the time, in plain values
    """

    number: int
    rule_set: str
    author: str
    reason: str
    at: datetime
    state: PublicationState
    effective_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    withdrawn_by: str
    withdrawn_at: datetime | None
    evidence: dict[str, Any]


class Terms(msgspec.Struct, frozen=True):
    """How a rule set is published: ``at`` (UTC) is None for at once; a ``waiting`` one needs
    somebody's confirmation first.
    """

    at: datetime | None = None
    waiting: bool = False
    evidence: dict[str, Any] = {}


AT_ONCE = Terms()


def publish(
    connection: Connection, digest: str, files: Sources, author: str, reason: str, now: datetime,
    terms: Terms = AT_ONCE,
) -> int:  # fmt: skip
    """Keeps the files of a rule set under its hash and publishes it on these terms; its number.

    A rule set that is already kept is only published again: `files` may then be empty.
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
    planned = terms.at is not None and terms.at > now
    values = {
        "rule_set_hash": digest, "author": author, "reason": reason, "made_at": micros(now),
        "state": "waiting" if terms.waiting else "planned" if planned else "ready",
        "effective_at": micros(terms.at if planned else now),
        "evidence": msgspec.json.encode(terms.evidence) if terms.evidence else None,
    }  # fmt: skip
    number = connection.execute(
        publication.insert().values(**values).returning(publication.c.publication_id)
    ).scalar_one()
    return int(number)


def confirm(connection: Connection, number: int, by: str, now: datetime) -> bool:
    """A second person agrees: it is in force from now, or from its moment where that is to come.

    False where it does not wait, or `by` is who published it.
    """
    planned = _p.effective_at > micros(now)
    changed = (
        update(publication)
        .where(_p.publication_id == number, _p.state == "waiting", _p.author != by)
        .values(
            state=case((planned, "planned"), else_="ready"),
            effective_at=case((planned, _p.effective_at), else_=micros(now)),
            confirmed_by=by, confirmed_at=micros(now),
        )
    )  # fmt: skip
    return connection.execute(changed.returning(_p.publication_id)).first() is not None


def withdraw(connection: Connection, number: int, by: str, now: datetime) -> bool:
    """Takes back what is not in force yet; False where it is, or was taken back before."""
    yet_to_come = or_(
        _p.state == "waiting", and_(_p.state == "planned", _p.effective_at > micros(now))
    )
    changed = (
        update(publication)
        .where(_p.publication_id == number, yet_to_come)
        .values(state="withdrawn", withdrawn_by=by, withdrawn_at=micros(now))
    )
    return connection.execute(changed.returning(_p.publication_id)).first() is not None


def active(connection: Connection, now: datetime) -> str | None:
    """The hash of the rule set that new cases are decided under at `now`."""
    found = _ACTIVE.first(connection, now=micros(now))
    return None if found is None else found[0]


def tenure(connection: Connection, now: datetime) -> Tenure:
    """What is active at `now`, and until when nothing planned so far changes that."""
    following = _NEXT.first(connection, now=micros(now))
    until = _NEVER if following is None else moment(following[0])
    return Tenure(active(connection, now), now, until)


def was_in_force(connection: Connection, digest: str, now: datetime) -> bool:
    """Whether new cases are, or were, decided under this rule set."""
    return _KNOWN.first(connection, digest=digest, now=micros(now)) is not None


def sources(connection: Connection, digest: str) -> Sources | None:
    """The files of a rule set, by path; None for an unknown hash."""
    return _kept(connection, rule_set, "rule_set_hash", digest)


def publications(connection: Connection, limit: int = 50) -> list[Publication]:
    """What was published, newest first."""
    query = select(*_COLUMNS).order_by(_p.publication_id.desc()).limit(limit)
    return [_publication(row) for row in connection.execute(query)]


def publication_of(connection: Connection, number: int) -> Publication | None:
    """One of them by its number."""
    row = connection.execute(select(*_COLUMNS).where(_p.publication_id == number)).first()
    return None if row is None else _publication(row)


def _publication(row: Any) -> Publication:
    evidence = msgspec.json.decode(row.evidence) if row.evidence else {}
    return Publication(
        row.publication_id, row.rule_set_hash, row.author, row.reason, moment(row.made_at),
        row.state, moment(row.effective_at), row.confirmed_by, moment(row.confirmed_at),
        row.withdrawn_by, moment(row.withdrawn_at), evidence,
    )  # fmt: skip


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
