"""Values that stand for all: of every field enough to tell any two of its conditions apart.

Between the bounds that conditions name, all numbers are judged alike; so are all codes that lie
under the same named ones. Which conditions are true of a value, only the conditions say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from referral_engine.model.span import Span
from referral_engine.rules.fields import Field
from referral_engine.rules.tree import HoursWindow, Leaf, Repeats, Value
from referral_engine.rules.world import World

__all__ = [
    "ELSE",
    "answers",
    "days_of_year",
    "integers",
    "minutes",
    "moments",
    "numbers",
    "operands",
    "spans",
    "words",
]

ELSE = "\0"
"""A word that no condition names."""

_MOMENT = timedelta(microseconds=1)
_ORDINARY = date(2025, 1, 15)
_LEAP = date(2024, 1, 1)


def operands(leaves: Iterable[Leaf]) -> Iterator[Any]:
    """Every value that the leaves name."""
    for leaf in leaves:
        if leaf.operator not in ("exists", "at_level", "day"):
            yield from leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)


def words(field: Field | None, leaves: Iterable[Leaf]) -> Iterator[Value]:
    """The words of a closed vocabulary; else those that are named, and one that is not."""
    if field is not None and field.values:
        yield from (int(word) if field.type == "int" else word for word in field.values)
    elif field is not None and field.type == "bool":
        yield from (True, False)
    else:
        yield from sorted({str(value) for value in operands(leaves)})
        yield ELSE


def numbers(leaves: Iterable[Leaf]) -> Iterator[float]:
    """The bounds, and a number between any two of them."""
    bounds = sorted(set(operands(leaves)))
    if not bounds:
        yield 0
        return
    yield bounds[0] - 1
    for low, high in pairwise(bounds):
        yield from (low, (low + high) / 2)
    yield from (bounds[-1], bounds[-1] + 1)


def integers(leaves: Iterable[Leaf]) -> Iterator[int]:
    """The bounds and their neighbours."""
    bounds = {int(bound) for bound in operands(leaves)} or {0}
    yield from sorted({bound + step for bound in bounds for step in (-1, 0, 1)})


def spans(leaves: Iterable[Leaf]) -> Iterator[Span]:
    """The bounds and their neighbours in each kind of time, which have no order between them."""
    found = {Span(1, "m"), Span(1, "wh"), Span(1, "wd")}
    for named in operands(leaves):
        passing = None if named.working else named.elapsed()
        bound = named if passing is None else Span(int(passing.total_seconds() // 60), "m")
        shortest = bound.unit == "wd"
        near = range(max(shortest, bound.amount - 1), bound.amount + 2)
        found |= {Span(amount, bound.unit) for amount in near}
    yield from sorted(found, key=lambda span: (span.unit, span.amount))


def moments(leaves: Iterable[Leaf], world: World) -> Iterator[datetime]:
    """The named moments, those next to them, and the first and last of each named day."""
    zone = world.calendar.zone
    found = {datetime.combine(_ORDINARY, time(12), zone)}
    for bound in operands(leaves):
        if isinstance(bound, datetime):
            marks = [bound]
        else:
            begin = datetime.combine(bound, time(), zone)
            marks = [begin, datetime.combine(bound + timedelta(days=1), time(), zone)]
        found.update(mark + step for mark in marks for step in (-_MOMENT, timedelta(), _MOMENT))
    yield from sorted(found)


def minutes(leaves: Iterable[Leaf], world: World) -> Iterator[datetime]:
    """A moment for every stretch of the day between the named times."""
    zone = world.calendar.zone
    midnight = datetime.combine(_ORDINARY, time(), zone)
    marks = {0}
    for window in operands(leaves):
        assert isinstance(window, HoursWindow)
        marks |= {window.start % 1440, window.end % 1440}
    yield from (midnight + timedelta(minutes=minute) for minute in sorted(marks))


def days_of_year(world: World) -> Iterator[datetime]:
    """Noon of every day of a leap year."""
    noon = datetime.combine(_LEAP, time(12), world.calendar.zone)
    yield from (noon + timedelta(days=number) for number in range(366))


def answers(questions: Iterable[Repeats]) -> Iterator[int]:
    """How often history says it happened: the numbers asked for and those below them."""
    marks = {question.at_least for question in questions}
    yield from sorted({0} | marks | {mark - 1 for mark in marks})
