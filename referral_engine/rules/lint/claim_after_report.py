"""A referral must be reported before it must be claimed.

A clock that ends after the one that follows it is a slip of the unit: `2wd` for `2wh`.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
        within: {claim: 2wd, report: 5wh}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
        within: {claim: 2wh, report: 5wd}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.tree import Within

LINT = Lint("CLAIM_AFTER_REPORT", "warning", __doc__)


# Only for telling a slip: a working day has about eight working hours.
_MINUTES = {"m": 1, "h": 60, "d": 1440, "wh": 60, "wd": 480}


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the rule, for each pair of clocks of one referral in the wrong order."""
    for _table, rule in loaded.routing_rules():
        supports = rule.effects.refer.support if rule.effects.refer else ()
        for within in (rule.effects.within, *(support.within for support in supports)):
            for early, late in _swapped(within):
                message = _("{early} ends after {late}").format(early=early, late=late)
                hint = _("check the units: m h d elapsed, wh wd working time")
                yield replace(LINT.fault(rule.place, message, hint), rule=rule.id)


def _swapped(within: Within) -> Iterator[tuple[str, str]]:
    """Only clocks from the offer, and of one kind of time, can be compared without a calendar."""
    clocks = {clock.name: clock.span for clock in within if not clock.since}
    known = [clocks[name] for name in ("claim", "report") if name in clocks]
    if len(known) == 2 and known[0].working == known[1].working:
        claim, report = (span.amount * _MINUTES[span.unit] for span in known)
        if claim > report:
            yield f"claim {known[0]}", f"report {known[1]}"
