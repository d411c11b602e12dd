"""A deadline later than the statute allows that the rule names as its basis.

Who reads the rule believes that the deadline is the law's. Shorten it, or correct the basis. Legal
clocks are known of the statutes listed in `referral_engine/rules/statutes.py`, for the days on
which each is in force, without the extensions that take somebody's approval.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        basis: 信访工作条例第 34 条
        refer: {lead: police}
        within: {claim: 2wh, report: 90d}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        basis: 信访工作条例第 34 条
        refer: {lead: police}
        within: {claim: 2wh, report: 60d}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.statutes import STATUTES, Statute, longer
from referral_engine.rules.survey import Survey, together
from referral_engine.rules.tree import Effective, NamedClock, Within

LINT = Lint("BEYOND_LAW", "warning", __doc__)


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the rule, or at the path whose steps are given the time."""
    for _table, rule in survey.loaded.routing_rules():
        supports = rule.effects.refer.support if rule.effects.refer else ()
        for within in (rule.effects.within, *(support.within for support in supports)):
            found = _beyond(rule.basis, within, rule.effective, rule.place)
            yield from (replace(fault, rule=rule.id) for fault in found)
    for path in survey.loaded.rule_set.paths.values():
        for step in path.steps:
            yield from _beyond(path.basis, step.within, Effective(), path.place)


def _beyond(basis: str, within: Within, effective: Effective, place: Place) -> Iterator[Fault]:
    for statute in STATUTES:
        if statute.title not in basis or not together(statute.effective, effective):
            continue
        for clock, most in _pairs(within, statute):
            if longer(clock.span, most.span):
                message = _("{clock} {span} is later than {law} allows ({most}, article {article})")
                text = message.format(
                    clock=clock.name,
                    span=clock.span,
                    law=statute.title,
                    most=most.span,
                    article=statute.article,
                )
                yield LINT.fault(place, text, _("shorten it, or correct the basis"))


def _pairs(within: Within, statute: Statute) -> Iterator[tuple[NamedClock, NamedClock]]:
    for clock in within:
        for most in statute.clocks:
            if clock.name == most.name and clock.since in ("", most.since):
                yield clock, most
