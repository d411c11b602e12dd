"""A clock or target below is tighter than the one above it, and nobody has signed for that.

A rule for a part of the county gives less time than the rule that would decide there without it,
or an indicator of a part aims higher than the one that measures the same above it (lower, where
`normalise` says that less is better): so targets are piled up from level to level (层层加码). Take
what stands above, or name in `basis` the document that orders more, by its number:
示政办〔2026〕3号.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {territory: {under: "620922100"}}
        refer: {lead: police}
        within: {claim: 1wh, report: 2wd}
      - {id: b, name: B, refer: {lead: police}, within: {claim: 2wh, report: 5wd}}
    ---
    kind: indicator
    rules:
      - id: solved
        name: Solved
        of: cases
        numerator: {outcome: {eq: solved}}
        target: 85%
      - id: solved-there
        name: Solved there
        of: cases
        numerator: {outcome: {eq: solved}}
        denominator: {territory: {under: "620922100"}}
        target: 95%

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        basis: 示政办〔2026〕3号
        when: {territory: {under: "620922100"}}
        refer: {lead: police}
        within: {claim: 1wh, report: 2wd}
      - {id: b, name: B, refer: {lead: police}, within: {claim: 2wh, report: 5wd}}
    ---
    kind: indicator
    rules:
      - id: solved
        name: Solved
        of: cases
        numerator: {outcome: {eq: solved}}
        target: 85%
      - id: solved-there
        name: Solved there
        basis: 示政办〔2026〕3号
        of: cases
        numerator: {outcome: {eq: solved}}
        denominator: {territory: {under: "620922100"}}
        target: 95%
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.rates import Rate
from referral_engine.rules.statutes import longer
from referral_engine.rules.survey import TERRITORY, Deciding, Survey
from referral_engine.rules.trace import written
from referral_engine.rules.tree import RoutingRule

LINT = Lint("STRICTER_THAN_PARENT", "warning", __doc__)

_SIGNED = re.compile(r"[〔\[（(【]\s*\d{4}\s*[〕\]）)】]\s*第?\s*\d+\s*号")


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the rule or indicator below, once a clock."""
    yield from _routing(survey)
    yield from _indicators(survey)


# -- clocks -----------------------------------------------------------------------------------
def _routing(survey: Survey) -> Iterator[Fault]:
    for each in survey.deciding:
        if not _below(each) or _SIGNED.search(each.rule.basis):
            continue
        parent = _parent(survey, each)
        for name, ours, theirs in _tighter(survey, each.rule, parent) if parent else ():
            message = _("{clock} {ours} is tighter than {theirs} of the rule above, `{rule}`")
            text = message.format(
                clock=name, ours=ours, theirs=theirs, rule=parent.id if parent else ""
            )
            hint = _("take that, or name in `basis` the document that orders it, by its number")
            yield replace(LINT.fault(each.rule.place, text, hint), rule=each.rule.id)


def _below(each: Deciding) -> bool:
    """Whether the rule is for some places only."""
    return bool(each.boxes) and all(TERRITORY in box.masks for box in each.boxes)


def _parent(survey: Survey, each: Deciding) -> RoutingRule | None:
    """The first later rule for all places that holds wherever this one does; else the default."""
    holding = survey.holding(each)
    for other in holding:
        if other.number > each.number and not _below(other) and other.rule.effects.refer:
            return other.rule
    return survey.default


def _tighter(
    survey: Survey, rule: RoutingRule, parent: RoutingRule
) -> Iterator[tuple[str, object, object]]:
    ours, theirs = survey.clocks(rule), survey.clocks(parent)
    for name, clock in ours.items():
        other = theirs.get(name)
        if other and clock.since == other.since and longer(other.span, clock.span):
            yield name, clock.span, other.span


# -- targets ----------------------------------------------------------------------------------
def _indicators(survey: Survey) -> Iterator[Fault]:
    for rate in survey.rates:
        own = rate.indicator
        if rate.where is None or _SIGNED.search(own.basis):
            continue
        above = next((each for each in survey.rates if _above(survey, each, rate)), None)
        if above is not None:
            message = _("target {ours} is stricter than {theirs} of the indicator above, `{id}`")
            ours, theirs = written(own.target or 0.0), written(above.indicator.target or 0.0)
            text = message.format(ours=ours, theirs=theirs, id=above.indicator.id)
            hint = _("take that, or name in `basis` the document that orders it, by its number")
            yield replace(LINT.fault(own.place, text, hint), rule=own.id)


def _above(survey: Survey, other: Rate, own: Rate) -> bool:
    """Whether the other measures the same of a larger part, and aims lower."""
    if other.measure != own.measure:
        return False
    ours, theirs = own.indicator.target or 0.0, other.indicator.target or 0.0
    less = own.less_is_better if own.less_is_better is not None else other.less_is_better
    stricter = ours < theirs if less else ours > theirs
    within = survey.within(own.where, other.where) and not survey.within(other.where, own.where)
    return stricter and within
