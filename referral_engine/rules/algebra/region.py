"""Regions: sets of values as a union of boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeGuard

from referral_engine.rules.algebra.box import Box, Key

__all__ = ["EVERYTHING", "NOTHING", "Region", "covered", "intersection"]

# Larger ones are given up: what would be said of them takes longer than it is worth.
_MOST_BOXES = 200
_MOST_STEPS = 300


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


def intersection(regions: Iterable[Region | None]) -> Region | None:
    """What lies in all of them: nothing as soon as one is empty, though others cannot be told."""
    told = list(regions)
    if any(region is not None and not region for region in told):
        return NOTHING
    box: Box | None = Box.of(region.boxes[0] for region in told if _single(region))
    if box is None:
        return NOTHING
    found: Region | None = Region((box,))
    for region in told:
        if not _single(region):
            found = None if found is None or region is None else found & region
            if found is not None and not found:
                return NOTHING
    return found


def _single(region: Region | None) -> TypeGuard[Region]:
    return region is not None and len(region.boxes) == 1


EVERYTHING = Region((Box({}),))
NOTHING = Region(())


def covered(box: Box, by: list[Box], full: Mapping[Key, int]) -> bool:
    """Whether all of `box` certainly lies in the others together."""
    # Large parts first: what they leave is soon found to be left.
    large_first = sorted(by, key=lambda part: len(part.masks) + len(part.true) + len(part.false))
    return next(_uncovered(box, large_first, full, [_MOST_STEPS]), None) is None


def _uncovered(
    box: Box, by: list[Box], full: Mapping[Key, int], steps: list[int], at: int = 0
) -> Iterator[Box]:
    """Parts of the box that lie in none of the others; too many steps leave the box in question."""
    while at < len(by) and box.misses(by[at]):
        at += 1
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
