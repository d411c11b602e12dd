"""A sealed case would be routed openly.

An accusation (检举控告) is sealed before anybody is chosen and goes to the discipline office alone;
what else a category is sealed for does not go to the village or the grid. The rule named here, or
the default, may get such a case before the rule that is meant for it.

Bad::

    kind: categories
    categories: {X: 信访, X02: 检举控告}
    ---
    kind: routing
    hit: first
    rules:
      - {id: a, name: A, when: {category: {under: X}}, refer: {lead: police}}
      - {id: b, name: B, when: {category: {under: X02}}, refer: {lead: discipline}}

Good::

    kind: categories
    categories: {X: 信访, X02: 检举控告}
    ---
    kind: routing
    hit: first
    rules:
      - id: b
        name: B
        when: {any: [{category: {under: X02}}, {accused: {empty: false}}]}
        refer: {lead: discipline}
      - {id: a, name: A, when: {category: {under: X}}, refer: {lead: police}}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.model.target import Target
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.sealing import ACCUSATION, Sealed, sealed_cells
from referral_engine.rules.survey import Survey
from referral_engine.rules.tree import Refer, RoutingRule

LINT = Lint("SEALED_OPENLY", "warning", __doc__)

_OPEN = frozenset({"grid", "village", "first"})


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the first rule that may get the case, once a rule."""
    told: set[str] = set()
    for sealed in sealed_cells(survey):
        for rule in _getting(survey, sealed):
            open_to = _open_to(survey, sealed.seal, rule.effects.refer)
            if open_to and rule.id in told:
                break
            if open_to:
                told.add(rule.id)
                message = _("sends {what}, which is sealed, to {unit}").format(
                    what=sealed.what, unit=open_to
                )
                hint = _("put the rule for sealed cases before it")
                yield replace(LINT.fault(rule.place, message, hint), rule=rule.id)
                break


def _getting(survey: Survey, sealed: Sealed) -> Iterator[RoutingRule]:
    """The rules that may decide it, up to the one that decides whatever is left."""
    for each in survey.meeting(sealed.box):
        yield each.rule
        if survey.space.covers(each.boxes, sealed.box):
            return
    if survey.default is not None:
        yield survey.default


def _open_to(survey: Survey, seal: str, refer: Refer | None) -> str:
    """The first unit that has no business with such a case; empty where there is none."""
    if refer is None:
        return ""
    for target in (refer.lead, *(support.to for support in refer.support)):
        if _is_open(survey, seal, target):
            return str(target)
    return ""


def _is_open(survey: Survey, seal: str, target: Target) -> bool:
    if seal != ACCUSATION:
        return target.relative in _OPEN
    known = survey.names.org is not None
    return bool(target.relative or target.first_present) or (
        known and target.unit != survey.org.discipline()
    )
