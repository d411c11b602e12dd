"""The text of a token: ``rft-ID-SECRET``. The id finds the row, the secret proves whose it is.

The secret is 256 random bits. What is stored is the SHA-256 of the text; a slow hash would only
cost the caller time, for nobody can list likely secrets of that length.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from referral_engine.store import Token, Tx

__all__ = ["Issued", "Token", "digest", "id_of", "keep_follow_up", "mint"]

_PREFIX = "rft"
_ID_BYTES, _SECRET_BYTES = 6, 32
_FOLLOW_UP_LIFE = timedelta(days=365)
"""How long a reporter may follow a case by its token: longer than the longest legal clock."""


class Issued(NamedTuple):
    """A token and, this once, its text."""

    text: str
    token: Token

    def __repr__(self) -> str:
        return f"Issued({self.token.id})"


def mint(
    holder: str, by: str, now: datetime, life: timedelta, *, roles: tuple[str, ...] = (),
    unit: str = "", case: str = "",
) -> Issued:  # fmt: skip
    """A fresh token; nothing is stored."""
    id, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    token = Token(id, holder, roles, unit, case, by, now, now + life)
    return Issued(f"{_PREFIX}-{id}-{secret}", token)


def keep_follow_up(tx: Tx, code: str, reporter: str, by: str, now: datetime) -> Issued:
    """A token by which the reporter of this case follows it, in a transaction of the caller's."""
    made = mint(reporter, by, now, _FOLLOW_UP_LIFE, roles=("reporter",), case=code)
    tx.issue_token(made.token, digest(made.text))
    return made


def digest(text: str) -> bytes:
    """What is stored of a token's text."""
    return hashlib.sha256(text.encode()).digest()


def id_of(text: str) -> str:
    """The id in a token's text; empty where it is none."""
    prefix, _dash, rest = text.partition("-")
    id, _dash, secret = rest.partition("-")
    return id if prefix == _PREFIX and secret else ""
