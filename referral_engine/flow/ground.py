"""Grounds as codes: what stands in the chain for ever must be a code, never somebody's words."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["OTHER", "coded"]

OTHER = "other"
"""The code of a ground that was told in free words; the words go to the case's content."""

_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,39}", re.ASCII)


def coded(ground: str, reason: str, labels: Mapping[str, str]) -> tuple[str, str]:
    """The code of a ground and the words that go with it.

    A code stays, a known Chinese label becomes its code (`labels` is code to label). Anything else
    may name a person: it becomes ``other`` and is put before the reason, so that nothing is lost.
    """
    if _CODE.fullmatch(ground):
        return ground, reason
    for code, label in labels.items():
        if ground.strip() == label:
            return code, reason
    words = "; ".join(part for part in (ground.strip(), reason) if part)
    return OTHER, words
