"""Why this rule, and why not the others: told by the reference interpreter, on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from referral_engine.errors import Place
from referral_engine.rules.course import Course
from referral_engine.rules.fields import Registry
from referral_engine.rules.naive import holds, in_force, route, tables
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Surroundings, Terms
from referral_engine.rules.trace import clause, teller, witness
from referral_engine.rules.tree import All, Condition, RoutingRule, RoutingTable, RuleSet, Value

__all__ = ["Failure", "Fate", "Verdict", "explain", "first_failure", "told"]

Fate = Literal["won", "true", "prepared", "failed", "guarded", "not_in_force"]


class Failure(msgspec.Struct, frozen=True):
    """The first clause that was false; ``seen`` is the value, ``-`` where the field is missing."""

    clause: str
    place: Place
    seen: str
    condition: Condition | None = None


class Verdict(msgspec.Struct, frozen=True):
    """What became of one rule.

    ``won``           it decided
    ``true``          it is true, but an earlier one had decided
    ``prepared``      a rule of a ``hit: all`` table, and true
    ``failed``        ``failure`` is the first of its clauses that was false
    ``guarded``       the ``when`` of its table was false: ``failure`` is in there
    ``not_in_force``  the case was received outside its window

    Of the winner ``because`` tells the clauses with the values seen, as the decision keeps them.
    """

    rule: str
    name: str
    place: Place
    fate: Fate
    failure: Failure | None = None
    because: tuple[tuple[str, str], ...] = ()


def explain(
    rule_set: RuleSet,
    world: Surroundings,
    subject: Subject,
    answers: Mapping[str, int],
    received_on: date,
    fields: Registry | None = None,
) -> tuple[Verdict, ...]:
    """A verdict for every routing rule, in the order of asking; the default comes last.

    Takes what `Router.decide` takes. Values seen are those at the moment of asking: a deciding
    rule sees what the preparing ones have set. They are for whoever may see the case, and are
    not stored.
    """
    terms = Terms.of(world, fields)
    routing = route(rule_set, {**subject.values, **answers}, received_on, terms)
    verdicts = [
        _verdict(table, rule, values, received_on, terms, routing.winner)
        for table, values in routing.asked
        for rule in table.rules
    ]
    return (*verdicts, *_of_default(rule_set, routing.winner))


def told(rule_set: RuleSet, course: Course, terms: Terms) -> tuple[Verdict, ...]:
    """The same verdicts from the course that `Router.trace` followed: for many issues in a row."""
    verdicts = []
    for stretch in course.stretches:
        fallen = stretch.fallen_at()
        for number, asked in enumerate(stretch.stage.asked):
            failure = None
            fate: Fate
            if not stretch.in_force >> number & 1:
                fate = "not_in_force"
            elif number in fallen:
                clause = asked.clauses[fallen[number]]
                failure = _failure(clause, stretch.values, terms)
                fate = "guarded" if fallen[number] < asked.guards else "failed"
            else:
                fate = _true(asked.table, asked.rule, course.winner)
            because = witness(asked.clauses, terms)(stretch.values) if fate == "won" else ()
            verdicts.append(_said(asked.rule, fate, failure, because))
    return (*verdicts, *_of_default(rule_set, course.winner))


def _of_default(rule_set: RuleSet, winner: RoutingRule | None) -> Iterator[Verdict]:
    deciding = tables(rule_set)[1]
    default = deciding[-1].default if deciding else None
    if default is not None:
        yield _said(default, "won" if winner is default else "true", None)


def _true(table: RoutingTable, rule: RoutingRule, winner: RoutingRule | None) -> Fate:
    if table.hit == "all":
        return "prepared"
    return "won" if rule is winner else "true"


def _said(
    rule: RoutingRule,
    fate: Fate,
    failure: Failure | None,
    because: tuple[tuple[str, str], ...] = (),
) -> Verdict:
    return Verdict(rule.id, rule.name, rule.place, fate, failure, because)


def _verdict(
    table: RoutingTable,
    rule: RoutingRule,
    values: Mapping[str, Value],
    received_on: date,
    terms: Terms,
    winner: RoutingRule | None,
) -> Verdict:
    failure = None
    fate: Fate
    if not in_force(rule.effective, received_on):
        fate = "not_in_force"
    elif failure := first_failure(table.when, values, terms):
        fate = "guarded"
    elif failure := first_failure(rule.when, values, terms):
        fate = "failed"
    else:
        fate = _true(table, rule, winner)
    conditions = [when for when in (table.when, rule.when) if when is not None]
    because = witness(conditions, terms)(values) if fate == "won" else ()
    return _said(rule, fate, failure, because)


def first_failure(
    condition: Condition | None, values: Mapping[str, Value], terms: Terms
) -> Failure | None:
    """The first clause that makes the condition false, None where it is true.

    An ``any`` or a ``not`` fails as a whole: no single one of its clauses is to blame.
    """
    if condition is None or holds(condition, values, terms):
        return None
    if isinstance(condition, All):
        failures = (first_failure(part, values, terms) for part in condition.parts)
        return next(failure for failure in failures if failure is not None)
    return _failure(condition, values, terms)


def _failure(condition: Condition, values: Mapping[str, Value], terms: Terms) -> Failure:
    seen = teller(condition, terms, stored=False)(values)
    return Failure(clause(condition), condition.place, seen, condition)
