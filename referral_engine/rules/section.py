"""A section of an index: the rows that one value leaves in question, with masks over them alone.

Every row is a bit. Each axis takes from the standing rows those that its value makes false
(masks.py), the most selective axis first; texts come next (words.py), and what no axis could settle
is asked last, of the few rows still standing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic

import msgspec

from referral_engine.rules.checks import Checks
from referral_engine.rules.classes import Axes, Classes, Moments
from referral_engine.rules.look_up import Late, Looks, written_out
from referral_engine.rules.masks import ClassMasks, DayMasks, ValueMasks
from referral_engine.rules.rows import Axis, Row
from referral_engine.rules.text import Needles
from referral_engine.rules.told import Memory, Told
from referral_engine.rules.tree import All, Any, Condition, Effective, Not, Repeats, Value
from referral_engine.rules.words import Wanted, WordMasks

__all__ = ["Entry", "Section"]


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

    ``true(values, day)``   what follows from all rules in force on that day and true of the values
    ``first(values, day)``  what follows from the first of them alone

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
        # By the bit length of a row's mask, which is one more than its number.
        self._rule_of = [-1, *(entry.rule for entry in entries)]
        self._bit_of = [0, *(1 << row for row in range(len(entries)))]
        self._single = len(set(self._rule_of)) == len(self._rule_of)
        self._everything = (1 << len(entries)) - 1
        self._trees: list[tuple[str, Classes, ClassMasks]] = []
        self._values: list[tuple[str, ValueMasks]] = []
        self._moments: list[tuple[str, Moments, ClassMasks]] = []
        self._lay_out(entries, axes, settled)
        self._words = _words(entries, needles)
        self._history = _history(entries)
        days = DayMasks(entry.effective for entry in entries)
        late = Late(self._words, self._moments, _checks(entries, axes))
        looks = Looks(days, self._trees, self._values, late)
        asking = written_out(looks, Memory(self._follows))
        self.true = asking.true
        self.first = asking.first

    def questions(self, values: Mapping[str, Value], unsure: frozenset[str]) -> Iterator[Repeats]:
        """What history must answer, and perhaps a little more; `unsure` fields are not asked."""
        if not self._history:
            return
        mask = self._everything
        unsure |= {question.key for question, _ in self._history}
        for field, classes, masks in self._trees:
            if field not in unsure:
                mask &= masks[classes[values.get(field)]]
        for field, by_value in self._values:
            if field not in unsure:
                mask &= by_value[values.get(field)]
        for field, moments, masks in self._moments:
            if field not in unsure:
                mask &= masks[moments.of(values.get(field))]
        for words in self._words:
            if words.field not in unsure:
                mask = words.narrowing()(mask, values.get(words.field))
        yield from (question for question, rows in self._history if mask & rows)

    def _follows(self, mask: int) -> Told:
        """From the highest row down: a mask that shrinks costs less than one that does not."""
        rule_of, bit_of = self._rule_of, self._bit_of
        rules = []
        while mask:
            row = mask.bit_length()
            mask ^= bit_of[row]
            rules.append(rule_of[row])
        rules.reverse()
        return self._tell(tuple(rules if self._single else dict.fromkeys(rules)))

    def _lay_out(self, entries: Sequence[Entry], axes: Axes, settled: str) -> None:
        found: dict[Axis, ClassMasks] = {}
        for number, entry in enumerate(entries):
            for axis, condition in entry.needs:
                if axis.field != settled:
                    masks = found.setdefault(axis, ClassMasks(self._everything))
                    masks.add(condition, number)
        for axis, masks in sorted(found.items(), key=lambda pair: pair[1].expected):
            if axis.side == "value":
                classes = axes.classes(axis)
                if axes.many(axis):
                    self._trees.append((axis.field, classes, masks))
                else:
                    self._values.append((axis.field, ValueMasks(classes, masks)))
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


def _checks(entries: Sequence[Entry], axes: Axes) -> Checks:
    return Checks(
        {
            number: axes.closures.of(All(entry.row.rest, entry.row.rest[0].place))
            for number, entry in enumerate(entries)
            if entry.row.rest
        }
    )


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
