"""A rule that is never reached: rules before it decide everything that it would.

The first deciding rule that is true decides. Where the rules before hold for every issue of this
one, it can never win: move the narrower rule up, or delete it. Only what is certain is reported;
`referral rules prove` finds the rest.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {people: {gte: 10}}
        refer: {lead: police}
      - id: b
        name: B
        when: {people: {gte: 30}}
        refer: {lead: justice}

Good::

    kind: routing
    hit: first
    rules:
      - id: b
        name: B
        when: {people: {gte: 30}}
        refer: {lead: justice}
      - id: a
        name: A
        when: {people: {gte: 10}}
        refer: {lead: police}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.survey import Deciding, Survey

LINT = Lint("SHADOWED", "warning", __doc__)


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the rule that is never reached; one that is never true is a contradiction."""
    for each in survey.deciding:
        if before := _before(survey, each):
            names = ", ".join(f"`{rule}`" for rule in before)
            message = _("never reached: {rules} before it decide the same issues")
            hint = _("move it before them, or delete it")
            fault = LINT.fault(each.rule.place, message.format(rules=names), hint)
            yield replace(fault, rule=each.rule.id)


def _before(survey: Survey, each: Deciding) -> tuple[str, ...]:
    """The rules that take all it would; none where something may be left to it."""
    rules: dict[str, None] = {}
    for box in each.boxes:
        taken = survey.taken(box, each)
        if not taken:
            return ()
        rules |= dict.fromkeys(earlier.rule.id for earlier in taken)
    return tuple(rules)
