"""The space in which conditions are compared: an axis for every side of every field they ask."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from referral_engine.rules.algebra import trees, values
from referral_engine.rules.algebra.atoms import Atom, Kind
from referral_engine.rules.algebra.box import Box, Key
from referral_engine.rules.algebra.region import EVERYTHING, NOTHING, Region, covered, intersection
from referral_engine.rules.leaf import bind
from referral_engine.rules.terms import Terms
from referral_engine.rules.text import normalise
from referral_engine.rules.tree import All, Condition, Leaf, Not, Repeats
from referral_engine.rules.tree import Any as AnyOf
from referral_engine.rules.vocabulary import DAYS
from referral_engine.rules.walk import asked
from referral_engine.rules.world import World

__all__ = ["Space"]

_SIDES = {"hours": "minute", "season": "season", "day": "day"}
_NEGATIVE = frozenset({"ne", "not_in"})


class Space:
    """All `conditions` that will be asked about must be given: they say which values differ.

    Answers are certain or None. A field that is always there is never taken to be missing.
    """

    def __init__(self, world: World, terms: Terms, conditions: Iterable[Condition]) -> None:
        self._world = world
        self._terms = terms
        self._types: dict[str, str] = {}
        self._asked: dict[Key, list[Leaf | Repeats]] = {}
        for condition in conditions:
            for part in asked(condition):
                self._asked.setdefault(self._axis(part), []).append(part)
        self._values: dict[Key, tuple[Any, ...]] = {}
        self._masks: dict[Hashable, int] = {}
        self._lines: dict[Key, dict[str, int]] = {}
        self._whole: dict[Key, int] = _Whole(self)
        self._bounds: dict[int, tuple[object, tuple[Key, int, int]]] = {}
        self._regions: dict[tuple[int, bool], tuple[Condition, Region | None]] = {}

    # -- questions ----------------------------------------------------------------------------

    def region(self, condition: Condition | None) -> Region | None:
        """Where the condition is true; None where that cannot be told."""
        return EVERYTHING if condition is None else self._region(condition, True)

    def never(self, condition: Condition) -> bool:
        """Whether the condition is certainly never true."""
        if isinstance(condition, Leaf) and not self._stating(condition):
            return not self._bound(condition)[1]
        region = self._region(condition, True)
        return region is not None and not region

    def always(self, condition: Condition) -> bool:
        """Whether the condition is certainly always true."""
        if isinstance(condition, Leaf) and not self._stating(condition):
            _axis, mask, whole = self._bound(condition)
            return mask == whole
        region = self._region(condition, False)
        return region is not None and not region

    def implies(self, one: Condition, other: Condition) -> bool:
        """Whether `other` is certainly true wherever `one` is."""
        inner, outer = self.region(one), self.region(other)
        return inner is not None and outer is not None and self.within(inner, outer.boxes)

    def within(self, region: Region, boxes: Sequence[Box]) -> bool:
        """Whether the region certainly lies in the boxes together."""
        return all(self.covers(boxes, box) for box in region.boxes)

    def covers(self, boxes: Sequence[Box], box: Box) -> bool:
        """Whether the box certainly lies in the others together."""
        return covered(box, list(boxes), self._whole)

    # -- regions ------------------------------------------------------------------------------

    def _region(self, condition: Condition, wanted: bool) -> Region | None:
        """Where the condition is as wanted; conditions are kept, so that their ids stay theirs."""
        key = (id(condition), wanted)
        if key not in self._regions:
            self._regions[key] = (condition, self._made(condition, wanted))
        return self._regions[key][1]

    def _made(self, condition: Condition, wanted: bool) -> Region | None:
        match condition:
            case Not(part=part):
                return self._region(part, not wanted)
            case All(parts=parts) | AnyOf(parts=parts):
                if isinstance(condition, All) == wanted:
                    return self._joint(parts, wanted)
                return _any(self._region(part, wanted) for part in parts)
            case Leaf() if self._stating(condition):
                return self._stated(condition, wanted)
            case _:
                axis, mask, whole = self._bound(condition)
                mask = mask if wanted else whole & ~mask
                if not mask:
                    return NOTHING
                return EVERYTHING if mask == whole else Region((Box({axis: mask}),))

    def _joint(self, parts: Iterable[Condition], wanted: bool) -> Region | None:
        """Where all parts are as wanted; those along axes are joined at once, as most are."""
        masks: dict[Key, int] = {}
        others: list[Region | None] = []
        for part in parts:
            if not isinstance(part, Leaf) or self._stating(part):
                others.append(self._region(part, wanted))
                continue
            axis, mask, whole = self._bound(part)
            mask = masks.get(axis, whole) & (mask if wanted else ~mask)
            if not mask:
                return NOTHING
            if mask != whole:
                masks[axis] = mask
        return intersection([Region((Box(masks),)), *others])

    def _bound(self, part: Leaf | Repeats) -> tuple[Key, int, int]:
        """The axis of the part, the classes for which it is true, and all classes."""
        if id(part) not in self._bounds:
            axis = self._axis(part)
            found = (axis, self._mask(axis, part), self._whole[axis])
            self._bounds[id(part)] = (part, found)
        return self._bounds[id(part)][1]

    # -- statements about texts and lists -----------------------------------------------------

    def _stated(self, leaf: Leaf, wanted: bool) -> Region:
        true, false = self._statements(leaf)
        if wanted:
            return self._sound([Box({}, frozenset(true), frozenset(false))])
        denied = [Box({}, frozenset(), frozenset({atom})) for atom in true]
        return self._sound(denied + [Box({}, frozenset({atom})) for atom in false])

    def _sound(self, boxes: list[Box]) -> Region:
        """Without what says of a field that is always there that it is, or is not."""
        found: list[Box] = []
        for box in boxes:
            here = frozenset(atom for atom in (*box.true, *box.false) if self._certain(atom))
            if not here & box.false:
                found.append(Box({}, box.true - here, box.false))
        return Region(tuple(found))

    def _certain(self, atom: Atom) -> bool:
        if atom.kind != "present":
            return False
        field = self._terms.fields.find(atom.field)
        return field is not None and field.always_there

    def _statements(self, leaf: Leaf) -> tuple[list[Atom], list[Atom]]:
        """What the leaf says is so, and what it says is not so."""
        name, operator = leaf.field, leaf.operator
        present = Atom(name, "present")
        if operator == "exists":
            return ([present], []) if leaf.value is True else ([], [present])
        if operator == "empty":
            some = Atom(name, "some")
            return ([present], [some]) if leaf.value is True else ([some], [])
        if operator == "matches":
            return [Atom(name, "matches", frozenset({str(leaf.value)}))], []
        words = self._words(leaf)
        kind: Kind = "has" if operator.startswith("has") else "is"
        kind = "contains" if operator.startswith("contains") else kind
        if operator in ("has_all", "contains_all"):
            return [present, *(Atom(name, kind, frozenset({word})) for word in words)], []
        stated = Atom(name, kind, frozenset(words))
        return ([present], [stated]) if operator in _NEGATIVE else ([stated], [])

    def _words(self, leaf: Leaf) -> list[str]:
        several = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        if self._terms.type_of(leaf.field) == "text":
            return [normalise(str(word)) for word in several]
        return [str(word) for word in several]

    def _stating(self, leaf: Leaf) -> bool:
        return self._type_of(leaf.field) in ("text", "list")

    def _type_of(self, name: str) -> str:
        found = self._types.get(name)
        if found is None:
            found = self._types[name] = self._terms.type_of(name)
        return found

    # -- axes ---------------------------------------------------------------------------------

    def _axis(self, part: Leaf | Repeats) -> Key:
        if isinstance(part, Repeats):
            return part.key, "count"
        kind = self._type_of(part.field)
        if kind in ("text", "list"):
            return part.field, "atoms"
        if kind == "time":
            return part.field, _SIDES.get(part.operator, "order")
        return part.field, "value"

    def whole(self, axis: Key) -> int:
        """The mask of all values of an axis; the highest bit stands for a missing one."""
        return (1 << len(self.values(axis))) - 1

    def values(self, axis: Key) -> tuple[Any, ...]:
        """The values that stand for all along the axis, None last for a missing one."""
        if axis not in self._values:
            asked = self._asked.get(axis, [])
            found = self._standing(axis, [part for part in asked if isinstance(part, Leaf)])
            if axis[1] == "count":
                found = values.answers(part for part in asked if isinstance(part, Repeats))
            field = self._terms.fields.find(axis[0])
            missing = () if field is not None and field.always_there else (None,)
            self._values[axis] = (*found, *missing)
        return self._values[axis]

    def _standing(self, axis: Key, leaves: list[Leaf]) -> Iterator[Any]:
        name, side = axis
        field = self._terms.fields.find(name)
        if side == "minute":
            return values.minutes(leaves, self._world)
        if side == "season":
            return values.days_of_year(self._world)
        if side == "day":
            return iter(DAYS)
        if side == "order":
            return values.moments(leaves, self._world)
        kind = self._terms.type_of(name)
        if kind == "tree":
            find = trees.categories if self._terms.is_category(name) else trees.territories
            return find(leaves, self._world)
        found: dict[str, Callable[[list[Leaf]], Iterator[Any]]] = {
            "number": values.numbers,
            "duration": values.spans,
        }
        if kind == "int" and (field is None or not field.values):
            return values.integers(leaves)
        return found[kind](leaves) if kind in found else values.words(field, leaves)

    def _mask(self, axis: Key, part: Leaf | Repeats) -> int:
        key: Hashable
        if isinstance(part, Repeats):
            key, test = (axis, part.at_least), _reached(part)
        elif part.operator == "under":
            return self._under(axis, str(part.value))
        else:
            key = (part.field, part.operator, type(part.value), part.value)
            test = self._test(part)
        if key not in self._masks:
            found = enumerate(self.values(axis))
            self._masks[key] = sum(1 << number for number, value in found if test(value))
        return self._masks[key]

    def _under(self, axis: Key, ancestor: str) -> int:
        """As `leaf` has it, found for all ancestors in one walk over the codes."""
        world, category = self._world, self._terms.is_category(axis[0])
        if axis not in self._lines:
            above = world.above_category if category else world.above
            lines = self._lines[axis] = {}
            for number, code in enumerate(self.values(axis)):
                for each in above(code) if code is not None else ():
                    lines[each] = lines.get(each, 0) | 1 << number
        return self._lines[axis].get(ancestor if category else world.named(ancestor), 0)

    def _test(self, leaf: Leaf) -> Callable[[Any], bool]:
        if leaf.operator == "exists":
            return lambda value: (value is not None) is leaf.value
        if leaf.operator == "day":
            return lambda value: bool(value == leaf.value)
        test = bind(leaf, self._terms)
        return lambda value: value is not None and test(value)


class _Whole(dict[Key, int]):
    """The whole of each axis, worked out when it is first asked for."""

    def __init__(self, space: Space) -> None:
        super().__init__()
        self._space = space

    def __missing__(self, axis: Key) -> int:
        self[axis] = whole = self._space.whole(axis)
        return whole


def _reached(question: Repeats) -> Callable[[Any], bool]:
    return lambda value: value is not None and value >= question.at_least


def _any(regions: Iterable[Region | None]) -> Region | None:
    found: Region | None = NOTHING
    for region in regions:
        found = None if region is None or found is None else found | region
    return found
