"""What a decision says of itself: the clauses that were true, with the values seen.

It is kept with the case, in the history that nobody erases: of a text it tells where, never what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from referral_engine.rules.naive import holds
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

__all__ = ["clause", "clauses_seen", "leaves", "operand", "seen", "written"]

_ABSENT = "-"
# An importer's column may hold an address or a name; only what the rule itself says is repeated.
_PRESENT = "*"


def clauses_seen(
    condition: Condition, values: Mapping[str, Value], terms: Terms
) -> tuple[tuple[str, str], ...]:
    """The clauses that make a true condition true, as (clause, value seen).

    Of an ``any`` the first true alternative. A text is seen as ``start-end`` in the normalised
    text, an importer's column as ``*`` unless the rule names the value, a missing field as ``-``.
    """
    match condition:
        case All(parts=parts):
            return tuple(pair for part in parts for pair in clauses_seen(part, values, terms))
        case Any(parts=parts):
            true = next(part for part in parts if holds(part, values, terms))
            return clauses_seen(true, values, terms)
        case _:
            told = ", ".join(
                dict.fromkeys(seen(leaf, values, terms, stored=True) for leaf in leaves(condition))
            )
            return ((clause(condition), told),)


def leaves(condition: Condition) -> Iterable[Leaf | Repeats]:
    """The leaves of a condition, as written."""
    match condition:
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from leaves(part)
        case Not(part=part):
            yield from leaves(part)
        case _:
            yield condition


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


def seen(leaf: Leaf | Repeats, values: Mapping[str, Value], terms: Terms, *, stored: bool) -> str:
    """The value that the leaf saw; `stored` withholds what must not enter the history."""
    if isinstance(leaf, Repeats):
        return written(values.get(leaf.key, 0))
    value = values.get(leaf.field)
    if value is None:
        return _ABSENT
    if terms.type_of(leaf.field) == "text":
        return _places(leaf, str(value))
    if stored and leaf.field.startswith("extra.") and leaf.operator not in ("eq", "in"):
        return _PRESENT
    return written(value)


def _places(leaf: Leaf, text: str) -> str:
    find = _finders.get(leaf.operator)
    if find is None:
        return _PRESENT
    words = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    spans = [span for word in words if (span := find(text, str(word))) is not None]
    if leaf.operator != "contains_all":
        spans = spans[:1]
    return ", ".join(f"{start}-{end}" for start, end in spans) or _ABSENT


def _word(text: str, word: str) -> tuple[int, int] | None:
    normal = normalise(word)
    start = text.find(normal)
    return None if start < 0 else (start, start + len(normal))


def _pattern(text: str, pattern: str) -> tuple[int, int] | None:
    found = compile_pattern(pattern).search(text)
    return None if found is None else (found.start(), found.end())


_finders: dict[str, Callable[[str, str], tuple[int, int] | None]] = {
    "contains": _word,
    "contains_any": _word,
    "contains_all": _word,
    "matches": _pattern,
}
