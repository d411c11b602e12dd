"""Two prepare rules set one field differently under the same condition.

Both hold on the same issues, so one of them would be ignored silently. Only rules of the same
condition, or without any, are compared here.

Bad::

    kind: routing
    hit: all
    rules:
      - id: a
        name: A
        set: {severity: 2}
      - id: b
        name: A
        set: {severity: 3}

Good::

    kind: routing
    hit: all
    rules:
      - id: a
        name: A
        when: {people: {gte: 30}}
        set: {severity: 2}
      - id: b
        name: A
        when: {people: {lt: 30}}
        set: {severity: 3}
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import NamedTuple

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.tree import All, Any, Condition, Effective, Leaf, Not, RoutingRule

LINT = Lint("SET_TWICE", "error", __doc__)


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the later rule."""
    for earlier, later in combinations(_settings(loaded), 2):
        same_field = earlier.field == later.field and earlier.value != later.value
        if same_field and _together(earlier, later):
            message = _("the rule `{rule}` sets `{field}` to {value} under the same condition")
            text = message.format(rule=earlier.rule.id, field=earlier.field, value=earlier.value)
            hint = _("tell the two conditions apart")
            yield replace(LINT.fault(later.rule.place, text, hint), rule=later.rule.id)


class _Setting(NamedTuple):
    field: str
    value: object
    conditions: frozenset[object]
    rule: RoutingRule


def _settings(loaded: Loaded) -> list[_Setting]:
    found: list[_Setting] = []
    for table, rule in loaded.routing_rules():
        if table.hit == "all":
            conditions = frozenset(_shape(part) for part in (table.when, rule.when) if part)
            values = [*rule.effects.set]
            values += [("path", rule.effects.path)] if rule.effects.path else []
            found += [_Setting(field, value, conditions, rule) for field, value in values]
    return found


def _together(one: _Setting, other: _Setting) -> bool:
    """Whether wherever one holds the other holds too, as far as their text shows it."""
    in_force = _overlap(one.rule.effective, other.rule.effective)
    nested = one.conditions <= other.conditions or other.conditions <= one.conditions
    return in_force and nested


def _overlap(one: Effective, other: Effective) -> bool:
    def before(until: date | None, since: date | None) -> bool:
        return until is not None and since is not None and until <= since

    return not before(one.until, other.since) and not before(other.until, one.since)


def _shape(condition: Condition) -> object:
    """The condition without its places."""
    if isinstance(condition, All | Any):
        return type(condition), frozenset(_shape(part) for part in condition.parts)
    if isinstance(condition, Not):
        return Not, _shape(condition.part)
    if isinstance(condition, Leaf):
        return condition.field, condition.operator, condition.value
    return condition.key, condition.at_least
