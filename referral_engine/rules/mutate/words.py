"""Lists with one word less, for every rule that names the list."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.rules.mutate.mutant import Changed, Mutant
from referral_engine.rules.mutate.places import Places
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    Leaf,
    Not,
    RoutingTable,
    RuleSet,
)

__all__ = ["without_each_word"]


def without_each_word(rules: RuleSet, places: Places) -> Iterator[Mutant]:
    """Of each list that routing reads, for each word the rule set without it."""
    for name, words in rules.lists.items():
        for number, word in enumerate(words if len(words) > 1 else ()):
            changed: list[Changed] = []
            tables = tuple(_table(table, at, name, word, changed)
                           for at, table in enumerate(rules.routing))  # fmt: skip
            if changed:
                place = places.shared("lists", "lists", name, number)
                yield Mutant("lists", "", "word", "value", place, f"${name}: {word}", "",
                             replace(rules, routing=tables), tuple(changed))  # fmt: skip


def _table(
    table: RoutingTable, at: int, name: str, word: str, changed: list[Changed]
) -> RoutingTable:
    """The table without the word; what changed in it is added to `changed`."""

    def without(rule: str, condition: Condition | None) -> Condition | None:
        after = None if condition is None else _condition(condition, name, word)
        if after is not condition:
            changed.append(Changed(at, rule, condition, after))
        return after

    guard = without("", table.when)
    rules = tuple(replace(rule, when=without(rule.id, rule.when)) for rule in table.rules)
    return replace(table, when=guard, rules=rules)


def _condition(condition: Condition, name: str, word: str) -> Condition:
    """The very same where it does not name the list."""
    match condition:
        case All(parts=parts) | Any(parts=parts):
            after = tuple(_condition(part, name, word) for part in parts)
            same = all(a is b for a, b in zip(parts, after, strict=True))
            return condition if same else replace(condition, parts=after)
        case Not(part=part):
            inner = _condition(part, name, word)
            return condition if inner is part else replace(condition, part=inner)
        case Leaf(source_value=source, value=tuple() as value) if source == f"${name}":
            return replace(condition, value=tuple(each for each in value if each != word))
    return condition
