"""A flag that no rule derives.

An escalation rule that waits for a flag nobody raises is never true.

Bad::

    kind: escalation
    rules:
      - {id: a, name: A, on: {claim: 100%}, derive: late-claim}
      - {id: b, name: B, when: {flags: {has: late-clam}}, remind: true}

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
from referral_engine.rules.lint.base import Lint, did_you_mean
from referral_engine.rules.lint.mentions import read_words, written
from referral_engine.rules.ruleset import Loaded
from referral_engine.spelling import nearest

LINT = Lint("UNKNOWN_FLAG", "error", __doc__)


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the leaf that asks for it."""
    derived = {rule.effects.derive for _table, rule in loaded.escalation_rules()} - {""}
    known = derived | set(loaded.names.flags or ())
    for rule, condition in loaded.conditions():
        for leaf, flag in read_words(condition, "flags"):
            if flag not in known and not written(loaded, ("derive", "推出"), flag):
                message = _("no rule derives the flag `{word}`").format(word=flag)
                fault = LINT.fault(leaf.place, message, did_you_mean(nearest(flag, known)))
                yield replace(fault, rule=rule)
