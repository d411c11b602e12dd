"""Conditions with one thing changed: a clause left out or turned round, an operator, a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from referral_engine.rules.mutate.mutant import Change, Kind
from referral_engine.rules.mutate.operand import neighbours, spans
from referral_engine.rules.trace import clause
from referral_engine.rules.tree import All, Any, Category, Condition, Leaf, Not, Repeats, Value

__all__ = ["changes"]

_Changes = Iterator[Change[Condition]]

_NEIGHBOURS = {
    "eq": "ne",
    "ne": "eq",
    "in": "not_in",
    "not_in": "in",
    "gt": "gte",
    "gte": "gt",
    "lt": "lte",
    "lte": "lt",
    "has_any": "has_all",
    "has_all": "has_any",
    "contains_any": "contains_all",
    "contains_all": "contains_any",
    "under": "eq",
}
_OWN_NEGATION = frozenset({"eq", "ne", "in", "not_in", "exists", "empty"})
"""Turned round by their operator or their value already."""
_SEVERAL = frozenset({"has_any", "has_all", "contains_any", "contains_all"})


def changes(condition: Condition, categories: Mapping[str, Category]) -> _Changes:
    """Every change of one thing in the condition; `categories` say where a tree ends."""
    match condition:
        case All() | Any():
            yield from _of_several(condition, categories)
        case Not():
            yield _change("not", "clause", condition, condition.part)
            for inner in changes(condition.part, categories):
                if inner.part != Not(condition.part, condition.part.place):  # the same again
                    yield replace(inner, part=Not(inner.part, condition.place))
        case Leaf():
            yield from _of_leaf(condition, categories)
        case Repeats():
            yield from _of_repeats(condition)


def _change(name: str, kind: Kind, was: Condition, now: Condition) -> Change[Condition]:
    return Change(name, kind, was.place, clause(was), clause(now), now)


def _of_several(condition: All | Any, categories: Mapping[str, Category]) -> _Changes:
    parts = condition.parts
    if len(parts) > 1:
        if isinstance(condition, All):
            yield Change(
                "any", "clause", condition.place, "all", "any", Any(parts, condition.place)
            )
        else:
            yield Change(
                "all", "clause", condition.place, "any", "all", All(parts, condition.place)
            )
        for number, part in enumerate(parts):
            rest = replace(condition, parts=parts[:number] + parts[number + 1 :])
            yield Change("drop", "clause", part.place, clause(part), "", rest)
    for number, part in enumerate(parts):
        for inner in changes(part, categories):
            whole = (*parts[:number], inner.part, *parts[number + 1 :])
            yield replace(inner, part=replace(condition, parts=whole))


def _of_leaf(leaf: Leaf, categories: Mapping[str, Category]) -> _Changes:
    if leaf.operator not in _OWN_NEGATION:
        yield _change("not", "clause", leaf, Not(leaf, leaf.place))
    operator = _NEIGHBOURS.get(leaf.operator, "")
    if operator and _differs(leaf, categories):
        yield _change(operator, "operator", leaf, replace(leaf, operator=operator))
    for was, now, value in neighbours(leaf):
        changed = replace(leaf, value=value, source_value="")
        yield Change("value", "value", leaf.place, was, now, changed)


def _differs(leaf: Leaf, categories: Mapping[str, Category]) -> bool:
    """Whether the neighbouring operator can mean something else, and no change of the value says
    the same."""
    if leaf.operator == "under" and str(leaf.value) in categories:
        return any(each.parent == leaf.value for each in categories.values())
    if leaf.operator in _SEVERAL:
        return isinstance(leaf.value, tuple) and len(leaf.value) > 1
    return not (leaf.operator in ("gt", "gte", "lt", "lte") and _whole(leaf.value))


def _whole(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _of_repeats(asked: Repeats) -> _Changes:
    yield _change("not", "clause", asked, Not(asked, asked.place))
    for number in (asked.at_least + 1, asked.at_least - 1):
        yield _change("at_least", "value", asked, replace(asked, at_least=number))
    for span in spans(asked.within):
        yield _change("within", "value", asked, replace(asked, within=span))
    if len(asked.same) > 1:
        for field in asked.same:
            rest = tuple(each for each in asked.same if each != field)
            yield _change("same", "value", asked, replace(asked, same=rest))
