"""What a clause compares with, a little larger or smaller, or with one word less."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from referral_engine.model.span import Span
from referral_engine.rules.mutate.pattern import without_one
from referral_engine.rules.trace import written
from referral_engine.rules.tree import HoursWindow, Leaf, Season, Value

__all__ = ["neighbours", "spans"]

_DAY = 24 * 60
_LEAP = 2024  # a year that has every day


def neighbours(leaf: Leaf) -> Iterator[tuple[str, str, Value]]:
    """What is changed, what it becomes, and the value with that change.

    The words of a ``$list`` are left: they are changed once, for all who name the list.
    """
    if leaf.source_value.startswith("$"):
        return
    for was, value in _near(leaf.operator, leaf.value):
        yield was or written(leaf.value), "" if was else written(value), value


def spans(span: Span) -> Iterator[Span]:
    """One unit more, and one less where that still is a length of time."""
    yield Span(span.amount + 1, span.unit)
    if span.amount > 1:
        yield Span(span.amount - 1, span.unit)


def _near(operator: str, value: Value) -> Iterator[tuple[str, Value]]:
    """Pairs of what is left out (empty where it is changed) and the value."""
    match value:
        case bool():
            yield "", not value
        case int() | float():
            yield "", value + 1
            yield "", value - 1
        case Span():
            yield from (("", each) for each in spans(value))
        case HoursWindow():
            yield from (("", each) for each in _windows(value))
        case Season():
            yield from (("", each) for each in _seasons(value))
        case date():
            yield "", value + timedelta(days=1)
            yield "", value - timedelta(days=1)
        case tuple():
            yield from _several(operator, value)
        case str() if operator == "matches":
            yield from without_one(value)


def _several(
    operator: str, value: tuple[str, ...] | tuple[float, ...]
) -> Iterator[tuple[str, Value]]:
    if operator == "between":
        low, high = (float(bound) for bound in value)
        for near in (-1, 1):
            yield "", (low + near, high)
            yield "", (low, high + near)
    elif len(value) > 1:
        words: tuple[str, ...] = tuple(map(str, value))
        for number, word in enumerate(words):
            yield word, words[:number] + words[number + 1 :]


def _windows(window: HoursWindow) -> Iterator[HoursWindow]:
    for minutes in (-1, 1):
        yield HoursWindow((window.start + minutes) % _DAY, window.end)
        yield HoursWindow(window.start, (window.end + minutes) % _DAY)


def _seasons(season: Season) -> Iterator[Season]:
    for days in (-1, 1):
        yield Season(_moved(season.start, days), season.end)
        yield Season(season.start, _moved(season.end, days))


def _moved(day: tuple[int, int], days: int) -> tuple[int, int]:
    moved = date(_LEAP, *day) + timedelta(days=days)
    return moved.month, moved.day
