"""Every mutant of a rule set, in the order of its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Literal

from msgspec.structs import replace

from referral_engine.errors import Place
from referral_engine.rules.mutate.clock import clock_changes
from referral_engine.rules.mutate.condition import changes
from referral_engine.rules.mutate.escalation_effects import escalation_changes
from referral_engine.rules.mutate.mutant import Change, Changed, Mutant, Section
from referral_engine.rules.mutate.places import Places
from referral_engine.rules.mutate.routing_effects import routing_changes
from referral_engine.rules.mutate.words import without_each_word
from referral_engine.rules.trace import clause
from referral_engine.rules.tree import (
    All,
    Category,
    Condition,
    EscalationRule,
    EscalationTable,
    RoutingRule,
    RoutingTable,
    RuleSet,
)

__all__ = ["mutants"]

_Tables = Literal["routing", "escalation"]
_Rule = RoutingRule | EscalationRule
_Put = Callable[[_Rule], RuleSet]
"""The rule set with this rule in its place."""


def mutants(rules: RuleSet) -> Iterator[Mutant]:
    """Each differs from `rules` in one thing. Always the same ones in the same order."""
    places = Places(rules.sources)
    units = _units(rules)
    for number, table in enumerate(rules.routing):
        yield from _of_conditions("routing", rules, number, table)
        for at, rule in enumerate(table.rules):
            yield from _of_routing(rule, partial(_put, rules, "routing", number, at), units, places)
        if table.default is not None:
            put = partial(_put, rules, "routing", number, None)
            yield from _of_routing(table.default, put, units, places)
    for number, ladder in enumerate(rules.escalation):
        yield from _of_conditions("escalation", rules, number, ladder)
        for at, step in enumerate(ladder.rules):
            put = partial(_put, rules, "escalation", number, at)
            for change in escalation_changes(step, partial(places.of, step.place)):
                yield _mutant("escalation", step.id, change, put(change.part))
    yield from _of_whistles(rules, places)
    yield from without_each_word(rules, places)


def _put(rules: RuleSet, section: _Tables, number: int, at: int | None, rule: _Rule) -> RuleSet:
    """`at` counts the rules of the table; None is its default."""
    table = getattr(rules, section)[number]
    if at is None:
        return _with_table(rules, section, number, replace(table, default=rule))
    inside = (*table.rules[:at], rule, *table.rules[at + 1 :])
    return _with_table(rules, section, number, replace(table, rules=inside))


def _with_table(
    rules: RuleSet, section: _Tables, number: int, table: RoutingTable | EscalationTable
) -> RuleSet:
    tables = getattr(rules, section)
    return replace(rules, **{section: (*tables[:number], table, *tables[number + 1 :])})


def _mutant(
    section: Section,
    rule: str,
    change: Change[object],
    rules: RuleSet,
    conditions: tuple[Changed, ...] = (),
) -> Mutant:
    return Mutant(
        section, rule, change.name, change.kind, change.place, change.was, change.now, rules,
        conditions,
    )  # fmt: skip


def _of_conditions(
    section: _Tables, rules: RuleSet, number: int, table: RoutingTable | EscalationTable
) -> Iterator[Mutant]:
    for change in _changes(table.when, rules.categories):
        mutated = _with_table(rules, section, number, replace(table, when=change.part))
        changed = Changed(number, "", table.when, change.part)
        yield _mutant(section, "", change, mutated, (changed,))
    inside: tuple[_Rule, ...] = table.rules
    for at, rule in enumerate(inside):
        for change in _changes(rule.when, rules.categories):
            mutated = _put(rules, section, number, at, replace(rule, when=change.part))
            changed = Changed(number, rule.id, rule.when, change.part)
            yield _mutant(section, rule.id, change, mutated, (changed,))


def _changes(
    condition: Condition | None, categories: Mapping[str, Category]
) -> Iterator[Change[Condition | None]]:
    if condition is None:
        return
    if not isinstance(condition, All):  # of an `all` each part is left out by itself
        yield Change("drop", "clause", condition.place, clause(condition), "", None)
    for change in changes(condition, categories):
        yield Change(change.name, change.kind, change.place, change.was, change.now, change.part)


def _of_routing(
    rule: RoutingRule, put: _Put, units: tuple[str, ...], places: Places
) -> Iterator[Mutant]:
    for change in routing_changes(rule.effects, units, partial(places.of, rule.place)):
        yield _mutant("routing", rule.id, change, put(replace(rule, effects=change.part)))


def _of_whistles(rules: RuleSet, places: Places) -> Iterator[Mutant]:
    for level, within in rules.whistles.items():
        above = ("whistles",) if level not in ("dispatch", "case") else ()

        def place_of(clock: str, keys: tuple[str, ...] = (*above, level)) -> Place:
            return places.shared("whistles", *keys, clock)

        for change in clock_changes(within, level, place_of):
            whistles = {**rules.whistles, level: change.part}
            yield _mutant("whistles", "", change, replace(rules, whistles=whistles))


def _units(rules: RuleSet) -> tuple[str, ...]:
    """Two units that may lead by these rules: one of them is another than any given one."""
    effects = [rule.effects for table in rules.routing for rule in table.rules]
    leads = {each.refer.lead.unit for each in effects if each.refer is not None}
    suggested = {one.to.unit for each in effects for one in each.suggest}
    return tuple(sorted((leads | suggested) - {""})[:2])
