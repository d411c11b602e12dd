"""Commands after the work: review, call-back, closure."""

from __future__ import annotations

from datetime import date
from typing import Literal

from referral_engine.model.command.order import Order

__all__ = ["Archive", "CallBack", "Close", "Defer", "Rate", "Review", "Rework"]


class Review(Order, frozen=True):
    passed: bool
    reason: str = ""


class CallBack(Order, frozen=True):
    """One try. ``reached`` no counts a try; else how it stands and how satisfied (1 to 5).

    With ``party`` somebody concerned is called beside the reporter, as one of a sample.
    """

    reached: bool
    resolved: Literal["yes", "partly", "no", ""] = ""
    score: int = 0
    comment: str = ""
    party: str = ""


class Rate(Order, frozen=True):
    """The reporter's own word, at any time."""

    contacted: bool
    resolved: Literal["yes", "partly", "no"]
    score: int
    comment: str = ""


class Rework(Order, frozen=True):
    reason: str


class Defer(Order, frozen=True):
    """挂账: it cannot be solved now (money, policy). Two persons sign; the reporter is told."""

    review_on: date
    reason: str


class Close(Order, frozen=True):
    reason: str = ""
    outcome: str = ""


class Archive(Order, frozen=True):
    pass
