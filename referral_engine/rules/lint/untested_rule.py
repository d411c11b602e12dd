"""A rule without a test.

A test is the only way to see beforehand, and after every later change, that a rule does what
its author meant.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
    default: {refer: {lead: police}}

Good::

    tests:
      - name: t
        issue: {received_at: 2026-01-05T09:00}
        expect: {lead: police}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.lint.mentions import expected_rules
from referral_engine.rules.ruleset import Loaded

LINT = Lint("UNTESTED_RULE", "info", __doc__)


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the rule."""
    named = {
        word
        for test in loaded.tests
        for expectation in expected_rules(test)
        for word in expectation.words
    }
    places = {rule.id: rule.place for _table, rule in loaded.routing_rules()}
    places |= {rule.id: rule.place for _table, rule in loaded.escalation_rules()}
    message = _("no test expects the rule `{word}`")
    for rule, place in places.items():
        if rule not in named:
            yield replace(LINT.fault(place, message.format(word=rule)), rule=rule)
