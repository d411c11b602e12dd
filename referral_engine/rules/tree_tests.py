"""Rule tests as parsed: issues, what is expected, and what happens then."""

from __future__ import annotations

from datetime import datetime

import msgspec

from referral_engine.errors import Place
from referral_engine.model.issue import Issue
from referral_engine.model.span import Span

__all__ = ["Action", "Expectation", "RuleTest", "Then"]

Expected = str | bool | int | datetime | tuple[str, ...] | tuple[tuple[str, datetime], ...]


class Expectation(msgspec.Struct, frozen=True):
    """One thing that must be seen. ``key`` is one of rule_tests.EXPECTATIONS."""

    key: str
    value: Expected
    place: Place


class Action(msgspec.Struct, frozen=True):
    """What somebody does: a command, the unit that does it, and its arguments as written."""

    verb: str
    by: str
    arguments: tuple[tuple[str, str], ...]
    place: Place


class Then(msgspec.Struct, frozen=True):
    """Either ``after`` (from the step before, first from the receipt) or ``at`` is given."""

    after: Span | None
    at: datetime | None
    do: tuple[Action, ...]
    expect: tuple[Expectation, ...]
    place: Place


class RuleTest(msgspec.Struct, frozen=True):
    """``earlier`` are issues that came before, so that history has something to answer."""

    name: str
    issue: Issue
    expect: tuple[Expectation, ...]
    steps: tuple[Then, ...]
    place: Place
    earlier: tuple[Issue, ...] = ()
