"""The reference interpreter: rules.md word for word, with nothing done for speed.

The compiled matcher must agree with it on every rule set and issue; explanations are told by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import msgspec

from referral_engine.rules.leaf import bind
from referral_engine.rules.prepare import UNTOUCHED, Prepared, decided, prepare
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    Effective,
    Leaf,
    Not,
    Repeats,
    RoutingRule,
    RoutingTable,
    RuleSet,
    Value,
)

__all__ = ["Holds", "Routing", "holds", "in_force", "route", "tables"]


Holds = Callable[[Condition | None, Mapping[str, Value]], bool]
"""Whether a condition is true of these values."""


class Routing(msgspec.Struct, frozen=True):
    """The whole course of routing.

    ``winner`` is None where no rule was true and no table has a default. ``asked`` gives for each
    table, in the order of asking, the values it read.
    """

    winner: RoutingRule | None
    matched: tuple[RoutingRule, ...]
    prepared: Prepared
    asked: tuple[tuple[RoutingTable, Mapping[str, Value]], ...]


def route(
    rule_set: RuleSet,
    values: Mapping[str, Value],
    received_on: date,
    terms: Terms,
    asks: Holds | None = None,
) -> Routing:
    """Routes an issue whose `values` include the answers of history, under their keys.

    `asks` says in the place of `holds` whether a condition is true, for whoever asks much.
    """
    asks = asks or (lambda condition, values: holds(condition, values, terms))
    preparing, deciding = tables(rule_set)
    prepared, now = UNTOUCHED, values
    asked: list[tuple[RoutingTable, Mapping[str, Value]]] = []
    for table in preparing:
        asked.append((table, now))
        prepared = prepare(prepared, _true(table, now, received_on, asks), values)
        now = prepared.onto(values)
    matched: list[RoutingRule] = []
    for table in deciding:
        asked.append((table, now))
        matched.extend(_true(table, now, received_on, asks))
    default = deciding[-1].default if deciding else None
    winner = matched[0] if matched else default
    if winner is not None:
        prepared = decided(prepared, winner, now)
    return Routing(winner, tuple(matched), prepared, tuple(asked))


def tables(rule_set: RuleSet) -> tuple[tuple[RoutingTable, ...], tuple[RoutingTable, ...]]:
    """The tables that prepare and those that decide, each by rank, then by file."""
    ranked = sorted(rule_set.routing, key=lambda table: (table.rank, table.file))
    preparing = tuple(table for table in ranked if table.hit == "all")
    deciding = tuple(table for table in ranked if table.hit == "first")
    return preparing, deciding


def _true(
    table: RoutingTable, values: Mapping[str, Value], received_on: date, asks: Holds
) -> tuple[RoutingRule, ...]:
    return tuple(
        rule
        for rule in table.rules
        if in_force(rule.effective, received_on)
        and asks(table.when, values)
        and asks(rule.when, values)
    )


def in_force(effective: Effective, day: date) -> bool:
    """Whether `day` lies in the window; ``until`` is excluded."""
    since, until = effective.since, effective.until
    return (since is None or since <= day) and (until is None or day < until)


def holds(condition: Condition | None, values: Mapping[str, Value], terms: Terms) -> bool:
    """Whether the condition is true of these values; no condition always is."""
    match condition:
        case None:
            return True
        case All(parts=parts):
            return all(holds(part, values, terms) for part in parts)
        case Any(parts=parts):
            return any(holds(part, values, terms) for part in parts)
        case Not(part=part):
            return not holds(part, values, terms)
        case Repeats():
            answer = values.get(condition.key)
            return isinstance(answer, int) and answer >= condition.at_least
        case Leaf():
            value = values.get(condition.field)
            if value is None:
                return condition.operator == "exists" and condition.value is False
            return bind(condition, terms)(value)
