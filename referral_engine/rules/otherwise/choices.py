"""The values worth trying in each field: one for every way the rules tell its values apart."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain

from msgspec.structs import replace

from referral_engine.model.issue import Issue
from referral_engine.rules.closure import Closures, shape
from referral_engine.rules.otherwise.change import Changed, Places
from referral_engine.rules.otherwise.moments import moments
from referral_engine.rules.otherwise.wording import ways, with_words, without_words
from referral_engine.rules.text import normalise
from referral_engine.rules.tree import Condition, Effective, Leaf, RoutingRule, RuleSet, Value
from referral_engine.rules.walk import leaves
from referral_engine.rules.world import line

__all__ = ["Choices"]

_MOST_WORDS = 2
"""Words put into and taken out of a text together: more would be another text."""


class Choices:
    """What one issue could have said instead, field by field.

    Two categories, territories or moments that no rule tells apart are interchangeable: of each
    such class the one nearest to the issue's own is tried.
    """

    def __init__(
        self, original: Issue, rule_set: RuleSet, places: Places, closures: Closures, most: int
    ) -> None:
        """At most so many fields may be otherwise."""
        self._original = original
        self._most = most
        self._closures = closures
        self._asked: dict[str, dict[Hashable, Leaf]] = {}
        self._words: dict[Hashable, list[tuple[str, ...]]] = {}
        windows: set[Effective] = set()
        for rule, conditions in _rules(rule_set):
            windows.add(rule.effective)
            for leaf in chain.from_iterable(map(leaves, conditions)):
                self._asked.setdefault(leaf.field, {}).setdefault(shape(leaf), leaf)
        self._moments = moments(
            original.received_at, self._leaves("received_at"), windows, closures
        )
        parents = {code: category.parent for code, category in rule_set.categories.items()}
        self.categories = {code: line(code, parents) for code in parents}
        self._places = places
        self._some: dict[str, list[str]] = {
            "category": self._classes("category", original.category, self.categories, {}),
            "territory": self._classes(
                "territory",
                original.territory,
                {code: spot.line for code, spot in places.items()},
                {code: spot.answering for code, spot in places.items()},
            ),
        }

    def turning(self, state: Changed, leaf: Leaf, wanted: bool) -> Iterator[Changed]:
        """The issue with the leaf's own field otherwise, so that the leaf is `wanted` of it."""
        if not self.may_touch(state, leaf.field):
            return
        check = self._closures.of(leaf)
        for changed in self._tried(state, leaf, wanted):
            if check(_own(changed.issue, leaf.field)) is wanted:
                yield changed

    def may_touch(self, state: Changed, field: str) -> bool:
        """Whether the field may be otherwise too without there being too many."""
        touched = state.touched(self._original)
        if field == "text" and len(state.added) + len(state.removed) >= _MOST_WORDS:
            return False
        return field in touched or len(touched) < self._most

    def any_of(self, state: Changed, field: str) -> Iterator[Changed]:
        """The issue with every other category, territory or moment that is told apart."""
        if not self.may_touch(state, field):
            return
        known: Iterable[str | datetime] = (
            self._moments if field == "received_at" else self._some.get(field, ())
        )
        for value in known:
            if value != getattr(state.issue, field):
                yield Changed(replace(state.issue, **{field: value}), state.added, state.removed)

    def _tried(self, state: Changed, leaf: Leaf, wanted: bool) -> Iterator[Changed]:
        match leaf.field:
            case "category" | "territory" | "received_at":
                return self.any_of(state, leaf.field)
            case "severity" | "people":
                return self._numbers(state, leaf.field)
            case "tags":
                return _tagged(state, leaf, wanted)
            case "text":
                if wanted:
                    return with_words(state, self._ways(leaf))
                return without_words(state, leaf)
            case _:
                return iter(())

    def _ways(self, leaf: Leaf) -> list[tuple[str, ...]]:
        """Words that make the leaf true, of those that no rule tells apart the shortest."""
        key = shape(leaf)
        if key not in self._words:
            checks = [self._closures.of(each) for each in self._leaves("text")]
            distinct: dict[Hashable, tuple[str, ...]] = {}
            for words in ways(leaf):
                values = {"text": normalise("，".join(words))}
                distinct.setdefault(tuple(check(values) for check in checks), words)
            self._words[key] = list(distinct.values())
        return self._words[key]

    def _numbers(self, state: Changed, field: str) -> Iterator[Changed]:
        known = {1, 2, 3, 4} if field == "severity" else self._bounds(field)
        for number in sorted(known):
            yield Changed(replace(state.issue, **{field: number}), state.added, state.removed)

    def _bounds(self, field: str) -> set[int]:
        """Every number that a rule names for the field, and its neighbours; never below 1."""
        named: set[int] = set()
        for leaf in self._leaves(field):
            for value in leaf.value if isinstance(leaf.value, tuple) else (leaf.value,):
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    named |= {int(value) - 1, int(value), int(value) + 1}
        return {number for number in named if number >= 1}

    def _leaves(self, field: str) -> list[Leaf]:
        return list(self._asked.get(field, {}).values())

    def _classes(
        self,
        field: str,
        own: str,
        lines: Mapping[str, tuple[str, ...]],
        beside: Mapping[str, Hashable],
    ) -> list[str]:
        """Of the codes that are told apart the one nearest to `own` of each class."""
        checks = [self._closures.of(leaf) for leaf in self._leaves(field)]
        nearest: dict[Hashable, str] = {}
        for code in sorted(lines, key=_far_from(own, lines)):
            values = {field: code}
            truths = tuple(check(values) for check in checks)
            nearest.setdefault((truths, beside.get(code)), code)
        return [code for code in nearest.values() if code != own]


def _rules(rule_set: RuleSet) -> Iterator[tuple[RoutingRule, list[Condition]]]:
    for table in rule_set.routing:
        for rule in table.rules:
            yield rule, [when for when in (table.when, rule.when) if when is not None]


def _own(issue: Issue, field: str) -> Mapping[str, Value]:
    """The issue's own value of the field; nothing where it is missing."""
    if field == "text":
        text = normalise("\n".join(part for part in (issue.title, issue.text) if part))
        return {field: text} if text else {}
    value: Value = getattr(issue, field)
    return {} if value == "" else {field: value}


def _far_from(own: str, lines: Mapping[str, tuple[str, ...]]) -> Callable[[str], tuple[int, str]]:
    above = set(lines.get(own, ()))

    def far(code: str) -> tuple[int, str]:
        shared = len(above.intersection(lines[code]))
        return len(above) + len(lines[code]) - 2 * shared, code

    return far


def _tagged(state: Changed, leaf: Leaf, wanted: bool) -> Iterator[Changed]:
    own = state.issue.tags
    named = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    tags = [str(tag) for tag in named if isinstance(tag, str)]
    every = dict.fromkeys((*own, *tags))
    fewer = tuple(tag for tag in own if tag not in tags)
    for one in tags:
        without = tuple(tag for tag in own if tag != one)
        yield from _retagged(state, (*own, one) if wanted else without)
    yield from _retagged(state, tuple(every) if wanted else fewer)
    if leaf.operator in ("empty", "exists"):
        yield from _retagged(state, ())


def _retagged(state: Changed, tags: tuple[str, ...]) -> Iterator[Changed]:
    distinct = tuple(dict.fromkeys(tags))
    if distinct != state.issue.tags:
        yield Changed(replace(state.issue, tags=distinct), state.added, state.removed)
