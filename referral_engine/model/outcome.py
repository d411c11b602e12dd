"""What a decision yields: events, content, calls, notices and follow-up commands. Pure data."""

from __future__ import annotations

from datetime import datetime

import msgspec

from referral_engine.model.case import Case
from referral_engine.model.command import Request
from referral_engine.model.event import Event

__all__ = ["Call", "FollowUp", "Notice", "Resolution"]


class Call(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A plugin call to make after the commit, at least once, under a key stable over attempts.

    ``unit`` is the department whose plugin is asked, also where a station acts.
    ``verb``: offered, work, withdraw, escalated, conference, returned. ``key`` is
    referral/verb/round; ``not_before`` (UTC) keeps a call back until then.
    """

    key: str
    case: str
    unit: str
    referral: str
    verb: str
    detail: dict[str, str] = {}
    not_before: datetime | None = None


class Notice(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A word to a unit or to the reporter; ``not_before`` keeps the quiet hours (UTC).

    What is `sealed` goes to the unit's contact for sealed cases, or to the reporter, alone: not to
    a channel that others read, nor by its case's code into a log.
    """

    key: str
    case: str
    to: str
    subject: str
    not_before: datetime | None = None
    detail: dict[str, str] = {}
    sealed: bool = False


class FollowUp(msgspec.Struct, frozen=True, gc=False):
    """A command for another case (or a new one), with its own idempotency key."""

    request: Request


class Resolution(msgspec.Struct, frozen=True, gc=False):
    """The outcome of one command on one case. ``content`` maps references to what they hold."""

    case: Case
    events: tuple[Event, ...]
    content: dict[str, str] = {}
    calls: tuple[Call, ...] = ()
    notices: tuple[Notice, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    note: str = ""
