"""The parts of a condition at which a fault is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from referral_engine.rules.tree import All, Any, Condition, Not

__all__ = ["smallest"]


def smallest(condition: Condition, says: Callable[[Condition], bool]) -> Iterator[Condition]:
    """The smallest parts of which `says` is true; a `not` is judged by what it denies."""
    if isinstance(condition, Not):
        yield from smallest(condition.part, says)
        return
    inner: list[Condition] = []
    if isinstance(condition, All | Any):
        for part in condition.parts:
            inner += smallest(part, says)
    if inner:
        yield from inner
    elif says(condition):
        yield condition
