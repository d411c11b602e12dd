"""Moments at which an issue could have come in, one for every way the rules tell times apart."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date, datetime, timedelta

from referral_engine.rules.closure import Closures
from referral_engine.rules.naive import in_force
from referral_engine.rules.tree import Effective, HoursWindow, Leaf, Season

__all__ = ["moments"]

_AROUND = 40
"""Days before and after in which the nearest working day, rest day and holiday are sought."""
_MINUTE = timedelta(minutes=1)


def moments(
    received: datetime,
    leaves: Iterable[Leaf],
    windows: Iterable[Effective],
    closures: Closures,
) -> list[datetime]:
    """Of the moments that the leaves and windows tell apart the one nearest to `received` each.

    They are in the county's zone; the one like `received` is left out.
    """
    asked, spans = list(leaves), sorted(set(windows), key=str)
    world = closures.terms.world
    local = world.local(received)

    def like(moment: datetime) -> Hashable:
        day = world.local(moment).date()
        values = {leaf.field: moment for leaf in asked}
        return (
            tuple(closures.of(leaf)(values) for leaf in asked),
            tuple(in_force(span, day) for span in spans),
        )

    nearest: dict[Hashable, datetime] = {}
    for moment in sorted(_worth_trying(local, asked, spans, closures), key=_away_from(local)):
        nearest.setdefault(like(moment), moment)
    nearest.pop(like(local), None)
    return list(nearest.values())


def _away_from(local: datetime) -> Callable[[datetime], tuple[timedelta, datetime]]:
    return lambda moment: (abs(moment - local), moment)


def _worth_trying(
    local: datetime, leaves: list[Leaf], windows: list[Effective], closures: Closures
) -> Iterator[datetime]:
    days = {local.date(), *_days(local.date(), leaves, windows, closures)}
    minutes = {local.hour * 60 + local.minute, *_minutes(leaves)}
    for day in days:
        for minute in minutes:
            yield local.replace(
                year=day.year, month=day.month, day=day.day, hour=minute // 60, minute=minute % 60
            )
    for leaf in leaves:
        for bound in _bounds(leaf):
            if isinstance(bound, datetime):
                exact = closures.terms.world.local(bound)
                yield from (exact - _MINUTE, exact, exact + _MINUTE)


def _days(
    today: date, leaves: list[Leaf], windows: list[Effective], closures: Closures
) -> Iterator[date]:
    for leaf in leaves:
        if isinstance(leaf.value, Season):
            yield from _turns_of(leaf.value, today.year)
        for bound in _bounds(leaf):
            if not isinstance(bound, datetime):
                yield from (bound - timedelta(days=1), bound, bound + timedelta(days=1))
    for window in windows:
        for edge in (window.since, window.until):
            if edge is not None:
                yield from (edge - timedelta(days=1), edge)
    if any(leaf.operator == "day" for leaf in leaves):
        around = [today + timedelta(days=away) for away in range(-_AROUND, _AROUND + 1)]
        kinds: dict[str, date] = {}
        for day in sorted(around, key=lambda day: abs(day - today)):
            kinds.setdefault(closures.terms.world.day_kind(day), day)
        yield from kinds.values()


def _turns_of(season: Season, year: int) -> Iterator[date]:
    """First and last day of the season around this year, and the days before and after it."""
    for each in (year - 1, year, year + 1):
        for month, day in (season.start, season.end):
            turn = date(each, month, min(day, 28) if month == 2 else day)
            yield from (turn + timedelta(days=away) for away in (-1, 0, 1))


def _minutes(leaves: list[Leaf]) -> Iterator[int]:
    for leaf in leaves:
        if isinstance(leaf.value, HoursWindow):
            for minute in (leaf.value.start, leaf.value.end):
                yield from (minute % 1440, (minute - 1) % 1440)


def _bounds(leaf: Leaf) -> Iterator[date]:
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    yield from (value for value in values if isinstance(value, date))
