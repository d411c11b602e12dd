"""A unit is named that has neither a plugin nor anybody at its desk.

A department without a plugin answers by hand. Where no person is listed for the unit, nor for any
of its stations, nobody would ever claim, and every case sent there would be escalated. Install the
department's plugin, or list who answers in `people.csv`.

Bad::

    kind: routing
    hit: first
    rules:
      - {id: a, name: A, refer: {lead: empty_office}}

Good::

    kind: routing
    hit: first
    rules:
      - {id: a, name: A, refer: {lead: police}}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.model.target import Target
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.survey import Survey
from referral_engine.rules.tree import Refer

LINT = Lint("NOBODY_THERE", "warning", __doc__)


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the first rule that names the unit; not where nobody is listed at all."""
    if not survey.org.content.people:
        return
    told: set[str] = set()
    for _table, rule in survey.loaded.routing_rules():
        refer = rule.effects.refer
        for unit in _units(refer) if refer else ():
            if unit in told or survey.org.unit(unit) is None:
                continue
            told.add(unit)
            if not _answers(survey, unit):
                message = _("nobody at {unit} can answer: it has no plugin and no people")
                hint = _("install its plugin, or list who answers in people.csv")
                fault = LINT.fault(rule.place, message.format(unit=unit), hint)
                yield replace(fault, rule=rule.id)


def _units(refer: Refer) -> Iterator[str]:
    for target in (refer.lead, *(support.to for support in refer.support)):
        yield from _named(target)


def _named(target: Target) -> Iterator[str]:
    if target.unit:
        yield target.unit
    for other in target.first_present:
        yield from _named(other)


def _answers(survey: Survey, unit: str) -> bool:
    org = survey.org
    stations = (each.id for each in org.content.units if each.of == unit)
    if any(org.people(each) for each in (unit, *stations)):
        return True
    served = survey.names.served
    return served is not None and unit in served()
