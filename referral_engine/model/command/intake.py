"""Commands of intake."""

from __future__ import annotations

from referral_engine.model.command.order import Order
from referral_engine.model.issue import Issue

__all__ = ["Accept", "Exclude", "Object", "Redirect", "Register", "Reject", "Withdraw"]


class Register(Order, frozen=True):
    """A new case. ``follows`` links it to another (a split) without its content."""

    issue: Issue
    auto_accept: bool = True
    sealed: str = ""
    follows: str = ""


class Accept(Order, frozen=True):
    category: str = ""
    territory: str = ""


class Reject(Order, frozen=True):
    ground: str
    reason: str = ""


class Redirect(Order, frozen=True):
    legal_path: str
    reason: str = ""


class Exclude(Order, frozen=True):
    """Exclude an issue (never a person) from assessment for six months."""

    ground: str
    reason: str = ""


class Object(Order, frozen=True):
    """The reporter objects to a rejection, redirection, deferral, explanation or closure."""

    reason: str


class Withdraw(Order, frozen=True):
    """Asked by anyone, done only once the reporter confirms it."""

    reason: str = ""
