"""Who sent a request, and that nobody changed it: HMAC-SHA256 over all that matters of it.

Both directions sign alike. The timestamp bounds for how long a request that was overheard can be
sent again, and the nonce makes every signature another; what is repeated within that time is
harmless, for its key is known by then.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

__all__ = ["NONCE", "SIGNATURE", "TIMESTAMP", "WINDOW", "Unsigned", "sign", "verify"]

TIMESTAMP = "X-Referral-Timestamp"
NONCE = "X-Referral-Nonce"
SIGNATURE = "X-Referral-Signature"
WINDOW = 300
"""Seconds that two clocks may differ, and a request may be on its way."""
_VERSION = "v1"
_NONCE_BYTES = 16
_LONGEST_NONCE = 128


class Unsigned(Exception):
    """The request is not signed by whoever holds the secret, or not now. It never says which."""


def sign(
    secret: bytes, method: str, target: str, body: bytes, now: datetime, nonce: str = ""
) -> dict[str, str]:
    """The three headers. ``target`` is path and query as they stand in the request; ``now`` aware.

    Without a ``nonce`` a new one is drawn.
    """
    stamp, nonce = str(int(now.timestamp())), nonce or secrets.token_hex(_NONCE_BYTES)
    made = _digest(secret, method, target, stamp, nonce, body)
    return {TIMESTAMP: stamp, NONCE: nonce, SIGNATURE: f"{_VERSION}={made}"}


def verify(
    known: Iterable[bytes],
    method: str,
    target: str,
    body: bytes,
    headers: Mapping[str, str],
    now: datetime,
) -> None:
    """Raises Unsigned unless one of the ``known`` secrets signed this within WINDOW of ``now``.

    Every secret is tried, each in the same time, right or wrong.
    """
    given = {name.lower(): value for name, value in headers.items()}
    stamp, nonce, signature = (
        given.get(name.lower(), "") for name in (TIMESTAMP, NONCE, SIGNATURE)
    )
    fits = [
        hmac.compare_digest(
            f"{_VERSION}={_digest(secret, method, target, stamp, nonce, body)}".encode(),
            signature.encode(),
        )
        for secret in known
    ]
    if not any(fits) or not 0 < len(nonce) <= _LONGEST_NONCE or not _recent(stamp, now):
        raise Unsigned


def _recent(stamp: str, now: datetime) -> bool:
    if not stamp.isascii() or not stamp.isdecimal() or len(stamp) > len("99999999999"):
        return False
    return abs(int(stamp) - now.timestamp()) <= WINDOW


def _digest(secret: bytes, method: str, target: str, stamp: str, nonce: str, body: bytes) -> str:
    said = "\n".join((_VERSION, method, target, stamp, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret, said.encode(), hashlib.sha256).hexdigest()
