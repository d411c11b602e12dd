"""A section of an index: the rows that one value leaves in question, with masks over them alone.

Every row is a bit. Each axis takes from the standing rows those that its value makes false
(masks.py), the most selective axis first; texts come next (words.py), and what no axis could settle
is asked last, of the few rows still standing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Generic, TypeVar

import msgspec

from referral_engine.rules.classes import Axes, Classes, Moments
from referral_engine.rules.closure import Check
from referral_engine.rules.masks import ClassMasks, DayMasks, bits
from referral_engine.rules.rows import Axis, Row
from referral_engine.rules.text import Needles
from referral_engine.rules.tree import All, Any, Condition, Effective, Not, Repeats, Value
from referral_engine.rules.words import Wanted, WordMasks

__all__ = ["Entry", "Section", "Told"]

_REMEMBERED = 1 << 12

Told = TypeVar("Told")


class Entry(msgspec.Struct, frozen=True):
    """A row as it stands in an index: of which rule (by number), when in force, what it asks.

    ``needs`` is for each axis the number, among its classes, of the condition the row needs;
    ``wanted`` what it wants of texts, by field.
    """

    rule: int
    effective: Effective
    row: Row
    needs: tuple[tuple[Axis, int], ...]
    wanted: tuple[tuple[str, Wanted], ...]


class Section(Generic[Told]):
    """Some rows of an index. `tell` says what follows when the rules of these numbers are true.

    Asking is thread-safe: what is remembered is only ever added or dropped whole.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        axes: Axes,
        needles: Needles,
        tell: Callable[[tuple[int, ...]], Told],
        settled: str = "",
    ) -> None:
        """`settled` is a field of which every value met here makes all conditions on it true."""
        self._tell = tell
        self._rule_of = [entry.rule for entry in entries]
        self._everything = (1 << len(entries)) - 1
        self._days = DayMasks(entry.effective for entry in entries)
        self._values: list[tuple[str, Classes, ClassMasks]] = []
        self._moments: list[tuple[str, Moments, ClassMasks]] = []
        self._lay_out(entries, axes, settled)
        self._words = _words(entries, needles)
        self._asked: dict[int, Check] = {
            1 << number: axes.closures.of(All(entry.row.rest, entry.row.rest[0].place))
            for number, entry in enumerate(entries)
            if entry.row.rest
        }
        self._asking = sum(self._asked)
        # A row may read two texts: its bit is joined, not added.
        self._late = reduce(or_, (words.rows for words in self._words), self._asking)
        self._history = _history(entries)
        self._told: dict[int, Told] = {}

    def true(self, values: Mapping[str, Value], day: date) -> Told:
        """What follows from all rules that are in force on `day` and true of these values."""
        mask = self._stand(values, day)
        if mask & self._late:
            mask = self._settle(mask, values)
        return self._follows(mask)

    def first(self, values: Mapping[str, Value], day: date) -> Told:
        """What follows from the first of them alone; texts are read only as far as it takes."""
        mask = self._stand(values, day)
        late = self._late
        while mask:
            row = mask & -mask
            if not row & late or self._holds(row, values):
                return self._follows(row)
            mask ^= row
        return self._follows(0)

    def questions(self, values: Mapping[str, Value], unsure: frozenset[str]) -> Iterator[Repeats]:
        """What history must answer, and perhaps a little more; `unsure` fields are not asked."""
        if not self._history:
            return
        mask = self._everything
        unsure |= {question.key for question, _ in self._history}
        for field, classes, masks in self._values:
            if field not in unsure:
                mask &= masks[classes[values.get(field)]]
        for field, moments, masks in self._moments:
            if field not in unsure:
                mask &= masks[moments.of(values.get(field))]
        for words in self._words:
            if words.field not in unsure:
                mask = words.narrow(mask, values.get(words.field))
        yield from (question for question, rows in self._history if mask & rows)

    def _stand(self, values: Mapping[str, Value], day: date) -> int:
        """The rows left standing by everything that is looked up."""
        mask = self._days.always
        if mask is None:
            mask = self._days.of(day)
        get = values.get
        for field, classes, masks in self._values:
            mask &= masks[classes[get(field)]]
            if not mask:
                return 0
        for field, moments, masks in self._moments:
            if mask & masks.rows:
                mask &= masks[moments.of(get(field))]
        return mask

    def _settle(self, mask: int, values: Mapping[str, Value]) -> int:
        """Of the standing rows those that texts and questions leave too."""
        for words in self._words:
            mask = words.narrow(mask, values.get(words.field))
        asking = mask & self._asking
        while asking:
            row = asking & -asking
            asking ^= row
            if not self._asked[row](values):
                mask ^= row
        return mask

    def _holds(self, row: int, values: Mapping[str, Value]) -> bool:
        """Whether texts and questions leave this one standing row."""
        for words in self._words:
            if not words.holds(row, values.get(words.field)):
                return False
        return row not in self._asked or self._asked[row](values)

    def _follows(self, mask: int) -> Told:
        """Equal rows are met again and again."""
        try:
            return self._told[mask]
        except KeyError:
            if len(self._told) >= _REMEMBERED:
                self._told.clear()
            rules = tuple(dict.fromkeys(self._rule_of[row] for row in bits(mask)))
            told = self._told[mask] = self._tell(rules)
            return told

    def _lay_out(self, entries: Sequence[Entry], axes: Axes, settled: str) -> None:
        found: dict[Axis, ClassMasks] = {}
        for number, entry in enumerate(entries):
            for axis, condition in entry.needs:
                if axis.field != settled:
                    masks = found.setdefault(axis, ClassMasks(self._everything))
                    masks.add(condition, number)
        for axis, masks in sorted(found.items(), key=lambda pair: pair[1].expected):
            if axis.side == "value":
                self._values.append((axis.field, axes.classes(axis), masks))
            else:
                self._moments.append((axis.field, axes.moments(axis), masks))


def _words(entries: Sequence[Entry], needles: Needles) -> list[WordMasks]:
    found: dict[str, WordMasks] = {}
    for number, entry in enumerate(entries):
        for field, wanted in entry.wanted:
            if field not in found:
                found[field] = WordMasks(field, needles)
            found[field].add(wanted, number)
    return list(found.values())


def _history(entries: Sequence[Entry]) -> list[tuple[Repeats, int]]:
    """Each question once, with the largest number asked for, and the rows that ask it."""
    found: dict[str, tuple[Repeats, int]] = {}
    for number, entry in enumerate(entries):
        row = entry.row
        parts = [condition for conditions in row.parts.values() for condition in conditions]
        for question in _repeats((*parts, *row.rest)):
            known, rows_asking = found.get(question.key, (question, 0))
            most = max(known, question, key=lambda repeats: repeats.at_least)
            found[question.key] = (most, rows_asking | 1 << number)
    return list(found.values())


def _repeats(conditions: Iterable[Condition]) -> Iterator[Repeats]:
    for condition in conditions:
        match condition:
            case Repeats():
                yield condition
            case All(parts=parts) | Any(parts=parts):
                yield from _repeats(parts)
            case Not(part=part):
                yield from _repeats((part,))
