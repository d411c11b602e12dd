"""Regions: sets of values as a union of boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from referral_engine.rules.algebra.box import Box, Key

__all__ = ["EVERYTHING", "NOTHING", "Region", "covered"]

# Larger ones are given up: what would be said of them takes longer than it is worth.
_MOST_BOXES = 200
_MOST_STEPS = 4_000


class Region:
    """The values for which a condition is true. Immutable; an empty one is certainly empty."""

    __slots__ = ("boxes",)

    def __init__(self, boxes: tuple[Box, ...]) -> None:
        self.boxes = boxes

    def __bool__(self) -> bool:
        return bool(self.boxes)

    def __and__(self, other: Region) -> Region | None:
        """What lies in both; None where that takes too many boxes to say."""
        if len(self.boxes) * len(other.boxes) > _MOST_BOXES:
            return None
        both = (one & another for one in self.boxes for another in other.boxes)
        return Region(tuple(box for box in both if box is not None))

    def __or__(self, other: Region) -> Region | None:
        """What lies in either; None where that takes too many boxes to say."""
        boxes = _merged([*self.boxes, *other.boxes])
        return Region(boxes) if len(boxes) <= _MOST_BOXES else None


EVERYTHING = Region((Box({}),))
NOTHING = Region(())


def covered(box: Box, by: list[Box], full: Mapping[Key, int]) -> bool:
    """Whether all of `box` certainly lies in the others together."""
    return next(_uncovered(box, by, full, [_MOST_STEPS]), None) is None


def _uncovered(
    box: Box, by: list[Box], full: Mapping[Key, int], steps: list[int], at: int = 0
) -> Iterator[Box]:
    """Parts of the box that lie in none of the others; too many steps leave the box in question."""
    steps[0] -= 1
    if at == len(by) or steps[0] < 0:
        yield box
        return
    for part in box.minus(by[at], full):
        yield from _uncovered(part, by, full, steps, at + 1)


def _merged(boxes: list[Box]) -> tuple[Box, ...]:
    """Boxes that are bounded along one and the same axis become one."""
    kept: list[Box] = []
    alone: dict[Key, int] = {}
    for box in boxes:
        if len(box.masks) == 1 and not box.true and not box.false:
            ((axis, mask),) = box.masks.items()
            alone[axis] = alone.get(axis, 0) | mask
        else:
            kept.append(box)
    return (*(Box({axis: mask}) for axis, mask in alone.items()), *kept)
