"""Which of many regions may meet a box, or hold it: found without comparing each with each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from referral_engine.rules.algebra.atoms import SPOKEN, Atom, Kind, word_means
from referral_engine.rules.algebra.box import Box, Key
from referral_engine.rules.algebra.region import Region
from referral_engine.rules.algebra.space import Space

__all__ = ["Index", "numbers"]

# Longer parts of words than this are not looked up.
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
        self._meanings: dict[tuple[str, Kind, str], frozenset[Atom]] = {}
        self._asked: dict[tuple[Key, int, bool], int] = {}
        self._rare: dict[tuple[Key, int], int] = {}

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

    def cornered(self, box: Box) -> int:
        """The regions that may meet a certain corner of the box: the class that the fewest have
        along each axis, nothing more being said of texts and lists than the box says.
        """
        found = self._told & self._unsurprising(box)
        masks = box.masks
        for axis in self._bounds:
            found &= self._rarest(axis, masks.get(axis, 0))
        return found

    def _rarest(self, axis: Key, mask: int) -> int:
        """The regions of the class, among those of the mask (0: of all), that the fewest have."""
        key = (axis, mask)
        found = self._rare.get(key)
        if found is None:
            near = (regions for alike, regions in self._kinds[axis] if not mask or alike & mask)
            found = self._rare[key] = min(near, key=int.bit_count)
        return found

    @cached_property
    def _kinds(self) -> dict[Key, list[tuple[int, int]]]:
        """For each axis the classes that lie in the same regions, as a mask, and those."""
        found: dict[Key, list[tuple[int, int]]] = {}
        for axis in self._bounds:
            alike: dict[int, int] = {}
            for number in numbers(self._space.whole(axis)):
                regions = self._along(axis, 1 << number, holding=False)
                alike[regions] = alike.get(regions, 0) | 1 << number
            found[axis] = [(mask, regions) for regions, mask in alike.items()]
        return found

    def holding(self, box: Box) -> int:
        """The regions that may hold all of the box."""
        found = self._told
        for axis in self._bounds:
            mask = box.masks.get(axis)
            found &= ~self._bounds[axis] if mask is None else self._along(axis, mask, holding=True)
        return found & self._unsurprising(box)

    def unsurprised(self, box: Box) -> int:
        """Of the regions that may meet the box those that may meet it where nothing more is said
        of texts and lists than the box says.
        """
        return self.meeting(box) & self._told & self._unsurprising(box)

    def _unsurprising(self, box: Box) -> int:
        stated = 0
        for atom in box.true:
            stated |= self._following(atom)
        return self._all & (stated | ~self._stating)

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
            for other in self._consequences(atom):
                found |= self._by_atom[other]
            self._followed[atom] = found
        return self._followed[atom]

    def _consequences(self, atom: Atom) -> set[Atom]:
        """What is stated somewhere and true wherever the atom is."""
        found = {atom, Atom(atom.field, "present")} & self._by_atom.keys()
        if atom.kind in SPOKEN and atom.words:
            meant = (self._meant(atom.field, atom.kind, word) for word in atom.words)
            found |= frozenset.intersection(*meant)
        return found

    def _meant(self, field: str, kind: Kind, word: str) -> frozenset[Atom]:
        """What is true wherever a text contains or is the word, or a list has it."""
        key = (field, kind, word)
        if key not in self._meanings:
            parts = {word[at:to] for at in range(min(len(word), _LONGEST))
                     for to in range(at + 1, min(len(word), at + _LONGEST) + 1)}  # fmt: skip
            likely = {atom for part in ("", *parts) for atom in self._words.get((field, part), ())}
            meant = (atom for atom in likely if word_means(kind, word, atom))
            self._meanings[key] = frozenset(meant)
        return self._meanings[key]


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
        words: Iterable[str] = atom.words if atom.kind in SPOKEN else ("",)
        for word in words:
            found.setdefault((atom.field, word), []).append(atom)
    return found
