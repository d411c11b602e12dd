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
    """A letter (文书) goes out: its number is given by the engine, delivery is reported later.

    ``letter`` is its kind, ``name`` and ``series`` what its head and its number (文号) say,
    ``signers`` the roles of which the sender, who signs it, must have one; empty: any.
    """

    letter: str
    to: str
    text: str
    name: str = ""
    series: str = ""
    signers: tuple[str, ...] = ()


class LetterDelivered(Order, frozen=True):
    """A letter reached its addressee (送达); ``means`` is how, ``receipt`` what proves it."""

    number: str
    receipt: str = ""
    means: str = ""
