"""The looks of some rows written out as source: first by value, texts and moments after that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Generic, NamedTuple

from referral_engine.rules.checks import Checks
from referral_engine.rules.classes import Classes, Moments
from referral_engine.rules.masks import ClassMasks, DayMasks, ValueMasks
from referral_engine.rules.script import Script
from referral_engine.rules.told import Told
from referral_engine.rules.tree import Value
from referral_engine.rules.words import WordMasks

__all__ = ["Asking", "Late", "Looks", "settled_late", "written_out"]


class Late(NamedTuple):
    """What is asked after the values: texts and moments, by field, and what is left to ask."""

    words: Sequence[WordMasks]
    moments: Sequence[tuple[str, Moments, ClassMasks]]
    checks: Checks

    @property
    def rows(self) -> int:
        """The rows that are not settled by values alone."""
        rows = self.checks.rows
        for words in self.words:
            rows |= words.rows
        for _field, _moments, masks in self.moments:
            rows |= masks.rows
        return rows


class Looks(NamedTuple):
    """What is looked up, by field, and the days on which the rows are in force."""

    days: DayMasks
    trees: Sequence[tuple[str, Classes, ClassMasks]]
    values: Sequence[tuple[str, ValueMasks]]
    late: Late


class Asking(NamedTuple, Generic[Told]):
    """What follows from all rules that are in force on a day and true of values, and what from the
    first of them alone."""

    true: Callable[[Mapping[str, Value], date], Told]
    first: Callable[[Mapping[str, Value], date], Told]


def written_out(looks: Looks, told: Mapping[int, Told]) -> Asking[Told]:
    """`told[mask]` is what follows from the rows of a mask."""
    script = Script()
    begin = [" get = values.get", f" mask = {' & '.join(_values(looks, script))}"]
    rest = [*settled_late(looks.late, script)]
    # The rows after the first that is sure to be true do not matter: texts are not read for them.
    sure = f" sure = mask & {script.name(~looks.late.rows)}"
    cut = [sure, " if sure: mask &= sure ^ sure - 1"]
    answers = script.name(told)
    defined = script.run([
        "def true(values, day):", *begin, *rest, f" return {answers}[mask]",
        "def first(values, day):", *begin, *cut, *rest, f" return {answers}[mask & -mask]",
    ])  # fmt: skip
    return Asking(defined["true"], defined["first"])


def _values(looks: Looks, script: Script) -> Iterator[str]:
    always = looks.days.always
    yield f"{script.name(looks.days.of)}(day)" if always is None else script.name(always)
    for field, classes, masks in looks.trees:
        yield f"{script.name(masks)}[{script.name(classes)}[get({field!r})]]"
    for field, by_value in looks.values:
        yield f"{script.name(by_value)}[get({field!r})]"


def settled_late(late: Late, script: Script) -> Iterator[str]:
    """Lines that take from `mask` the rows that texts, moments and questions make false.

    Moments cost more than other looks; after the texts hardly a row is left to want them.
    """
    for words in late.words:
        narrowed = f"{script.name(words.narrowing())}(mask, get({words.field!r}))"
        yield f" if mask & {script.name(words.rows)}: mask = {narrowed}"
    for field, moments, masks in late.moments:
        look = f"{script.name(masks)}[{script.name(moments.of)}(get({field!r}))]"
        yield f" if mask & {script.name(masks.rows)}: mask &= {look}"
    if late.checks.rows:
        narrowed = f"{script.name(late.checks.narrow)}(mask, values)"
        yield f" if mask & {script.name(late.checks.rows)}: mask = {narrowed}"
