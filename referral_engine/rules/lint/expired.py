"""A rule that is no longer in force.

Its `effective` has ended: no new case will meet it. Cases that run under it keep the rule set they
were decided under, so that it can be deleted; if it should still apply, move its `until`.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        effective: {until: 2020-01-01}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        effective: {from: 2020-01-01}
        refer: {lead: police}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.survey import Survey
from referral_engine.rules.tree import EscalationRule, RoutingRule
from referral_engine.rules.tree_assess import WarningRule

LINT = Lint("EXPIRED", "warning", __doc__)


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the rule; not at all where nobody says what day it is."""
    loaded, today = survey.loaded, survey.names.today
    rules: list[RoutingRule | EscalationRule | WarningRule]
    rules = [rule for _table, rule in loaded.routing_rules()]
    rules += [rule for _table, rule in loaded.escalation_rules()]
    rules += [rule for table in loaded.warnings for rule in table.rules]
    for rule in rules:
        until = rule.effective.until
        if today is not None and until is not None and until <= today:
            message = _("not in force any more since {day}").format(day=until)
            hint = _("delete it, or move its `until`")
            yield replace(LINT.fault(rule.place, message, hint), rule=rule.id)
