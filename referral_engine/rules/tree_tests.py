"""Rule tests as parsed: issues, what is expected, and what happens then."""

from __future__ import annotations

from datetime import datetime

import msgspec

from referral_engine.errors import Place
from referral_engine.model.issue import Issue
from referral_engine.model.span import Span

__all__ = ["Action", "Expectation", "RuleTest", "TestStep"]

Expected = str | bool | int | datetime | tuple[str, ...]


class Expectation(msgspec.Struct, frozen=True):
    """One thing that must be seen. ``key`` is one of rule_tests.EXPECTATIONS."""

    key: str
    value: Expected
    place: Place


class Action(msgspec.Struct, frozen=True):
    """What somebody does: a command by name, the unit that does it, and its arguments as written."""

    verb: str
    by: str
    arguments: tuple[tuple[str, str], ...]
    place: Place


class TestStep(msgspec.Struct, frozen=True):
    """Exactly one of ``after`` (from the step before, else from the receipt) and ``at`` is given."""

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
    steps: tuple[TestStep, ...]
    place: Place
    earlier: tuple[Issue, ...] = ()
