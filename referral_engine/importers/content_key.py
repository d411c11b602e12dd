"""The idempotency key of an imported issue.

Design record: a sender's id is kept for ever under its channel; without one, the content decides,
numbered by its occurrence in the file, so that two equal complaints of one file are two issues
and the same file read again is none.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC

import msgspec

from referral_engine.model.issue import Issue

__all__ = ["Keys", "content_key", "sender_key"]

_encode = msgspec.json.Encoder(order="deterministic").encode


def content_key(issue: Issue, *, timed: bool = True) -> str:
    """SHA-256 in hex over everything the issue says; equal content, equal key.

    The moment counts, not its zone. ``timed=False`` leaves it out, for a row that gave no time of
    its own: the time of reading must not make the same row a new issue.
    """
    said = msgspec.to_builtins(issue)
    said["received_at"] = issue.received_at.astimezone(UTC).isoformat() if timed else ""
    return hashlib.sha256(_encode(said)).hexdigest()


def sender_key(channel: str, sender_id: str) -> str:
    """The key of an issue with its sender's id, unique over channels.

    The channel's length keeps ``a`` + ``b:1`` apart from ``a:b`` + ``1``.
    """
    return f"sender:{len(channel)}:{channel}:{sender_id}"


class Keys:
    """Gives each issue of one file its key; counts occurrences of equal content."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def key(self, issue: Issue, *, timed: bool = True) -> str:
        """The key of the next issue of the file; ask once an issue, in the order of the file."""
        if issue.id:
            return sender_key(issue.channel, issue.id)
        content = content_key(issue, timed=timed)
        self._seen[content] += 1
        return f"content:{content}:{self._seen[content]}"
