"""Which cases are looked at again, chosen by their code: repeatable, and nobody's favour."""

from __future__ import annotations

import hashlib

__all__ = ["sampled"]


def sampled(code: str, purpose: str, percent: int) -> bool:
    """Whether this case is among the `percent` chosen for `purpose`; the same answer always."""
    digest = hashlib.sha256(f"{purpose}/{code}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent
