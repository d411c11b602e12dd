"""Which of many regions may meet a box, or hold it: found without comparing each with each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from referral_engine.rules.algebra.atoms import Atom, consequences
from referral_engine.rules.algebra.box import Box, Key
from referral_engine.rules.algebra.region import Region
from referral_engine.rules.algebra.space import Space

__all__ = ["Index", "numbers"]

# Words of a longer text are looked up by its beginning alone.
_LONGEST = 40


class Index:
    """Regions by their number. Every answer is a set of numbers, one a bit, and says too many
    rather than too few: what it leaves out certainly does not meet the box, or hold it, alone.
    """

    def __init__(self, space: Space, regions: Sequence[Region | None]) -> None:
        """A region that cannot be told (None) meets everything and holds nothing."""
        self._space = space
        self._all = (1 << len(regions)) - 1
        self._told = sum(1 << at for at, region in enumerate(regions) if region is not None)
        self._bounded: dict[Key, dict[int, int]] = {}
        self._stating = 0
        self._by_atom: dict[Atom, int] = {}
        for at, region in enumerate(regions):
            if region is not None:
                self._add(1 << at, region)
        self._bounds = {axis: _joined(masks) for axis, masks in self._bounded.items()}
        self._words = _by_word(self._by_atom)
        self._followed: dict[Atom, int] = {}
        self._asked: dict[tuple[Key, int, bool], int] = {}

    def _add(self, bit: int, region: Region) -> None:
        axes = set[Key]().union(*(box.masks for box in region.boxes))
        for axis in axes:
            whole = self._space.whole(axis)
            mask = 0
            for box in region.boxes:
                mask |= box.masks.get(axis, whole)
            if mask != whole:
                masks = self._bounded.setdefault(axis, {})
                masks[mask] = masks.get(mask, 0) | bit
        if all(box.true for box in region.boxes):
            self._stating |= bit
            for atom in {atom for box in region.boxes for atom in box.true}:
                self._by_atom[atom] = self._by_atom.get(atom, 0) | bit

    def meeting(self, box: Box) -> int:
        """The regions that may have something in common with the box."""
        found = self._all
        for axis, mask in box.masks.items():
            found &= self._along(axis, mask, holding=False)
        return found | (self._all & ~self._told)

    def holding(self, box: Box) -> int:
        """The regions that may hold all of the box."""
        found = self._told
        for axis in self._bounds:
            mask = box.masks.get(axis)
            found &= ~self._bounds[axis] if mask is None else self._along(axis, mask, holding=True)
        stated = 0
        for atom in box.true:
            stated |= self._following(atom)
        return found & (stated | ~self._stating)

    def _along(self, axis: Key, mask: int, *, holding: bool) -> int:
        key = (axis, mask, holding)
        if key not in self._asked:
            found = self._all & ~self._bounds.get(axis, 0)
            for other, regions in self._bounded.get(axis, {}).items():
                if not mask & ~other if holding else mask & other:
                    found |= regions
            self._asked[key] = found
        return self._asked[key]

    def _following(self, atom: Atom) -> int:
        """The regions of which a box states what follows from the atom."""
        if atom not in self._followed:
            found = 0
            for other in consequences(atom, set(self._likely(atom))):
                found |= self._by_atom[other]
            self._followed[atom] = found
        return self._followed[atom]

    def _likely(self, atom: Atom) -> Iterator[Atom]:
        """What can follow: what names a part of the atom's first word, or names no words."""
        yield from self._words.get((atom.field, ""), ())
        word = next(iter(atom.words), "")[:_LONGEST]
        for begin in range(len(word)):
            for end in range(begin + 1, len(word) + 1):
                yield from self._words.get((atom.field, word[begin:end]), ())


def numbers(found: int) -> Iterator[int]:
    """The numbers of a set, lowest first."""
    while found:
        bit = found & -found
        yield bit.bit_length() - 1
        found ^= bit


def _joined(masks: dict[int, int]) -> int:
    found = 0
    for regions in masks.values():
        found |= regions
    return found


def _by_word(atoms: dict[Atom, int]) -> dict[tuple[str, str], list[Atom]]:
    """Atoms by field and word; under the empty word those that are about no word."""
    found: dict[tuple[str, str], list[Atom]] = {}
    for atom in atoms:
        words = atom.words if atom.kind in ("contains", "is", "has") else frozenset({""})
        for word in words:
            found.setdefault((atom.field, word), []).append(atom)
    return found
