"""What a decision says of itself: the clauses that were true, with the values seen.

It is kept with the case, in the history that nobody erases: of a text it tells where, never what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from referral_engine.rules.closure import close
from referral_engine.rules.terms import Terms
from referral_engine.rules.text import compile_pattern, normalise
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    HoursWindow,
    Leaf,
    Not,
    Repeats,
    Season,
    Value,
)
from referral_engine.rules.walk import asked

__all__ = ["Witness", "clause", "operand", "teller", "witness", "written"]

_ABSENT = "-"
# An importer's column may hold an address or a name; only what the rule itself says is repeated.
_PRESENT = "*"

Pairs = tuple[tuple[str, str], ...]
Witness = Callable[[Mapping[str, Value]], Pairs]
Teller = Callable[[Mapping[str, Value]], str]


def witness(conditions: Iterable[Condition], terms: Terms) -> Witness:
    """What tells, of values that make all these conditions true, why: as (clause, value seen).

    Of an ``any`` the first true alternative is told. A text is seen as ``start-end`` in the
    normalised text, an importer's column as ``*`` unless the rule names the value, a missing
    field as ``-``.
    """
    told: list[Witness] = []
    for part in _conjuncts(conditions):
        if isinstance(part, Any):
            told.append(_first_true(part, terms))
        else:
            told.append(_clause(clause(part), teller(part, terms, stored=True)))
    if len(told) == 1:
        return told[0]
    return lambda values: tuple([pair for witness in told for pair in witness(values)])


def _conjuncts(conditions: Iterable[Condition]) -> Iterable[Condition]:
    for condition in conditions:
        if isinstance(condition, All):
            yield from _conjuncts(condition.parts)
        else:
            yield condition


def _clause(said: str, tell: Teller) -> Witness:
    return lambda values: ((said, tell(values)),)


def _first_true(condition: Any, terms: Terms) -> Witness:
    parts = [(close(part, terms), witness((part,), terms)) for part in condition.parts]

    def first_true(values: Mapping[str, Value]) -> Pairs:
        return next((told(values) for holds, told in parts if holds(values)), ())

    return first_true


def teller(condition: Condition, terms: Terms, *, stored: bool) -> Teller:
    """What tells the values that the condition sees; `stored` withholds what must not be kept."""
    tellers = [_leaf_teller(leaf, terms, stored=stored) for leaf in asked(condition)]
    if len(tellers) == 1:
        return tellers[0]
    return lambda values: ", ".join(dict.fromkeys([tell(values) for tell in tellers]))


def _leaf_teller(leaf: Leaf | Repeats, terms: Terms, *, stored: bool) -> Teller:
    if isinstance(leaf, Repeats):
        key = leaf.key
        return lambda values: written(values.get(key, 0))
    field = leaf.field
    if terms.type_of(field) == "text":
        return _text_teller(leaf)
    if stored and field.startswith("extra.") and leaf.operator not in ("eq", "in"):
        return lambda values: _ABSENT if values.get(field) is None else _PRESENT
    return lambda values: _ABSENT if (value := values.get(field)) is None else written(value)


def _text_teller(leaf: Leaf) -> Teller:
    field = leaf.field
    words = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    finder = _FINDERS.get(leaf.operator)
    if finder is None:
        return lambda values: _PRESENT if field in values else _ABSENT
    finders = [finder(str(word)) for word in words]
    most = len(finders) if leaf.operator == "contains_all" else 1

    def places(values: Mapping[str, Value]) -> str:
        text = str(values.get(field, ""))
        spans: list[str] = []
        for find in finders:
            if span := find(text):
                spans.append(span)
                if len(spans) == most:
                    break
        return ", ".join(spans) or _ABSENT

    return places


def clause(condition: Condition) -> str:
    """The condition on one line, in the words of the language."""
    match condition:
        case All(parts=parts):
            return f"all({'; '.join(clause(part) for part in parts)})"
        case Any(parts=parts):
            return f"any({'; '.join(clause(part) for part in parts)})"
        case Not(part=part):
            return f"not({clause(part)})"
        case Repeats():
            return f"{condition.key} at_least {condition.at_least}"
        case Leaf():
            return f"{condition.field} {condition.operator} {operand(condition)}"


def operand(leaf: Leaf) -> str:
    """What the leaf compares with: as written where that is known, a ``$list`` by its name."""
    return leaf.source_value or written(leaf.value)


def written(value: Value) -> str:
    """A value as an administrator writes it."""
    if type(value) is str:  # most are, and this is told of every case
        return value
    match value:
        case bool():
            return str(value).lower()
        case tuple():
            return f"[{', '.join(written(part) for part in value)}]"
        case HoursWindow(start=start, end=end):
            return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (start, end))
        case Season(start=start, end=end):
            return "..".join(f"{month:02}-{day:02}" for month, day in (start, end))
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)


def _word(word: str) -> Callable[[str], str]:
    normal = normalise(word)

    def find(text: str) -> str:
        start = text.find(normal)
        return "" if start < 0 else f"{start}-{start + len(normal)}"

    return find


def _pattern(pattern: str) -> Callable[[str], str]:
    search = compile_pattern(pattern).search

    def find(text: str) -> str:
        found = search(text)
        return "" if found is None else f"{found.start()}-{found.end()}"

    return find


_FINDERS: dict[str, Callable[[str], Callable[[str], str]]] = {
    "contains": _word,
    "contains_any": _word,
    "contains_all": _word,
    "matches": _pattern,
}
