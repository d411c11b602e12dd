"""Many routing rules behind one index: the rules that are true of an issue, without asking each.

Every rule is a few rows (rows.py). The field that tells them apart best, in practice the category,
divides them: a value of it leaves only some rows in question, and those are a section of their own
(section.py), made when the first issue needs it. So the cost of an issue grows with the rules that
might concern it, not with all there are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Generic

from referral_engine.rules.classes import Axes, Classes
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


class Index(Generic[Told]):
    """The rules of some tables, in order. The words join `needles`, which the owner then warms.

    `tell` says what follows from true rules; it is asked once for each outcome that is met, and
    what it raises is raised. Asking is thread-safe.
    """

    def __init__(
        self,
        tables: Iterable[RoutingTable],
        terms: Terms,
        needles: Needles,
        tell: Callable[[tuple[RoutingRule, ...]], Told],
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
        self._tell = lambda numbers: tell(tuple(rules[number] for number in numbers))
        self._whole: Section[Told] | None = None
        self._field, self._divided = self._divide()
        self._by_mask: dict[int, Section[Told]] = {}
        self._by_value: dict[Hashable, Section[Told]] = {}

    def true(self, values: Mapping[str, Value], day: date) -> Told:
        """What follows from all rules that are in force on `day` and true of these values."""
        value = values.get(self._field)
        try:
            section = self._by_value[value]
        except KeyError:
            section = self._section(value)
        return section.true(values, day)

    def first(self, values: Mapping[str, Value], day: date) -> Told:
        """What follows from the first of them alone."""
        value = values.get(self._field)
        try:
            section = self._by_value[value]
        except KeyError:
            section = self._section(value)
        return section.first(values, day)

    def questions(self, values: Mapping[str, Value], changing: frozenset[str]) -> Iterator[Repeats]:
        """What history must answer, and perhaps a little more.

        `changing` names the fields of which the values may still be others when rules are asked.
        """
        if self._field in changing:
            if self._whole is None:
                self._whole = self._of(self._entries)
            return self._whole.questions(values, changing)
        return self._section(values.get(self._field)).questions(values, changing)

    def _section(self, value: Any) -> Section[Told]:
        section = self._by_value.get(value)
        if section is None:
            mask = (1 << len(self._entries)) - 1
            if self._divided is not None:
                classes, masks = self._divided
                mask = masks[classes[value]]
            section = self._by_mask.get(mask)
            if section is None:
                section = self._of([self._entries[number] for number in bits(mask)], self._field)
            if max(len(self._by_mask), len(self._by_value)) >= _SECTIONS:
                self._by_mask.clear()
                self._by_value.clear()
            self._by_mask[mask] = self._by_value[value] = section
        return section

    def _of(self, entries: Sequence[Entry], settled: str = "") -> Section[Told]:
        return Section(entries, self._axes, self._needles, self._tell, settled)

    def _divide(self) -> tuple[str, tuple[Classes, ClassMasks] | None]:
        """The field of which a value leaves the fewest rows, and the rows that each leaves."""
        found: dict[Axis, ClassMasks] = {}
        for number, entry in enumerate(self._entries):
            for axis, condition in entry.needs:
                if self._divides(axis):
                    masks = found.setdefault(axis, ClassMasks((1 << len(self._entries)) - 1))
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
