"""The operators of a leaf, declared once: for which types, and what they take."""

from __future__ import annotations

from typing import Literal

import msgspec

from referral_engine.rules.fields import FieldType

__all__ = ["OPERATORS", "Operator", "Takes", "find_operator", "operators_for"]

Takes = Literal[
    "one", "many", "pair", "bool", "hours", "season", "day", "level", "word", "words", "pattern"
]

_SCALAR: frozenset[FieldType] = frozenset(
    {"string", "tree", "int", "number", "bool", "time", "duration", "text"}
)
_LISTABLE: frozenset[FieldType] = frozenset({"string", "tree", "int", "number", "bool", "text"})
_ORDERED: frozenset[FieldType] = frozenset({"int", "number", "time", "duration"})
_EVERY: frozenset[FieldType] = _SCALAR | {"list"}


class Operator(msgspec.Struct, frozen=True):
    """``takes`` says how the written value is read.

    ``one`` a value of the field's type; ``many`` a list of them; ``pair`` the two bounds, both
    included; ``word`` and ``words`` texts, folded like the issue's text for a text field.
    """

    name: str
    alias: str
    types: frozenset[FieldType]
    takes: Takes
    meaning: str


_ALL = (
    Operator("eq", "等于", _SCALAR, "one", "equals"),
    Operator("ne", "不等于", _SCALAR, "one", "differs; false where the field is missing"),
    Operator("in", "在其中", _LISTABLE, "many", "equals one of these"),
    Operator("not_in", "不在其中", _LISTABLE, "many", "equals none; false where it is missing"),
    Operator("exists", "存在", _EVERY, "bool", "has a value (true) or is missing (false)"),
    Operator("gt", "大于", _ORDERED, "one", "greater than; later than"),
    Operator("gte", "不小于", _ORDERED, "one", "at least; not before"),
    Operator("lt", "小于", _ORDERED, "one", "less than; before"),
    Operator("lte", "不大于", _ORDERED, "one", "at most; not after"),
    Operator("between", "介于", _ORDERED, "pair", "from the first to the second, both included"),
    Operator("under", "属于", frozenset({"tree"}), "one", "is this code or lies below it"),
    Operator("at_level", "层级为", frozenset({"tree"}), "level", "level of the code in its tree"),
    Operator("has", "含有", frozenset({"list"}), "word", "holds this"),
    Operator("has_any", "含有任一", frozenset({"list"}), "words", "holds at least one of these"),
    Operator("has_all", "含有全部", frozenset({"list"}), "words", "holds all of these"),
    Operator(
        "empty", "为空", frozenset({"list"}), "bool", "holds nothing (true), something (false)"
    ),
    Operator("contains", "包含", frozenset({"text"}), "word", "this text occurs"),
    Operator("contains_any", "包含任一", frozenset({"text"}), "words", "one of these texts occurs"),
    Operator("contains_all", "包含全部", frozenset({"text"}), "words", "all these texts occur"),
    Operator("matches", "匹配", frozenset({"text"}), "pattern", "an RE2 pattern occurs"),
    Operator("hours", "时段", frozenset({"time"}), "hours", "local time of day, end excluded"),
    Operator("season", "季节", frozenset({"time"}), "season", "days of the year, both included"),
    Operator("day", "日类", frozenset({"time"}), "day", "workday, restday or holiday"),
)

OPERATORS: dict[str, Operator] = {operator.name: operator for operator in _ALL}
_FOUND: dict[str, Operator] = OPERATORS | {operator.alias: operator for operator in _ALL}


def find_operator(word: str) -> Operator | None:
    """The operator with this name or Chinese alias, or None."""
    return _FOUND.get(word)


def operators_for(type_: FieldType) -> tuple[Operator, ...]:
    """The operators that a field of this type understands."""
    return tuple(operator for operator in _ALL if type_ in operator.types)
