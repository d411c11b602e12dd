"""Commands of merging, splitting, recusal, signing and letters."""

from __future__ import annotations

from referral_engine.model.command.order import Order
from referral_engine.model.issue import Issue

__all__ = ["AddAccused", "LetterDelivered", "Merge", "SendLetter", "Sign", "Split", "Unmerge"]


class Merge(Order, frozen=True):
    into: str
    reason: str = ""


class Unmerge(Order, frozen=True):
    reason: str = ""


class Split(Order, frozen=True):
    """Each part becomes a case of its own; ``unlinked`` parts carry no trace of this one."""

    parts: tuple[Issue, ...]
    reason: str = ""
    unlinked: bool = False


class AddAccused(Order, frozen=True):
    units: tuple[str, ...]
    reason: str = ""


class Sign(Order, frozen=True):
    proposal: str
    agreed: bool = True
    reason: str = ""


class SendLetter(Order, frozen=True):
    """A letter (文书) goes out: its number is given by the engine, delivery is reported later."""

    letter: str
    to: str
    text: str


class LetterDelivered(Order, frozen=True):
    number: str
    receipt: str = ""
