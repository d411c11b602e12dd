"""The looks of a section written out as one function: a loop would cost half as much again.

The source holds no word of the rules but names of fields, as literals; everything else it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Generic, NamedTuple

from referral_engine.rules.classes import Classes, Moments
from referral_engine.rules.masks import ClassMasks, DayMasks, ValueMasks
from referral_engine.rules.told import Told
from referral_engine.rules.tree import Value
from referral_engine.rules.words import WordMasks

__all__ = ["Asking", "Looks", "written_out"]


class Looks(NamedTuple):
    """What is looked up, by field, and the days on which the rows are in force.

    ``asked`` are the rows of which a question is left, and what asks it of a mask and the values.
    ``few`` rows leave most looks without a row that wants them.
    """

    few: bool
    days: DayMasks
    trees: Sequence[tuple[str, Classes, ClassMasks]]
    values: Sequence[tuple[str, ValueMasks]]
    words: Sequence[WordMasks]
    moments: Sequence[tuple[str, Moments, ClassMasks]]
    asked: tuple[int, Callable[[int, Mapping[str, Value]], int]]


class Asking(NamedTuple, Generic[Told]):
    """What follows from all rules that are in force on a day and true of values, and what from the
    first of them alone."""

    true: Callable[[Mapping[str, Value], date], Told]
    first: Callable[[Mapping[str, Value], date], Told]


def written_out(looks: Looks, told: Mapping[int, Told]) -> Asking[Told]:
    """`told[mask]` is what follows from the rows of a mask."""
    given: dict[str, Any] = {"told": told, "ask": looks.asked[1], "asked": looks.asked[0]}
    begin = [" get = values.get", *_values(looks, given)]
    rest = [*_words(looks, given), *_moments(looks, given)]
    if looks.asked[0]:
        rest.append(" if mask & asked: mask = ask(mask, values)")
    given["late"] = _late(looks)
    # The rows after the first that is sure to be true do not matter: texts are not read for them.
    cut = [" sure = mask & ~late", " if sure: mask &= sure ^ sure - 1"]
    source = [
        "def true(values, day):", *begin, *rest, " return told[mask]",
        "def first(values, day):", *begin, *cut, *rest, " return told[mask & -mask]",
    ]  # fmt: skip
    exec("\n".join(source), given)
    return Asking(given["true"], given["first"])


def _late(looks: Looks) -> int:
    """The rows that are not settled by values alone."""
    late = looks.asked[0]
    for words in looks.words:
        late |= words.rows
    for _field, _moments, masks in looks.moments:
        late |= masks.rows
    return late


def _values(looks: Looks, given: dict[str, Any]) -> Iterator[str]:
    always = looks.days.always
    given["days"] = looks.days.of if always is None else always
    days = "days(day)" if always is None else "days"
    found = [*_by_value(looks, given), *_by_class(looks, given)]
    if not looks.few:
        yield f" mask = {' & '.join([days, *(look for look, _rows in found)])}"
        return
    yield f" mask = {days}"
    for number, (look, rows) in enumerate(found):
        given[f"wanting{number}"] = rows
        yield f" if mask & wanting{number}: mask &= {look}"


def _by_value(looks: Looks, given: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for number, (field, by_value) in enumerate(looks.values):
        given[f"values{number}"] = by_value
        yield f"values{number}[get({field!r})]", by_value.rows


def _by_class(looks: Looks, given: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for number, (field, classes, masks) in enumerate(looks.trees):
        given |= {f"tree{number}": masks, f"classes{number}": classes}
        yield f"tree{number}[classes{number}[get({field!r})]]", masks.rows


def _words(looks: Looks, given: dict[str, Any]) -> Iterator[str]:
    for number, words in enumerate(looks.words):
        given |= {f"narrow{number}": words.narrow, f"reading{number}": words.rows}
        narrowed = f"narrow{number}(mask, get({words.field!r}))"
        yield f" if mask & reading{number}: mask = {narrowed}"


def _moments(looks: Looks, given: dict[str, Any]) -> Iterator[str]:
    """These cost more than other looks; after the texts hardly a row is left to want them."""
    for number, (field, moments, masks) in enumerate(looks.moments):
        given |= {f"moments{number}": masks, f"of{number}": moments.of, f"rows{number}": masks.rows}
        look = f"moments{number}[of{number}(get({field!r}))]"
        yield f" if mask & rows{number}: mask &= {look}"
