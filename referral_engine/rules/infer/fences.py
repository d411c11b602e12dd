"""What durable-rules may be given. Outside of this it answers wrongly, hangs or crashes.

Each limit was found by reading and breaking release 2.0.28; `docs/decisions/` has the list, and
`tests/unit/rules/test_fences.py` shows each hazard and the fence that holds it off.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from referral_engine.i18n import _
from referral_engine.rules.infer.conclusion import FactRefused

__all__ = [
    "COMPARISONS",
    "LARGEST",
    "MOST_FIELDS",
    "MOST_RULES",
    "OutsideProfile",
    "check_ruleset",
    "number",
    "within",
]

COMPARISONS = frozenset({"$neq", "$lt", "$lte", "$gt", "$gte", "$ex", "$nex"})
"""Besides plain equality. No ``$mt``, ``$or``, ``$not``, ``$all``, ``$any``: wrong or fatal."""

MOST_RULES = 50
"""A ruleset, the sentinel included. 65 sibling conditions overflow its stack of 64 (error 303),
256 rules with one ending its list of 256, 512 rules alike its table (a hang)."""

MOST_FIELDS = 240
"""A fact; the engine refuses the 255th."""

LARGEST = 2**53
"""Integers beyond are not exact as a double, which they are compared with."""

_EXPONENT = re.compile(r"[0-9.][eE][-+]?[0-9]")
_RESERVED = ("$and", "$or", "$m", "$l", "$r", "$i", "$s", "$forward", "id", "sid", *COMPARISONS)


class OutsideProfile(ValueError):
    """A ruleset we composed has left the profile in which durable-rules is correct."""


def number(value: int | float, field: str) -> str:
    """The value as durable-rules reads it exactly, without an exponent.

    Raises FactRefused for integers beyond ±2^53, NaN and infinity.
    """
    if not within(value):
        message = _("`{field}` holds {value}, which durable-rules would misread")
        raise FactRefused(message.format(field=field, value=value))
    if isinstance(value, int):
        return str(value)
    text = repr(value)
    if "e" in text:
        from decimal import Decimal

        text = format(Decimal(text), "f")
    return text if "." in text else text + ".0"


def within(value: int | float) -> bool:
    """Whether durable-rules takes the number for what it is."""
    return abs(value) <= LARGEST if isinstance(value, int) else math.isfinite(value)


def check_ruleset(text: str) -> None:
    """Raises OutsideProfile unless the ruleset, as JSON, keeps to the profile.

    Run on every ruleset that is composed.
    """
    if _EXPONENT.search(text):
        raise OutsideProfile("a number with an exponent")
    definition = json.loads(text)
    if len(definition) > MOST_RULES:
        raise OutsideProfile(f"{len(definition)} rules in a ruleset, at most {MOST_RULES}")
    names = {"id", "sid"}
    for rule, body in definition.items():
        names.update(_check_rule(rule, body))
    if len(names) > MOST_FIELDS:
        raise OutsideProfile(f"{len(names)} fields in a ruleset, at most {MOST_FIELDS}")
    _check_hashes(names)


def _check_rule(rule: str, body: Mapping[str, Any]) -> Iterable[str]:
    """The fields the rule names."""
    if set(body) != {"all", "pri"}:
        raise OutsideProfile(f"{rule}: only `all` and `pri`, not {sorted(body)}")
    # A second element would be a join: two messages in one frame, and retracting both of them
    # walks out of that frame (state.c, deleteMessageFromFrame).
    if len(body["all"]) != 1 or set(body["all"][0]) != {"m"}:
        raise OutsideProfile(f"{rule}: one element named `m`, no join, no `any`, no `not`")
    condition = body["all"][0]["m"]
    clauses = condition["$and"] if set(condition) == {"$and"} else [condition]
    if set(clauses[0]) != {"kind"}:
        raise OutsideProfile(f"{rule}: the first clause is always the kind")
    for clause in clauses:
        yield _check_clause(rule, clause)


def _check_clause(rule: str, clause: Mapping[str, Any]) -> str:
    """The field the clause names."""
    [(name, value)] = clause.items()
    if name in COMPARISONS:
        [(name, value)] = value.items()
    if name.startswith("$"):
        raise OutsideProfile(f"{rule}: {name} is none of {sorted(COMPARISONS)}")
    if name in {"id", "sid"}:
        raise OutsideProfile(f"{rule}: nothing branches on {name}, it is hashed to 32 bits")
    if name != "kind" and not _is_number(value):
        raise OutsideProfile(f"{rule}: {name} is compared with {value!r}, no number and no truth")
    return name


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and within(value)


def _check_hashes(names: Iterable[str]) -> None:
    """Fields are told apart by a 32-bit hash of their names alone."""
    seen: dict[int, str] = {}
    for name in {*names, *_RESERVED}:
        if (other := seen.setdefault(_fnv1(name), name)) != name:
            raise OutsideProfile(f"{name} and {other} share a hash")


def _fnv1(name: str) -> int:
    hashed = 2166136261
    for byte in name.encode("ascii"):
        hashed = (hashed ^ byte) * 16777619 % 2**32
    return hashed
