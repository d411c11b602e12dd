"""Many routing rules behind one index: the rules that are true of an issue, without asking each.

Every rule is a few rows (rows.py). The field that tells them apart best, in practice the category,
divides them: a value of it leaves only some rows in question, and those are a section of their own
(section.py), made when the first issue needs it. So the cost of an issue grows with the rules that
might concern it, not with all there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Generic

from referral_engine.rules.classes import Axes, Classes
from referral_engine.rules.look_up import Asking
from referral_engine.rules.masks import ClassMasks, bits
from referral_engine.rules.rows import Axis, Row, rows_of
from referral_engine.rules.section import Entry, Section
from referral_engine.rules.terms import Terms
from referral_engine.rules.text import Needles
from referral_engine.rules.told import Told
from referral_engine.rules.tree import Repeats, RoutingRule, RoutingTable, Value
from referral_engine.rules.words import want

__all__ = ["Index"]

# Values that one after the other leave other rows in question; a county has some fifty categories.
_SECTIONS = 1 << 12
_DIVIDING = frozenset({"tree", "string", "bool"})


class _Sections(dict[Any, Section[Told]]):
    """The section for each value of the dividing field."""

    def __init__(self, make: Callable[[Any], Section[Told]]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> Section[Told]:
        if len(self) >= _SECTIONS:
            self.clear()
        section = self[value] = self._make(value)
        return section


class Index(Generic[Told]):
    """The rules of some tables, in order. The words join `needles`, which the owner then warms.

    `tell` says what follows when the rules of these numbers, which count `rules`, are true; it is
    asked for outcomes that are not remembered. Asking is thread-safe.

    ``true(values, day)``   what follows from all rules in force on that day and true of the values
    ``first(values, day)``  what follows from the first of them alone; texts are read only as far as
                            it takes
    """

    def __init__(
        self,
        tables: Iterable[RoutingTable],
        terms: Terms,
        needles: Needles,
        tell: Callable[[tuple[int, ...]], Told],
    ) -> None:
        self._axes = Axes(terms)
        self._terms = terms
        self._needles = needles
        self._entries: list[Entry] = []
        rules: list[RoutingRule] = []
        for table in tables:
            for rule in table.rules:
                for row in rows_of((table.when, rule.when), terms):
                    self._entries.append(self._entry(len(rules), rule, row))
                rules.append(rule)
        self.rules = tuple(rules)
        self._tell = tell
        self._everything = (1 << len(self._entries)) - 1
        self._whole: Section[Told] | None = None
        self._field, self._divided = self._divide()
        self._by_mask: dict[int, Section[Told]] = {}
        self._sections = _Sections(self._for)
        asking = _asking(self._field, self._sections)
        self.true, self.first = asking.true, asking.first

    def questions(self, values: Mapping[str, Value], changing: frozenset[str]) -> Iterator[Repeats]:
        """What history must answer, and perhaps a little more.

        `changing` names the fields of which the values may still be others when rules are asked.
        """
        if self._field in changing:
            if self._whole is None:
                self._whole = self._of(self._entries)
            return self._whole.questions(values, changing)
        return self._sections[values.get(self._field)].questions(values, changing)

    def _for(self, value: Any) -> Section[Told]:
        mask = self._everything
        if self._divided is not None:
            classes, masks = self._divided
            mask = masks[classes[value]]
        if mask not in self._by_mask:
            if len(self._by_mask) >= _SECTIONS:
                self._by_mask.clear()
            entries = [self._entries[number] for number in bits(mask)]
            self._by_mask[mask] = self._of(entries, self._field)
        return self._by_mask[mask]

    def _of(self, entries: Sequence[Entry], settled: str = "") -> Section[Told]:
        return Section(entries, self._axes, self._needles, self._tell, settled)

    def _divide(self) -> tuple[str, tuple[Classes, ClassMasks] | None]:
        """The field of which a value leaves the fewest rows, and the rows that each leaves."""
        found: dict[Axis, ClassMasks] = {}
        for number, entry in enumerate(self._entries):
            for axis, condition in entry.needs:
                if self._divides(axis):
                    masks = found.setdefault(axis, ClassMasks(self._everything))
                    masks.add(condition, number)
        if not found:
            return "", None
        axis, masks = min(found.items(), key=lambda pair: pair[1].expected)
        return axis.field, (self._axes.classes(axis), masks)

    def _divides(self, axis: Axis) -> bool:
        """Whether the axis is a declared field of few values; an answer of history is none."""
        field = self._terms.fields.find(axis.field)
        return axis.side == "value" and field is not None and field.type in _DIVIDING

    def _entry(self, number: int, rule: RoutingRule, row: Row) -> Entry:
        wanted = tuple(
            (axis.field, want(conditions, self._needles))
            for axis, conditions in row.parts.items()
            if axis.side == "words"
        )
        return Entry(number, rule.effective, row, tuple(self._axes.needs(row)), wanted)


def _asking(field: str, sections: Mapping[Any, Section[Told]]) -> Asking[Told]:
    """Closures: a small rule set costs hardly more than the calls that it takes."""

    def true(values: Mapping[str, Value], day: date) -> Told:
        return sections[values.get(field)].true(values, day)

    def first(values: Mapping[str, Value], day: date) -> Told:
        return sections[values.get(field)].first(values, day)

    return Asking(true, first)
