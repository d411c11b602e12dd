"""What a department's system is sent, and what it answers: one format for every way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from referral_engine.i18n import _
from referral_engine.plugins.acts import Message
from referral_engine.plugins.handler import Verb
from referral_engine.plugins.view import Conference, Escalation, Receipt, Referral

__all__ = ["Heard", "Matter", "Told", "Unreadable", "heard", "matter"]

_encode = msgspec.json.Encoder(order="deterministic").encode
_NOT_SENT = ("key", "bookmark", "open_hours", "receipts")
"""Of the view: what says nothing to the other side, or stands beside the referral."""


class Unreadable(ValueError):
    """What came back is not what was agreed; it never says what it was."""


class Matter(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call of the engine. ``key`` is the same however often it is sent: do it once.

    ``referral`` holds the fields of the view (docs/plugins.md); ``receipts`` say what became of
    messages that were told before.
    """

    key: str
    verb: Verb
    referral: Mapping[str, Any]
    escalation: Escalation | None = None
    conference: Conference | None = None
    receipts: tuple[Receipt, ...] = ()

    @property
    def body(self) -> bytes:
        """As JSON, in UTF-8."""
        return _encode(self)


class Heard(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a matter: its ``key``, as the proof that it was taken in; the ``number`` under
    which that system has it, if it gives any; and messages.
    """

    key: str
    number: str = ""
    messages: tuple[Message, ...] = ()


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to the question what is new: all messages about a referral, or the latest."""

    messages: tuple[Message, ...] = ()


def matter(
    verb: Verb,
    referral: Referral,
    escalation: Escalation | None = None,
    conference: Conference | None = None,
) -> Matter:
    """What is sent of a call."""
    shown = msgspec.to_builtins(referral)
    sent = {name: value for name, value in shown.items() if name not in _NOT_SENT}
    return Matter(referral.key, verb, sent, escalation, conference, referral.receipts)


def heard(body: bytes, key: str) -> Heard:
    """The answer, if it is one to this matter. Raises Unreadable: a page that says OK to everything
    has taken nothing in.
    """
    try:
        found = msgspec.json.decode(body, type=Heard)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Unreadable(_("the answer does not repeat the key of the matter")) from None
    if found.key != key:
        raise Unreadable(_("the answer repeats the key of another matter"))
    return found
