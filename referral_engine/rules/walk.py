"""Walking conditions."""

from __future__ import annotations

from collections.abc import Iterator

from referral_engine.rules.tree import All, Any, Condition, Leaf, Not, Repeats

__all__ = ["leaves", "questions"]


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every leaf of the condition, in order of writing."""
    if isinstance(condition, All | Any):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    elif isinstance(condition, Leaf):
        yield condition


def questions(condition: Condition | None) -> Iterator[Repeats]:
    """Every question to history in the condition, in order of writing."""
    if isinstance(condition, All | Any):
        for part in condition.parts:
            yield from questions(part)
    elif isinstance(condition, Not):
        yield from questions(condition.part)
    elif isinstance(condition, Repeats):
        yield condition
