"""Tokens as they lie in the store: the hash of a secret, never the secret.

The secret is 256 random bits, so that its plain SHA-256 tells nobody anything: there is no list of
likely ones to try, which is all that a slow hash would make dearer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from referral_engine.store.moment import micros, moment
from referral_engine.store.security_tables import access_token, follow_attempt

__all__ = ["Token", "attempts", "count_attempt", "find", "issue", "listed", "revoke", "used"]

_t, _f = access_token.c, follow_attempt.c
_EPOCH_HOUR = 3_600_000_000
KEPT_HOURS = 48


class Token(NamedTuple):
    """One token; times UTC. `roles` is empty where the organisation says them, `case` where it is
    not bound to one. `used_at` is no nearer than an hour.
    """

    id: str
    principal: str
    roles: tuple[str, ...]
    unit: str
    case: str
    issued_by: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str = ""


def issue(connection: Connection, token: Token, secret_hash: bytes) -> None:
    """Keeps a new token by the hash of its secret."""
    connection.execute(
        access_token.insert().values(
            token_id=token.id, secret_hash=secret_hash, principal_id=token.principal,
            roles=" ".join(token.roles), unit=token.unit, case_code=token.case,
            issued_by=token.issued_by, issued_at=micros(token.issued_at),
            expires_at=micros(token.expires_at),
        )
    )  # fmt: skip


def find(connection: Connection, id: str) -> tuple[Token, bytes] | None:
    """The token of this id and the hash of its secret; None for an unknown one."""
    row = connection.execute(select(access_token).where(_t.token_id == id)).first()
    return None if row is None else (_token(row), bytes(row.secret_hash))


def listed(connection: Connection, limit: int) -> list[Token]:
    """The newest tokens, those of cases left out: there is one a case."""
    query = select(access_token).where(_t.case_code == "")
    query = query.order_by(_t.issued_at.desc(), _t.token_id).limit(limit)
    return [_token(row) for row in connection.execute(query)]


def revoke(connection: Connection, id: str, by: str, now: datetime) -> bool:
    """Ends a token for good; False where there is none that is still good."""
    live = update(access_token).where(_t.token_id == id, _t.revoked_at.is_(None))
    done = connection.execute(live.values(revoked_at=micros(now), revoked_by=by))
    return bool(done.rowcount)


def used(connection: Connection, id: str, now: datetime) -> None:
    """Remembers that the token was used, to the hour."""
    hour = micros(now) // _EPOCH_HOUR * _EPOCH_HOUR
    connection.execute(update(access_token).where(_t.token_id == id).values(used_at=hour))


def attempts(connection: Connection, bucket: str, now: datetime, within: timedelta) -> int:
    """How many guesses were counted in the hours that reach into the time `within` before now."""
    since = _hour(now - within)
    query = select(func.coalesce(func.sum(_f.attempts), 0))
    query = query.where(_f.bucket == bucket, _f.hour > since)
    return int(connection.execute(query).scalar_one())


def count_attempt(connection: Connection, bucket: str, now: datetime) -> None:
    """Counts a guess, and forgets those of the days before."""
    hour = _hour(now)
    connection.execute(delete(follow_attempt).where(_f.hour < hour - KEPT_HOURS))
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    put: Any = insert(follow_attempt).values(bucket=bucket, hour=hour, attempts=1)
    connection.execute(
        put.on_conflict_do_update(
            index_elements=["bucket", "hour"], set_={"attempts": _f.attempts + 1}
        )
    )


def _hour(at: datetime) -> int:
    return micros(at) // _EPOCH_HOUR


def _token(row: Any) -> Token:
    return Token(
        row.token_id, row.principal_id, tuple(row.roles.split()), row.unit, row.case_code,
        row.issued_by, moment(row.issued_at), moment(row.expires_at), moment(row.used_at),
        moment(row.revoked_at), row.revoked_by,
    )  # fmt: skip
