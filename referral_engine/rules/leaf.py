"""What each operator means: a leaf as a test of a value that is present.

This is the only place that knows; the reference interpreter and the compiled matcher both bind
their leaves here. A missing value is not asked: it makes every leaf false but ``exists: false``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from referral_engine.model.span import Span
from referral_engine.rules.terms import Terms
from referral_engine.rules.text import finder, normalise
from referral_engine.rules.tree import HoursWindow, Leaf, Season

__all__ = ["Test", "bind", "minute_of_day"]

Test = Callable[[Any], bool]
_Binder = Callable[[Leaf, Terms], Test]


def bind(leaf: Leaf, terms: Terms) -> Test:
    """The test that the leaf makes of a present value. Raises ValueError for an unknown operator.

    Ordering lengths of time of different kinds (``3d`` and ``2wd``) is false either way: which is
    longer depends on the day they start.
    """
    binder = _BINDERS.get(leaf.operator)
    if binder is None:
        raise ValueError(f"{leaf.place}: unknown operator {leaf.operator!r}")
    return binder(leaf, terms)


def minute_of_day(moment: datetime, terms: Terms) -> int:
    """Minutes after local midnight."""
    local: datetime = terms.world.local(moment)
    return local.hour * 60 + local.minute


# Equality and order: value and operand are brought to one measure first.


def _measure(operand: Any, leaf: Leaf, terms: Terms) -> Callable[[Any], Any]:
    """How a value is brought to what `operand` is written in."""
    if isinstance(operand, Span):
        return _length
    if isinstance(operand, date) and not isinstance(operand, datetime):
        return lambda value: _local_day(value, terms)
    if terms.type_of(leaf.field) == "text":
        return normalise
    return lambda value: value


def _length(span: Span) -> tuple[str, int]:
    if span.working:
        return span.unit, span.amount
    return "m", int(span.elapsed().total_seconds() // 60)


def _local_day(value: date, terms: Terms) -> date:
    return terms.world.local(value).date() if isinstance(value, datetime) else value


def _equal(leaf: Leaf, terms: Terms) -> Test:
    measure = _measure(leaf.value, leaf, terms)
    wanted = measure(leaf.value)
    return lambda value: bool(measure(value) == wanted)


def _among(leaf: Leaf, terms: Terms) -> Test:
    operands = _several(leaf)
    measure = _measure(operands[0] if operands else None, leaf, terms)
    wanted = frozenset(measure(operand) for operand in operands)
    return lambda value: measure(value) in wanted


def _ordered(compare: Callable[[Any, Any], bool]) -> _Binder:
    def binder(leaf: Leaf, terms: Terms) -> Test:
        measure = _measure(leaf.value, leaf, terms)
        bound = measure(leaf.value)
        if isinstance(leaf.value, Span):
            return lambda value: _same_kind(value, bound) and compare(measure(value), bound)
        return lambda value: compare(measure(value), bound)

    return binder


def _same_kind(value: Span, bound: tuple[str, int]) -> bool:
    return _length(value)[0] == bound[0]


def _between(leaf: Leaf, terms: Terms) -> Test:
    low, high = _several(leaf)
    from_low = _ordered(operator.ge)(_with(leaf, low), terms)
    to_high = _ordered(operator.le)(_with(leaf, high), terms)
    return lambda value: from_low(value) and to_high(value)


def _with(leaf: Leaf, value: Any) -> Leaf:
    return Leaf(leaf.field, leaf.operator, value, leaf.place)


def _negated(binder: _Binder) -> _Binder:
    def negation(leaf: Leaf, terms: Terms) -> Test:
        test = binder(leaf, terms)
        return lambda value: not test(value)

    return negation


def _exists(leaf: Leaf, _terms: Terms) -> Test:
    wanted = leaf.value
    return lambda _value: wanted is True


def _several(leaf: Leaf) -> tuple[Any, ...]:
    return leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)


# Trees of codes.


def _under(leaf: Leaf, terms: Terms) -> Test:
    world, ancestor = terms.world, str(leaf.value)
    under = world.category_under if terms.is_category(leaf.field) else world.under
    return lambda value: under(value, ancestor)


def _at_level(leaf: Leaf, terms: Terms) -> Test:
    world, level = terms.world, str(leaf.value)
    if terms.is_category(leaf.field):
        return lambda value: world.category_at_level(value, level) == value

    def at_level(value: str) -> bool:
        found = world.territory_at_level(value, level)
        # Both ways round, for an area code may be written short (620922100) and mean the same.
        return found is not None and world.under(found, value)

    return at_level


# Lists.


def _has(leaf: Leaf, _terms: Terms) -> Test:
    wanted = leaf.value
    return lambda value: wanted in value


def _has_any(leaf: Leaf, _terms: Terms) -> Test:
    wanted = frozenset(_several(leaf))
    return lambda value: not wanted.isdisjoint(value)


def _has_all(leaf: Leaf, _terms: Terms) -> Test:
    wanted = frozenset(_several(leaf))
    return wanted.issubset


def _empty(leaf: Leaf, _terms: Terms) -> Test:
    wanted = leaf.value
    return lambda value: (not value) is wanted


# Text, already normalised in the subject.


def _contains(leaf: Leaf, _terms: Terms) -> Test:
    word = normalise(str(leaf.value))
    return lambda value: word in value


def _contains_any(leaf: Leaf, _terms: Terms) -> Test:
    words = tuple(normalise(word) for word in _several(leaf))
    return lambda value: any(word in value for word in words)


def _contains_all(leaf: Leaf, _terms: Terms) -> Test:
    words = tuple(normalise(word) for word in _several(leaf))
    return lambda value: all(word in value for word in words)


def _matches(leaf: Leaf, _terms: Terms) -> Test:
    return finder(str(leaf.value))


# Moments, in the county's zone.


def _hours(leaf: Leaf, terms: Terms) -> Test:
    window = leaf.value
    assert isinstance(window, HoursWindow)
    start, end = window.start, window.end
    if start <= end:
        return lambda value: start <= minute_of_day(value, terms) < end
    return lambda value: not end <= minute_of_day(value, terms) < start


def _season(leaf: Leaf, terms: Terms) -> Test:
    season = leaf.value
    assert isinstance(season, Season)
    start, end = season.start, season.end

    def in_season(value: datetime) -> bool:
        day = _local_day(value, terms)
        of_year = (day.month, day.day)
        if start <= end:
            return start <= of_year <= end
        return of_year >= start or of_year <= end

    return in_season


def _day(leaf: Leaf, terms: Terms) -> Test:
    wanted = leaf.value
    return lambda value: terms.world.day_kind(_local_day(value, terms)) == wanted


_BINDERS: dict[str, _Binder] = {
    "eq": _equal,
    "ne": _negated(_equal),
    "in": _among,
    "not_in": _negated(_among),
    "exists": _exists,
    "gt": _ordered(operator.gt),
    "gte": _ordered(operator.ge),
    "lt": _ordered(operator.lt),
    "lte": _ordered(operator.le),
    "between": _between,
    "under": _under,
    "at_level": _at_level,
    "has": _has,
    "has_any": _has_any,
    "has_all": _has_all,
    "empty": _empty,
    "contains": _contains,
    "contains_any": _contains_any,
    "contains_all": _contains_all,
    "matches": _matches,
    "hours": _hours,
    "season": _season,
    "day": _day,
}
