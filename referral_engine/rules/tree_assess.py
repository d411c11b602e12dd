"""Warnings and indicators as parsed: windows of history and rates, every node with its place."""

from __future__ import annotations

from typing import Literal

import msgspec

from referral_engine.errors import Place
from referral_engine.model.span import Span
from referral_engine.model.target import Target
from referral_engine.rules.tree import Condition, Effective

__all__ = [
    "Count",
    "Index",
    "Indicator",
    "IndicatorTable",
    "Normalisation",
    "Raise",
    "ShareOf",
    "Trend",
    "WarningRule",
    "WarningTable",
]


class Count(msgspec.Struct, frozen=True, tag="count"):
    """At least ``at_least`` cases with the same values of ``group_by`` within the window."""

    group_by: tuple[str, ...]
    within: Span
    at_least: int


class ShareOf(msgspec.Struct, frozen=True, tag="share"):
    """At least ``at_least`` (0 to 1) of the window's cases fulfil ``of``."""

    group_by: tuple[str, ...]
    of: Condition
    within: Span
    at_least: float


class Trend(msgspec.Struct, frozen=True, tag="trend"):
    """The last window holds ``ratio_at_least`` times as many cases as the one before it."""

    group_by: tuple[str, ...]
    over: Span
    ratio_at_least: float


class Raise(msgspec.Struct, frozen=True):
    """What is told, to whom, and how long the same group then stays quiet."""

    level: Literal["blue", "yellow", "orange", "red"]
    notify: tuple[Target, ...] = ()
    cool_down: Span | None = None


class WarningRule(msgspec.Struct, frozen=True):
    id: str
    name: str
    when: Condition | None
    measure: Count | ShareOf | Trend
    raises: Raise
    place: Place
    basis: str = ""
    effective: Effective = Effective()


class WarningTable(msgspec.Struct, frozen=True):
    file: str
    rank: int
    when: Condition | None
    rules: tuple[WarningRule, ...]


class Normalisation(msgspec.Struct, frozen=True):
    """Linear points: 0 at ``zero_at``, 100 at ``full_at``; less may be better."""

    zero_at: float
    full_at: float


class Indicator(msgspec.Struct, frozen=True, tag="indicator"):
    """A rate over cases or referrals; without ``denominator`` all of them."""

    id: str
    name: str
    of: Literal["cases", "referrals"]
    numerator: Condition
    denominator: Condition | None
    place: Place
    target: float | None = None
    normalise: Normalisation | None = None
    weight: float = 1.0
    basis: str = ""


class Index(msgspec.Struct, frozen=True, tag="index"):
    """The weighted mean of other indicators and indices, by id."""

    id: str
    name: str
    parts: tuple[tuple[str, float], ...]
    place: Place
    basis: str = ""


class IndicatorTable(msgspec.Struct, frozen=True):
    file: str
    rank: int
    rules: tuple[Indicator | Index, ...]
