"""The engine's own commands."""

from __future__ import annotations

from datetime import datetime

from referral_engine.model.command.order import Order

__all__ = [
    "Absorb",
    "CallFailed",
    "ConfirmDeadlines",
    "LateAnswer",
    "Link",
    "MarkRecurred",
    "Migrate",
    "PassAnswer",
    "Raise",
    "Release",
    "Tick",
]


class Tick(Order, frozen=True):
    """Look at the case: fire all that is due."""


class Raise(Order, frozen=True):
    """An occasion from outside the clocks: ``manual``, ``warned``."""

    occasion: str
    reason: str = ""


class Absorb(Order, frozen=True):
    """Follow-up of a merge, on the case that stays."""

    code: str
    reporter: str = ""
    answer_by: datetime | None = None


class Release(Order, frozen=True):
    """Follow-up of an unmerge, on the case that stayed."""

    code: str
    reporter: str = ""


class PassAnswer(Order, frozen=True):
    """Follow-up of a closure, on a case that was merged into the one closed: its own answer."""

    code: str
    outcome: str = ""


class Link(Order, frozen=True):
    code: str
    relation: str


class MarkRecurred(Order, frozen=True):
    """The same trouble came back after this case was closed."""

    code: str
    problem: str


class ConfirmDeadlines(Order, frozen=True):
    """A calendar became known: recompute what was provisional."""


class LateAnswer(Order, frozen=True):
    """A plugin answered after the case closed or after another answer; kept, without effect."""

    referral: str
    verb: str
    note: str = ""


class CallFailed(Order, frozen=True):
    """A plugin call went to the dead letter; the desk takes the referral over."""

    referral: str
    verb: str
    error: str


class Migrate(Order, frozen=True):
    """Take the running case to another published rule set, by name."""

    rule_set: str
    reason: str = ""
