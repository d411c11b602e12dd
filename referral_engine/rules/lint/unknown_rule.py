"""A test expects a rule that does not exist.

Tests name rules by their id; a rule that was renamed takes its tests along.

Bad::

    tests:
      - name: t
        issue: {received_at: 2026-01-05T09:00}
        expect: {rule: gas-leka}

Good::

    tests:
      - name: t
        issue: {received_at: 2026-01-05T09:00}
        expect: {lead: police}
"""

from __future__ import annotations

from collections.abc import Iterator

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint.base import Lint, did_you_mean
from referral_engine.rules.lint.mentions import expected_rules, written
from referral_engine.rules.ruleset import Loaded
from referral_engine.spelling import nearest

LINT = Lint("UNKNOWN_RULE", "error", __doc__)


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the id in the test."""
    known = {rule.id for _table, rule in loaded.routing_rules()}
    known |= {rule.id for _table, rule in loaded.escalation_rules()}
    for test in loaded.tests:
        for expectation in expected_rules(test):
            for word in expectation.words:
                if word not in known and not written(loaded, ("id", "编号"), word):
                    message = _("no rule has the id `{word}`").format(word=word)
                    yield LINT.fault(expectation.place, message, did_you_mean(nearest(word, known)))
