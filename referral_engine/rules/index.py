"""Many routing rules behind one index: the rules that are true of an issue, without asking each.

Every rule is a few rows (rows.py), every row a bit. Each axis takes from the standing rows those
that its value makes false (masks.py), texts come next (words.py), and what no axis could settle is
asked last, of the few rows still standing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import reduce
from operator import or_

from referral_engine.rules.closure import Check, close
from referral_engine.rules.masks import DayMasks, KeyedMasks, Standing, ValueMasks, bits
from referral_engine.rules.rows import Axis, Row, rows_of
from referral_engine.rules.terms import Terms
from referral_engine.rules.text import Needles
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    Not,
    Repeats,
    RoutingRule,
    RoutingTable,
    Value,
)
from referral_engine.rules.words import WordMasks

__all__ = ["Index"]


class Index:
    """The rules of some tables, in order. The words join `needles`, which the owner then warms.

    Asking is thread-safe: what is remembered is only ever added or dropped whole.
    """

    def __init__(self, tables: Iterable[RoutingTable], terms: Terms, needles: Needles) -> None:
        self.rules: list[RoutingRule] = []
        self._rule_of: list[int] = []
        rows: list[Row] = []
        for table in tables:
            for rule in table.rules:
                found = rows_of((table.when, rule.when), terms)
                self._rule_of.extend([len(self.rules)] * len(found))
                self.rules.append(rule)
                rows.extend(found)
        self._days = DayMasks(self.rules[number].effective for number in self._rule_of)
        self._values: list[tuple[str, ValueMasks]] = []
        self._keyed: list[KeyedMasks] = []
        self._words: dict[str, WordMasks] = {}
        self._lay_out(rows, terms, needles)
        self._asked: dict[int, Check] = {
            number: close(All(row.rest, row.rest[0].place), terms)
            for number, row in enumerate(rows)
            if row.rest
        }
        self._asking = sum(1 << number for number in self._asked)
        # A row may read two texts: its bit is joined, not added.
        self._late = reduce(or_, (words.rows for words in self._words.values()), self._asking)
        self._history = _history(rows)

    def true(self, values: Mapping[str, Value], day: date) -> int:
        """The rows, as bits, that are in force on `day` and true of these values."""
        return self._settle(self._stand(values, day), values)

    def rules_of(self, mask: int) -> tuple[RoutingRule, ...]:
        """The rules that have one of these rows, in order."""
        numbers = dict.fromkeys(self._rule_of[row] for row in bits(mask))
        return tuple(self.rules[number] for number in numbers)

    def first(self, values: Mapping[str, Value], day: date) -> RoutingRule | None:
        """The first rule that is true, or None; texts are read only if it may depend on them."""
        mask = self._stand(values, day)
        if mask & -mask & self._late:
            mask = self._settle(mask, values)
        return self.rules[self._rule_of[next(bits(mask))]] if mask else None

    def questions(self, values: Mapping[str, Value], changing: frozenset[str]) -> Iterator[Repeats]:
        """What history must answer, and perhaps a little more.

        `changing` names the fields of which the values may still be others when rules are asked.
        """
        if not self._history:
            return
        unsure = changing | {question.key for question, _ in self._history}
        mask = (1 << len(self._rule_of)) - 1
        for field, masks in self._values:
            if field not in unsure:
                mask &= masks[values.get(field)]
        for keyed in self._keyed:
            if keyed.field not in unsure:
                mask &= keyed.of(values.get(keyed.field))
        for words in self._words.values():
            if words.field not in unsure:
                mask = words.narrow(mask, values.get(words.field))
        yield from (question for question, rows in self._history if mask & rows)

    def _stand(self, values: Mapping[str, Value], day: date) -> int:
        """The rows left standing by everything that is looked up."""
        always = self._days.always
        mask = self._days.of(day) if always is None else always
        get = values.get
        for field, masks in self._values:
            mask &= masks[get(field)]
        for keyed in self._keyed:
            if mask & keyed.rows:
                mask &= keyed.of(get(keyed.field))
        return mask

    def _settle(self, mask: int, values: Mapping[str, Value]) -> int:
        """Of the standing rows those that texts and questions leave too."""
        if not mask & self._late:
            return mask
        for words in self._words.values():
            mask = words.narrow(mask, values.get(words.field))
        for row in bits(mask & self._asking):
            if not self._asked[row](values):
                mask ^= 1 << row
        return mask

    def _lay_out(self, rows: list[Row], terms: Terms, needles: Needles) -> None:
        everything = (1 << len(rows)) - 1
        standings: dict[Axis, Standing] = {}
        for number, row in enumerate(rows):
            for axis, conditions in row.parts.items():
                if axis.side == "words":
                    words = self._words.setdefault(axis.field, WordMasks(axis.field, needles))
                    words.add(conditions, number)
                    continue
                standing = standings.setdefault(axis, Standing(axis, everything))
                for condition in conditions:
                    standing.add(condition, number)
        for axis, standing in standings.items():
            if axis.side == "value":
                self._values.append((axis.field, ValueMasks(standing.judge(terms))))
            else:
                self._keyed.append(KeyedMasks(standing, terms))


def _history(rows: list[Row]) -> list[tuple[Repeats, int]]:
    """Each question once, with the largest number asked for, and the rows that ask it."""
    found: dict[str, tuple[Repeats, int]] = {}
    for number, row in enumerate(rows):
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
