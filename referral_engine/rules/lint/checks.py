"""The lint rules that look at the whole set once it is read."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from referral_engine.errors import Fault
from referral_engine.rules.fields import Registry
from referral_engine.rules.ruleset import Loaded

__all__ = ["AT_ONCE", "WHEN_COMPLETE", "WHEN_TESTED", "check_all"]

AT_ONCE = (
    "claim_after_report",
    "flag_circle",
    "lonely_joint",
    "misplaced_default",
    "not_over_missing",
    "set_twice",
)
"""Modules whose ``check`` judges what is there."""

WHEN_COMPLETE = (
    "missing_clock",
    "no_default",
    "unknown_flag",
    "unknown_indicator",
    "unknown_rule",
    "unknown_tag",
    "unread_flag",
)
"""Modules whose ``check`` judges what is missing, which takes every file of the workspace."""

WHEN_TESTED = ("untested_rule",)
"""Modules whose ``check`` holds the rules against their tests."""


def check_all(
    loaded: Loaded, registry: Registry, complete: bool, *, tested: bool = True
) -> Iterator[Fault]:
    """Every fault that shows only when the files are seen together; those of the tests as well,
    where these were read.
    """
    missing = WHEN_COMPLETE + (WHEN_TESTED if tested else ())
    for name in AT_ONCE + (missing if complete else ()):
        yield from import_module(f"referral_engine.rules.lint.{name}").check(loaded, registry)
