"""Going through conditions."""

from __future__ import annotations

from collections.abc import Iterator

from referral_engine.rules.tree import All, Any, Condition, Leaf, Not, Repeats

__all__ = ["asked", "leaves", "parts", "questions"]


def parts(condition: Condition | None) -> Iterator[Condition]:
    """The condition and everything in it, in order of writing; nothing of no condition."""
    if condition is None:
        return
    yield condition
    if isinstance(condition, All | Any):
        for part in condition.parts:
            yield from parts(part)
    elif isinstance(condition, Not):
        yield from parts(condition.part)


def asked(condition: Condition | None) -> Iterator[Leaf | Repeats]:
    """Everything that the condition asks, of the issue and of history, in order of writing."""
    return (part for part in parts(condition) if isinstance(part, Leaf | Repeats))


def leaves(condition: Condition | None) -> Iterator[Leaf]:
    """Every leaf of the condition, in order of writing."""
    return (part for part in parts(condition) if isinstance(part, Leaf))


def questions(condition: Condition | None) -> Iterator[Repeats]:
    """Every question to history in the condition, in order of writing."""
    return (part for part in parts(condition) if isinstance(part, Repeats))
