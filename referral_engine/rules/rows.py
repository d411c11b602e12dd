"""A condition as rows: alternatives, each a conjunction of parts that look along one axis only.

An axis is a field, or one side of it: of a moment the minute of the day, the day, or its place in
the order of moments. Whether a part holds depends on that one value alone, so the index can look it
up instead of asking. What does not come apart into few rows stays behind as a condition to ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import product
from typing import Literal, NamedTuple, assert_never

import msgspec

from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import All, Any, Condition, Leaf, Not, Repeats

__all__ = ["Axis", "Row", "Side", "axes_of", "rows_of"]

Side = Literal["value", "minute", "day", "order", "words", "asked"]

# More alternatives in one rule cost more bits for every case than they save questions.
_MOST_ROWS = 16
_WORDS = frozenset({"contains", "contains_any", "contains_all", "matches"})


class Axis(NamedTuple):
    """``words`` are hits in a text; ``asked`` is never looked up (a text compared as a whole)."""

    field: str
    side: Side


class Row(msgspec.Struct, frozen=True):
    """True when all parts along all axes are, and every condition of ``rest`` too."""

    parts: dict[Axis, tuple[Condition, ...]] = {}
    rest: tuple[Condition, ...] = ()

    def joined(self, other: Row) -> Row:
        parts = dict(self.parts)
        for axis, conditions in other.parts.items():
            parts[axis] = parts.get(axis, ()) + conditions
        return Row(parts, self.rest + other.rest)


def rows_of(conditions: Iterable[Condition | None], terms: Terms) -> tuple[Row, ...]:
    """The rows of which one must be true for all `conditions` (None always is) to be true."""
    rows: tuple[Row, ...] = (Row(),)
    for part in _conjuncts(conditions):
        alternatives = _alternatives(part, terms)
        if len(alternatives) * len(rows) > _MOST_ROWS:
            alternatives = (Row(rest=(part,)),)
        rows = tuple(row.joined(other) for row, other in product(rows, alternatives))
    return rows


def axes_of(condition: Condition, terms: Terms) -> frozenset[Axis]:
    """All axes along which the condition looks."""
    match condition:
        case All(parts=parts) | Any(parts=parts):
            return frozenset[Axis]().union(*(axes_of(part, terms) for part in parts))
        case Not(part=part):
            return axes_of(part, terms)
        case Repeats():
            return frozenset({Axis(condition.key, "value")})
        case Leaf():
            return frozenset({Axis(condition.field, _side(condition, terms))})
    assert_never(condition)


def _side(leaf: Leaf, terms: Terms) -> Side:
    kind = terms.type_of(leaf.field)
    if kind == "text":
        return "words" if leaf.operator in _WORDS else "asked"
    if kind == "time":
        return _side_of_time(leaf)
    return "value"


def _side_of_time(leaf: Leaf) -> Side:
    if leaf.operator == "hours":
        return "minute"
    operands = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    instants = any(isinstance(operand, datetime) for operand in operands)
    days = any(isinstance(o, date) and not isinstance(o, datetime) for o in operands)
    if instants:
        return "asked" if days else "order"
    return "day"


def _conjuncts(conditions: Iterable[Condition | None]) -> Iterable[Condition]:
    for condition in conditions:
        match condition:
            case None:
                continue
            case All(parts=parts):
                yield from _conjuncts(parts)
            case Not(part=Any(parts=parts)):
                yield from _conjuncts(Not(part, part.place) for part in parts)
            case Not(part=Not(part=part)):
                yield from _conjuncts((part,))
            case _:
                yield condition


def _alternatives(condition: Condition, terms: Terms) -> tuple[Row, ...]:
    axes = axes_of(condition, terms)
    if len(axes) == 1:
        (axis,) = axes
        if axis.side == "asked":
            return (Row(rest=(condition,)),)
        return (Row({axis: (condition,)}),)
    match condition:
        case Any(parts=parts):
            return _any(condition, parts, terms)
        case Not(part=All(parts=parts)):
            negated = tuple(Not(part, part.place) for part in parts)
            return _any(condition, negated, terms)
        case _:
            return rows_of((condition,), terms)


def _any(whole: Condition, parts: tuple[Condition, ...], terms: Terms) -> tuple[Row, ...]:
    """Parts along one axis stay together: an `any` over one field is one look."""
    together: dict[Axis, list[Condition]] = {}
    rows: list[Row] = []
    for part in parts:
        axes = axes_of(part, terms)
        if len(axes) == 1 and (axis := next(iter(axes))).side != "asked":
            together.setdefault(axis, []).append(part)
        else:
            rows.extend(_alternatives(part, terms))
    for axis, same in together.items():
        rows.append(Row({axis: (Any(tuple(same), whole.place),)}))
    return tuple(rows) if len(rows) <= _MOST_ROWS else (Row(rest=(whole,)),)
