"""The escalation of a clock never ends at a person.

When nobody claims, or nobody reports, the ladder must reach somebody who can decide: it steps up,
or it tells the centre, a superior or a level of government. Reminding the unit that is silent
already is no end.

Bad::

    kind: escalation
    rules:
      - {id: a, name: A, on: {claim: 80%}, remind: true}
      - {id: b, name: B, on: {report: 150%}, step_up: true}

Good::

    kind: escalation
    rules:
      - {id: a, name: A, on: {claim: 80%}, remind: true}
      - {id: c, name: C, on: {claim: 150%}, step_up: true}
      - {id: b, name: B, on: {report: 150%}, step_up: true}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.model.target import Target
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.survey import Survey
from referral_engine.rules.tree import EscalationEffects, EscalationRule

LINT = Lint("NO_LAST_RUNG", "warning", __doc__)

_CLOCKS = ("claim", "report")
"""What every referral is given, so that every rule set must end its ladders."""

_ASKED_ALREADY = frozenset({"unit", "lead", "support", "reporter"})


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the last rung there is; where there is none, at the first escalation rule."""
    rules = [rule for _table, rule in survey.loaded.escalation_rules()]
    for clock in _CLOCKS if rules else ():
        rungs = [rule for rule in rules if _share(rule, clock)]
        if not any(_reaches_somebody(survey, rule.effects) for rule in rungs):
            last = max(rungs, key=lambda rule: _share(rule, clock), default=rules[0])
            message = _("the escalation of `{clock}` never ends at a person").format(clock=clock)
            hint = _("add a rule with `step_up` on {{{clock}: 150%}}").format(clock=clock)
            yield replace(LINT.fault(last.place, message, hint), rule=last.id)


def _share(rule: EscalationRule, clock: str) -> float:
    """The latest share of the clock on which the rule is asked; 0 where it is not."""
    return max((occasion.share for occasion in rule.on if occasion.name == clock), default=0.0)


def _reaches_somebody(survey: Survey, effects: EscalationEffects) -> bool:
    if effects.step_up or effects.designate or effects.confer:
        return True
    return any(_somebody(survey, target) for target in (*effects.supervise, *effects.notify))


def _somebody(survey: Survey, target: Target) -> bool:
    if target.relative:
        return target.relative not in _ASKED_ALREADY
    staffed = survey.names.org is None or bool(survey.org.people(target.unit))
    return bool(target.unit) and staffed
