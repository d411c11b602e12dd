"""A flag that no rule reads.

A flag is kept with the case and shown, but the ladder does not go on from it: perhaps the next
rung is missing or misspelt.

Bad::

    kind: escalation
    rules:
      - {id: a, name: A, on: {claim: 100%}, derive: late-claim}

Good::

    kind: escalation
    rules:
      - {id: a, name: A, on: {claim: 100%}, derive: late-claim}
      - {id: b, name: B, when: {flags: {has: late-claim}}, remind: true}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.lint.mentions import read_words, written
from referral_engine.rules.ruleset import Loaded

LINT = Lint("UNREAD_FLAG", "info", __doc__)


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the rule that derives it."""
    read = {
        flag
        for _rule, condition in loaded.conditions()
        for _leaf, flag in read_words(condition, "flags")
    }
    for _table, rule in loaded.escalation_rules():
        flag = rule.effects.derive
        if flag and flag not in read and not written(loaded, ("has", "含有"), flag):
            message = _("no rule reads the flag `{word}`").format(word=flag)
            yield replace(LINT.fault(rule.place, message), rule=rule.id)
