"""The lint rules that look at the whole set once it is read."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from referral_engine.errors import Fault
from referral_engine.rules.fields import Registry
from referral_engine.rules.ruleset import Loaded

__all__ = ["AT_ONCE", "COMPARING", "WHEN_COMPLETE", "WHEN_TESTED", "check_all", "left_out"]

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

COMPARING = (
    "beyond_law",
    "contradiction",
    "escalation_loop",
    "expired",
    "no_last_rung",
    "no_station",
    "nobody_there",
    "not_a_duty",
    "only_default",
    "overlap",
    "overlapping_windows",
    "sealed_openly",
    "shadowed",
    "stricter_than_parent",
    "tautology",
    "unused_evidence",
)
"""Modules whose ``check`` compares what the rules mean, each with all others and with the county's
organisation. None is an error: a rule set can be used without having asked them.
"""


def check_all(
    loaded: Loaded,
    registry: Registry,
    complete: bool,
    *,
    tested: bool = True,
    compare: bool = True,
) -> Iterator[Fault]:
    """Every fault that shows only when the files are seen together; those of the tests as well,
    where these were read.
    """
    missing = WHEN_COMPLETE + (WHEN_TESTED if tested else ())
    for name in AT_ONCE + (missing if complete else ()):
        yield from _module(name).check(loaded, registry)
    if complete and compare:
        from referral_engine.rules.survey import Survey  # only those that compare need it

        survey = Survey(loaded, registry)
        for name in COMPARING:
            yield from _module(name).check(survey)


def left_out(complete: bool, *, tested: bool = True, compare: bool = True) -> frozenset[str]:
    """The codes that such a run does not report though they may be there."""
    names: list[str] = []
    names += () if complete and compare else COMPARING
    names += () if complete else WHEN_COMPLETE
    names += () if complete and tested else WHEN_TESTED
    return frozenset(name.upper() for name in names)


def _module(name: str) -> ModuleType:
    return import_module(f"referral_engine.rules.lint.{name}")
