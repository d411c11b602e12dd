"""Two versions of one rule are in force on the same days.

They ask the same and do different things, each in a window of its own, as when a new text replaces
an old one; but the windows overlap. On those days the first would win without anybody having meant
it. `until` is the first day on which the old version no longer holds: give the new one that day as
its `from`.

Bad::

    kind: routing
    hit: first
    rules:
      - id: old
        name: A
        effective: {until: 2026-05-01}
        when: {category: {under: M}}
        refer: {lead: police}
      - id: new
        name: A
        effective: {from: 2026-04-15}
        when: {category: {under: M}}
        refer: {lead: justice}

Good::

    kind: routing
    hit: first
    rules:
      - id: old
        name: A
        effective: {until: 2026-04-15}
        when: {category: {under: M}}
        refer: {lead: police}
      - id: new
        name: A
        effective: {from: 2026-04-15}
        when: {category: {under: M}}
        refer: {lead: justice}
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.closure import shape
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.survey import Survey, together
from referral_engine.rules.tree import (
    Effective,
    EscalationRule,
    EscalationTable,
    RoutingRule,
    RoutingTable,
)

LINT = Lint("OVERLAPPING_WINDOWS", "warning", __doc__)

_ALWAYS = Effective()


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the later of the two; a table's rules are compared with each other."""
    rules = survey.loaded.rule_set
    tables: tuple[RoutingTable | EscalationTable, ...] = (*rules.routing, *rules.escalation)
    for table in tables:
        versions: dict[Hashable, list[RoutingRule | EscalationRule]] = {}
        for rule in table.rules:
            earlier = versions.setdefault(_asked(rule), [])
            yield from _clashing(rule, earlier)
            earlier.append(rule)


def _asked(rule: RoutingRule | EscalationRule) -> Hashable:
    on = rule.on if isinstance(rule, EscalationRule) else ()
    return on, None if rule.when is None else shape(rule.when)


def _clashing(
    rule: RoutingRule | EscalationRule, others: list[RoutingRule | EscalationRule]
) -> Iterator[Fault]:
    for other in others:
        windowed = _ALWAYS not in (rule.effective, other.effective)
        differs = windowed and rule.effects != other.effects
        if differs and together(rule.effective, other.effective):
            message = _("in force together with `{rule}`, which asks the same and does otherwise")
            hint = _("begin the one on the day on which the other ends")
            fault = LINT.fault(rule.place, message.format(rule=other.id), hint)
            yield replace(fault, rule=rule.id)
