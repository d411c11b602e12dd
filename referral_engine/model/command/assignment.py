"""Commands that bring units in: dispatch, whistle, designation, conference."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from referral_engine.model.case import ConferenceForm
from referral_engine.model.command.order import Order
from referral_engine.model.span import Span
from referral_engine.model.target import Target

__all__ = ["Confer", "Designate", "Dispatch", "Part", "StandDown", "StepUp", "Supervise", "Whistle"]


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    to: Target
    within: tuple[tuple[str, Span], ...] = ()
    required: bool = False


class Dispatch(Order, frozen=True):
    lead: Target
    support: tuple[Part, ...] = ()
    within: tuple[tuple[str, Span], ...] = ()
    reason: str = ""


class Whistle(Order, frozen=True):
    level: Literal["routine", "joint", "emergency"]
    lead: Target | None = None
    support: tuple[Part, ...] = ()
    within: tuple[tuple[str, Span], ...] = ()
    reason: str = ""


class StandDown(Order, frozen=True):
    """The whistler ends the whistle and rates each responder 1 to 5, by unit id."""

    ratings: dict[str, int] = {}
    reason: str = ""


class Designate(Order, frozen=True):
    unit: Target
    ground: str = ""
    reason: str = ""


class StepUp(Order, frozen=True):
    reason: str = ""
    to: Target | None = None


class Supervise(Order, frozen=True):
    referral: str = ""
    within: Span | None = None
    reason: str = ""


class Confer(Order, frozen=True):
    """Call a conference, or with ``minutes`` and ``conference`` record what it decided.

    ``form`` is what the members meet for, ``agenda`` what about. ``lead`` and ``supports`` then are
    the units that the conference binds to lead and to support.
    """

    members: tuple[Target, ...] = ()
    meet_at: datetime | None = None
    conference: str = ""
    minutes: str = ""
    lead: Target | None = None
    supports: tuple[Part, ...] = ()
    form: ConferenceForm = "conference"
    agenda: str = ""
