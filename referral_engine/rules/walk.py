"""Walking conditions."""

from __future__ import annotations

from collections.abc import Iterator

from referral_engine.rules.tree import All, Any, Condition, Leaf, Not

__all__ = ["leaves"]


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every leaf of the condition, in order of writing."""
    if isinstance(condition, All | Any):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    elif isinstance(condition, Leaf):
        yield condition
