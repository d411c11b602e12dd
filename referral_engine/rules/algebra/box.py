"""Boxes: along each axis some classes of values, and statements that are true or false.

A box holds the values that lie in all its classes at once. Its axes are taken as independent: what
is empty here is empty indeed, what is not may still be so for a reason that no axis knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from referral_engine.rules.algebra.atoms import Atom, contradictory

__all__ = ["Box", "Key"]

Key = tuple[str, str]
"""An axis: a field and the side of its values that is looked at."""


class Box:
    """Immutable. ``masks`` gives for each axis that is bounded its classes, one a bit, never none;
    ``true`` and ``false`` are the statements that hold and do not.
    """

    __slots__ = ("false", "masks", "true")

    def __init__(
        self,
        masks: Mapping[Key, int],
        true: frozenset[Atom] = frozenset(),
        false: frozenset[Atom] = frozenset(),
    ) -> None:
        self.masks = masks
        self.true = true
        self.false = false

    @classmethod
    def of(cls, boxes: Iterable[Box]) -> Box | None:
        """What lies in all of them, None where nothing does."""
        masks: dict[Key, int] = {}
        true: frozenset[Atom] = frozenset()
        false: frozenset[Atom] = frozenset()
        for box in boxes:
            for axis, mask in box.masks.items():
                both = mask & masks.get(axis, mask)
                if not both:
                    return None
                masks[axis] = both
            true |= box.true
            false |= box.false
        return None if true and contradictory(true, false) else cls(masks, true, false)

    def __and__(self, other: Box) -> Box | None:
        """What lies in both, None where nothing does."""
        masks = self.masks
        if other.masks:
            joined = dict(masks)
            for axis, mask in other.masks.items():
                both = mask & joined.get(axis, mask)
                if not both:
                    return None
                joined[axis] = both
            masks = joined
        true, false = self.true | other.true, self.false | other.false
        grown = len(true) > len(self.true) or len(false) > len(self.false)
        if grown and contradictory(true, false):
            return None
        return Box(masks, true, false)

    def misses(self, other: Box) -> bool:
        """Whether some axis keeps the two apart."""
        masks = self.masks
        # A plain loop: this is asked more often than anything else.
        for axis, mask in other.masks.items():  # noqa: SIM110
            if not mask & masks.get(axis, mask):
                return True
        return False

    def minus(self, other: Box, full: Mapping[Key, int]) -> Iterator[Box]:
        """What lies in this one and not in the other, in parts that do not overlap.

        ``full`` is for each axis the mask of all its classes.
        """
        rest: Box | None = self
        for axis, mask in other.masks.items():
            assert rest is not None
            if left := rest.masks.get(axis, full[axis]) & ~mask:
                yield Box({**rest.masks, axis: left}, rest.true, rest.false)
            rest = rest & Box({axis: mask})
            if rest is None:
                return
        for true, false in _singly(other):
            assert rest is not None
            if outside := rest & Box({}, false, true):
                yield outside
            rest = rest & Box({}, true, false)
            if rest is None:
                return


def _singly(box: Box) -> Iterator[tuple[frozenset[Atom], frozenset[Atom]]]:
    nothing: frozenset[Atom] = frozenset()
    for atom in box.true:
        yield frozenset({atom}), nothing
    for atom in box.false:
        yield nothing, frozenset({atom})
