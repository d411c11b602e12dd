"""The parts of a condition at which a fault is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from referral_engine.rules.tree import All, Any, Condition, Not

__all__ = ["smallest"]


def smallest(
    condition: Condition, says: Callable[[Condition], bool], joint: type[All | Any]
) -> Iterator[Condition]:
    """The smallest parts of which `says` is true; a `not` is judged by what it denies.

    Of conditions that are joined only a `joint` can say more than each of them alone.
    """
    if isinstance(condition, Not):
        yield from smallest(condition.part, says, joint)
    elif isinstance(condition, All | Any):
        inner = [found for part in condition.parts for found in smallest(part, says, joint)]
        yield from inner
        if not inner and isinstance(condition, joint) and says(condition):
            yield condition
    elif says(condition):
        yield condition
