"""A flag that depends on its own absence.

Rules that read that a flag is *not* there are asked when nothing can derive it any more. A flag
derived from an absence that it brings to an end itself has no such moment: it would be there
exactly if it were not.

Bad::

    kind: escalation
    rules:
      - {id: a, name: A, when: {not: {flags: {has: calm}}}, derive: late}
      - {id: b, name: B, when: {flags: {has: late}}, derive: calm}

Good::

    kind: escalation
    rules:
      - {id: a, name: A, on: {claim: 100%}, derive: late}
      - {id: b, name: B, when: {not: {flags: {has: late}}}, derive: calm}
      - {id: c, name: C, when: {flags: {has: calm}}, remind: true}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.rules.fields import Registry
from referral_engine.rules.infer.strata import check_stratified
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.ruleset import Loaded

LINT = Lint("FLAG_CIRCLE", "error", __doc__)


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the reading of the absence."""
    for fault in check_stratified(loaded.rule_set.escalation):
        at_its_place = LINT.fault(fault.place, fault.message, fault.suggestion)
        yield replace(at_its_place, rule=fault.rule)
