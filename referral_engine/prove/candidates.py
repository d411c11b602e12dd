"""Which values a field can have: those an issue may bring, and bounds around what rules name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import msgspec

from referral_engine.model.span import Span
from referral_engine.rules import vocabulary
from referral_engine.rules.fields import Field
from referral_engine.rules.tree import Effective, HoursWindow, Leaf, Season, Value

__all__ = ["County", "candidates", "moments"]

_DAY = timedelta(days=1)
_BEFORE, _AFTER = 366, 731
"""Days before the first and after the last date that the rules name in which an issue may come."""
_MOST_PEOPLE = 1_000_000


class County(msgspec.Struct, frozen=True):
    """What an issue may name: codes, channels, units, and the zone in which it comes in.

    ``today`` is where receipts are looked for when no rule names a date.
    """

    categories: tuple[str, ...]
    territories: tuple[str, ...]
    units: tuple[str, ...]
    zone: tzinfo
    today: date
    channels: tuple[str, ...] = tuple(vocabulary.CHANNELS)


def candidates(field: Field, found: Iterable[Leaf], county: County) -> Iterator[Value | None]:
    """Values of a field with which an issue may come in, enough of them to tell the leaves apart.

    None stands for missing, which every field may be that an issue does not always have.
    """
    if field.may_be_missing or "." in field.name:
        yield None
    if field.name in ("path", "whistle"):
        return  # nobody brings them: prepare rules and the decision itself make them
    if field.name == "sealed":
        yield False
        return
    named = list(_constants(found))
    for value in _declared(field, county) or _around(field, named):
        if _admitted(field, value):
            yield value


def _declared(field: Field, county: County) -> Iterable[Value]:
    """A closed list of values; empty where the field has none."""
    if field.values:
        return [int(word) for word in field.values] if field.type == "int" else field.values
    closed: Mapping[str, Iterable[Value]] = {
        "category": county.categories,
        "territory": county.territories,
        "channel": county.channels,
    }
    return (False, True) if field.type == "bool" else closed.get(field.names, ())


def _around(field: Field, named: list[Any]) -> Iterator[Value]:
    yield from _AROUND[field.type](named)


def _admitted(field: Field, value: Value) -> bool:
    if field.name == "people":
        return isinstance(value, int) and 1 <= value <= _MOST_PEOPLE
    # An empty column of a file is a missing one.
    return value != "" or "." not in field.name


def _constants(found: Iterable[Leaf]) -> Iterator[Any]:
    for leaf in found:
        if leaf.operator == "exists":
            continue
        yield from leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)


def _words(named: list[Any]) -> Iterator[Value]:
    yield from named
    other = "其他"
    while other in named:
        other += "一"
    yield other


def _whole(named: list[Any]) -> Iterator[Value]:
    yield 1
    for number in sorted(set(named)):
        yield from (number - 1, number, number + 1)


def _numbers(named: list[Any]) -> Iterator[Value]:
    known = sorted(set(map(float, named))) or [0.0]
    yield known[0] - max(1.0, abs(known[0]))
    beyond = known[-1] + max(2.0, abs(known[-1]))
    for low, high in zip(known, [*known[1:], beyond], strict=True):
        yield from (low, low + (high - low) / 2)


def _lengths(named: list[Any]) -> Iterator[Value]:
    """Around each length in its own unit; elapsed ones in minutes, for they are compared so."""
    yield from (Span(1, "m"), Span(1, "wh"), Span(1, "wd"))
    for span in named:
        known = span
        if not span.working:
            known = Span(int(span.elapsed().total_seconds() // 60), "m")
        for amount in (known.amount - 1, known.amount, known.amount + 1):
            if amount > 0:
                yield Span(amount, known.unit)


def _any_moment(named: list[Any]) -> Iterator[Value]:
    yield from moments(named, (), UTC, date(2026, 1, 1))


_AROUND: dict[str, Callable[[list[Any]], Iterator[Value]]] = {
    "string": _words,
    "tree": _words,
    "int": _whole,
    "number": _numbers,
    "duration": _lengths,
    "time": _any_moment,
}


def moments(
    named: Iterable[Any], windows: Iterable[Effective], zone: tzinfo, today: date
) -> Iterator[datetime]:
    """Moments, one a class and more, that dates, hours, seasons and kinds of day tell apart.

    Days run from a year before the first date named to two years after the last, `today` being
    one of them; each with the times of day that any window of hours begins or ends at.
    """
    values = list(named)
    bounds = [edge for window in windows for edge in (window.since, window.until) if edge]
    exact = [value for value in values if isinstance(value, datetime)]
    dates = [value for value in values if isinstance(value, date) and value not in exact]
    days = {*bounds, *dates, *(value.astimezone(zone).date() for value in exact)}
    for moment in exact:
        yield from (moment - timedelta(seconds=1), moment, moment + timedelta(seconds=1))
    times = sorted({600, *_minutes(values)})
    for day in _days(values, days, today):
        for minute in times:
            yield datetime.combine(day, time(minute // 60, minute % 60), zone)


def _minutes(values: Iterable[Any]) -> Iterator[int]:
    for value in values:
        if isinstance(value, HoursWindow):
            for edge in (value.start, value.end):
                yield from ((edge + step) % 1440 for step in (-1, 0))


def _days(values: list[Any], named: set[date], today: date) -> Iterator[date]:
    """The days in question; a single one where neither season nor kind of day is asked for."""
    first, last = min(named | {today}), max(named | {today})
    if any(isinstance(value, (Season, str)) for value in values):
        day = first - _BEFORE * _DAY
        while day <= last + _AFTER * _DAY:
            yield day
            day += _DAY
        return
    for day in sorted({today, *named}):
        yield from (day - _DAY, day, day + _DAY)
