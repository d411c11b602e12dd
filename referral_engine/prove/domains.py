"""The values of a field, as few as tell all conditions apart.

What operators mean is known in one place (rules/leaf.py) and is asked there: values that no
condition of the rule set tells apart are one class, and the solver sees classes only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

import msgspec

from referral_engine.rules.leaf import bind
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import Leaf, Value

__all__ = ["Class", "Domain", "Test", "key_of", "predicates"]

Test = Callable[[Any], bool]
"""Asked of a value, None where the field is missing."""


class Class(msgspec.Struct, frozen=True):
    """Values that no condition tells apart; ``admitted`` are those with which an issue comes in."""

    values: tuple[Value | None, ...]
    admitted: tuple[Value | None, ...]
    true: frozenset[Hashable]


class Domain:
    """The classes of one field under all tests that the rules make of it."""

    def __init__(
        self,
        tests: Mapping[Hashable, Test],
        admitted: Iterable[Value | None],
        others: Iterable[Value | None] = (),
    ) -> None:
        """``others`` are values that no issue brings and a rule may set."""
        found: dict[frozenset[Hashable], tuple[dict[Any, None], dict[Any, None]]] = {}
        for coming, value in [*((True, v) for v in admitted), *((False, v) for v in others)]:
            true = frozenset(key for key, test in tests.items() if test(value))
            values, ways = found.setdefault(true, ({}, {}))
            values[value] = None
            if coming:
                ways[value] = None
        self.classes = tuple(Class(tuple(v), tuple(w), t) for t, (v, w) in found.items())
        self._number = {
            value: number for number, each in enumerate(self.classes) for value in each.values
        }

    def where(self, key: Hashable) -> list[int]:
        """The classes in which the test of this key is true."""
        return [number for number, each in enumerate(self.classes) if key in each.true]

    def of(self, value: Value | None) -> int:
        """The class of a value that was among those named; raises KeyError."""
        return self._number[value]


def key_of(leaf: Leaf) -> Hashable:
    """What two leaves on one field share that mean the same."""
    return leaf.operator, repr(leaf.value)


def predicates(found: Iterable[Leaf], terms: Terms) -> dict[Hashable, Test]:
    """The tests that these leaves of one field make, a missing value included."""
    return {key_of(leaf): _test(leaf, terms) for leaf in found}


def _test(leaf: Leaf, terms: Terms) -> Test:
    bound = bind(leaf, terms)
    absent = leaf.operator == "exists" and leaf.value is False
    return lambda value: absent if value is None else bound(value)
