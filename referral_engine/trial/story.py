"""A story as parsed: what happens when, by whom, and what must be seen then."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from referral_engine.errors import Place
from referral_engine.model.command import Command
from referral_engine.model.issue import Issue
from referral_engine.model.span import Span
from referral_engine.trial.actors import Actor

__all__ = ["NOW", "Act", "Arrival", "Expected", "Plain", "Step", "Story"]

NOW = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the moment of the step, in an issue that names no time of receipt."""

Plain = str | tuple[str, ...] | dict[str, str]


class Expected(msgspec.Struct, frozen=True):
    """One thing that must be seen of a case. ``key`` is one of seen.SEEN; texts as written."""

    key: str
    value: Plain
    place: Place


class Arrival(msgspec.Struct, frozen=True):
    """An issue comes in under short names, one a time it comes in; ``by`` takes it in."""

    names: tuple[str, ...]
    issues: tuple[Issue, ...]
    auto_accept: bool | None = None


class Act(msgspec.Struct, frozen=True):
    """A command on the step's case. ``parts`` are the short names of what a split makes."""

    verb: str
    command: Command
    parts: tuple[str, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """``at`` or ``after`` (from the step before) says when; without either at the same moment.

    ``cases`` are short names, empty for the one before. ``refused`` is the code expected.
    ``down_until``: the engine stands still until then. ``happened`` is how long ago the act was.
    """

    place: Place
    at: datetime | None = None
    after: Span | None = None
    note: str = ""
    by: Actor | None = None
    cases: str = ""
    arrival: Arrival | None = None
    act: Act | None = None
    refused: str = ""
    down_until: datetime | None = None
    happened_at: datetime | None = None
    expect: tuple[Expected, ...] = ()


class Story(msgspec.Struct, frozen=True):
    """``plugins``: the workspace's departments act by themselves; else only people do."""

    name: str
    start: datetime
    steps: tuple[Step, ...]
    about: str = ""
    plugins: bool = False
