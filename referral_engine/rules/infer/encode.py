"""A condition as alternatives, each a conjunction of clauses over numbers and truths.

durable-rules is trusted with numbers only. A field of numbers crosses as it is, a field of words
as the number of the word among those the rules name (so that no string is ever cut, cast or
compared byte by byte), and everything else (text, lists, trees, time, lengths, history) as a truth
that our own evaluator found. A missing field is left out of the fact, as it makes a clause false.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Literal

import msgspec

from referral_engine.i18n import _
from referral_engine.rules.closure import Check, close
from referral_engine.rules.infer import fences
from referral_engine.rules.infer.conclusion import FactRefused
from referral_engine.rules.infer.strata import FLAGS, named_flags
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import All, Any, Condition, Leaf, Not, Repeats, Value

__all__ = ["Alternative", "Clause", "Encoder", "Flagged", "Slot", "TooWide"]

Comparison = Literal["=", "$neq", "$lt", "$lte", "$gt", "$gte", "$ex", "$nex"]

_ORDERED: dict[str, Comparison] = {"gt": "$gt", "gte": "$gte", "lt": "$lt", "lte": "$lte"}
_OPPOSITE: dict[Comparison, Comparison] = {
    "=": "$neq", "$neq": "=", "$lt": "$gte", "$gte": "$lt", "$gt": "$lte", "$lte": "$gt",
    "$ex": "$nex", "$nex": "$ex",
}  # fmt: skip

_NARROW = 16  # alternatives above which what reads no chained flag is evaluated by us instead
_WIDEST = 256  # then a rule is beyond what a person can have meant


class TooWide(ValueError):
    """A condition with more alternatives over flags than durable-rules is given."""


class Clause(msgspec.Struct, frozen=True, order=True):
    """One comparison of the slot ``key`` with a number or a truth."""

    key: str
    comparison: Comparison
    value: int | float | bool


class Flagged(msgspec.Struct, frozen=True, order=True):
    """The flag is held; only of flags derived in the stratum at hand."""

    flag: str


Alternative = frozenset[Clause | Flagged]


class Slot(msgspec.Struct, frozen=True):
    """A place in a fact. ``kind`` says how the value of ``field`` is written there."""

    key: str
    kind: Literal["number", "word", "truth", "check"]
    field: str = ""
    codes: dict[str, int] = {}
    check: Check | None = None

    def render(self, values: Mapping[str, Value]) -> str:
        """`,"key":value`, or nothing where the field is missing.

        Raises FactRefused where the value is not of the field's type or not exact.
        """
        if self.check is not None:
            return f',"{self.key}":true' if self.check(values) else f',"{self.key}":false'
        value = values.get(self.field)
        return "" if value is None else f',"{self.key}":{self._text(value)}'

    def _text(self, value: Value) -> str:
        match self.kind, value:
            case "truth", bool():
                return "true" if value else "false"
            case "number", int() | float() if not isinstance(value, bool):
                return fences.number(value, self.field)
            case "word", str():
                return str(self.codes.get(value, 0))
        message = _("`{field}` holds a {type}")
        raise FactRefused(message.format(field=self.field, type=type(value).__name__))


class Encoder:
    """Encodes conditions and remembers the slots they need, by key."""

    def __init__(self, terms: Terms) -> None:
        self.slots: dict[str, Slot] = {}
        self._terms = terms
        self._keys: dict[tuple[str, ...], str] = {}

    def encode(
        self, condition: Condition | None, chained: frozenset[str]
    ) -> tuple[Alternative, ...]:
        """The alternatives of which at least one must hold; none means the condition never does.

        `chained` are the flags derived in the rule's own stratum. Raises TooWide.
        """
        if condition is None:
            return (frozenset(),)
        expansion = _Expansion(self, chained, most=_NARROW)
        try:
            found = expansion.expand(condition, positive=True)
        except TooWide:
            expansion = _Expansion(self, chained, most=_WIDEST, collapsing=True)
            found = expansion.expand(condition, positive=True)
        return tuple(_minimal(found))

    def scalar(self, leaf: Leaf) -> tuple[Clause, ...]:
        """The leaf as a conjunction of comparisons, or nothing where it needs our evaluator."""
        type_, op, value = self._terms.type_of(leaf.field), leaf.operator, leaf.value
        match type_, op:
            case "int" | "number", _:
                return self._numeric(leaf)
            case "string", "eq" | "ne" if isinstance(value, str):
                slot = self._slot("word", leaf.field)
                code = slot.codes.setdefault(value, len(slot.codes) + 1)
                return (Clause(slot.key, "=" if op == "eq" else "$neq", code),)
            case "bool", "eq" | "ne" if isinstance(value, bool):
                slot = self._slot("truth", leaf.field)
                return (Clause(slot.key, "=" if op == "eq" else "$neq", value),)
        return ()

    def truth(self, condition: Condition) -> str:
        """The key of a slot that holds what our evaluator says of the condition."""
        key = self._key("t", *_identity(condition))
        if key not in self.slots:
            self.slots[key] = Slot(key, "check", check=close(condition, self._terms))
        return key

    def _numeric(self, leaf: Leaf) -> tuple[Clause, ...]:
        op, value = leaf.operator, leaf.value
        bounds = value if isinstance(value, tuple) else (value,)
        if not all(_is_number(bound) for bound in bounds):
            return ()
        key = self._slot("number", leaf.field).key
        if op == "between" and len(bounds) == 2:
            low, high = bounds
            return (Clause(key, "$gte", low), Clause(key, "$lte", high))  # type: ignore[arg-type]
        if op in _ORDERED and len(bounds) == 1:
            return (Clause(key, _ORDERED[op], bounds[0]),)  # type: ignore[arg-type]
        if op in {"eq", "ne"} and len(bounds) == 1:
            return (Clause(key, "=" if op == "eq" else "$neq", bounds[0]),)  # type: ignore[arg-type]
        return ()

    def _slot(self, kind: Literal["number", "word", "truth"], field: str) -> Slot:
        key = self._key({"number": "n", "word": "w", "truth": "b"}[kind], field)
        return self.slots.setdefault(key, Slot(key, kind, field, {}))

    def _key(self, letter: str, *what: str) -> str:
        return self._keys.setdefault((letter, *what), f"{letter}{len(self._keys)}")


class _Expansion:
    """One condition into disjunctive normal form, at most `most` alternatives wide."""

    def __init__(
        self, encoder: Encoder, chained: frozenset[str], most: int, *, collapsing: bool = False
    ) -> None:
        self._encoder = encoder
        self._chained = chained
        self._most = most
        self._collapsing = collapsing

    def expand(self, condition: Condition, *, positive: bool) -> list[Alternative]:
        if self._collapsing and not self._chains(condition):
            return self._truth(condition, positive=positive)
        match condition:
            case Not(part=part):
                return self.expand(part, positive=not positive)
            case All(parts=parts):
                return self._join(parts, conjunction=positive, positive=positive)
            case Any(parts=parts):
                return self._join(parts, conjunction=not positive, positive=positive)
            case Leaf(field=field) if field == FLAGS and self._chains(condition):
                return self._flags(condition, positive=positive)
            case Leaf() if clauses := self._encoder.scalar(condition):
                return [frozenset(clauses)] if positive else _missed(clauses)
        return self._truth(condition, positive=positive)

    def _join(
        self, parts: tuple[Condition, ...], *, conjunction: bool, positive: bool
    ) -> list[Alternative]:
        sides = [self.expand(part, positive=positive) for part in parts]
        if not conjunction:
            return self._narrow([one for side in sides for one in side])
        joined: list[Alternative] = [frozenset()]
        for side in sides:
            pairs = product(joined, side)
            joined = self._narrow([left | right for left, right in pairs])
        return joined

    def _narrow(self, alternatives: list[Alternative]) -> list[Alternative]:
        found = [one for one in dict.fromkeys(alternatives) if not _contradicts(one)]
        if len(found) > self._most:
            raise TooWide
        return found

    def _flags(self, leaf: Leaf, *, positive: bool) -> list[Alternative]:
        # Stratification has put a flag whose absence is read below this stratum.
        assert positive
        sides = [
            frozenset({Flagged(flag)}) if flag in self._chained else self._settled(leaf, flag)
            for flag in named_flags(leaf) or ()
        ]
        return [frozenset().union(*sides)] if leaf.operator == "has_all" else [*sides]

    def _settled(self, leaf: Leaf, flag: str) -> Alternative:
        """A flag that is complete before this stratum begins is a truth like any other."""
        one = Leaf(FLAGS, "has", flag, leaf.place)
        return frozenset({Clause(self._encoder.truth(one), "=", True)})

    def _truth(self, condition: Condition, *, positive: bool) -> list[Alternative]:
        return [frozenset({Clause(self._encoder.truth(condition), "=", positive)})]

    def _chains(self, condition: Condition) -> bool:
        """Whether it reads a flag of the stratum at hand."""
        match condition:
            case All(parts=parts) | Any(parts=parts):
                return any(self._chains(part) for part in parts)
            case Not(part=part):
                return self._chains(part)
            case Leaf(field=field) if field == FLAGS and condition.operator != "exists":
                return not self._chained.isdisjoint(named_flags(condition) or ())
        return False


def _missed(clauses: tuple[Clause, ...]) -> list[Alternative]:
    """What must hold for the conjunction to fail: a clause is false, or its field is missing."""
    keys = dict.fromkeys(clause.key for clause in clauses)
    failing = [Clause(c.key, _OPPOSITE[c.comparison], c.value) for c in clauses]
    return [frozenset({clause}) for clause in (*failing, *(Clause(k, "$nex", 1) for k in keys))]


def _contradicts(alternative: Alternative) -> bool:
    """Asks for a truth both ways; such a pair comes of `any` beside `not`."""
    return any(
        isinstance(clause, Clause)
        and isinstance(clause.value, bool)
        and clause.comparison == "="
        and Clause(clause.key, "=", not clause.value) in alternative
        for clause in alternative
    )


def _minimal(alternatives: Iterable[Alternative]) -> list[Alternative]:
    """Without those that ask for more than another one does."""
    found = list(dict.fromkeys(alternatives))
    return [one for one in found if not any(other < one for other in found)]


def _identity(condition: Condition) -> tuple[str, ...]:
    """Equal for leaves that mean the same, wherever they stand."""
    if isinstance(condition, Leaf):
        return (condition.field, condition.operator, repr(condition.value))
    if isinstance(condition, Repeats):
        return (condition.key, str(condition.at_least))
    return (repr(condition),)


def _is_number(value: object) -> bool:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return plain and fences.within(value)  # type: ignore[arg-type]
