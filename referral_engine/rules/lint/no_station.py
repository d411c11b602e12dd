"""A unit is named for a place that it does not serve.

The rule is for a township in which the unit neither sits nor has a station that serves it: a case
from there would come to an office that is not responsible. Name the unit that is, give the station
the township in `stations.csv`, or bound the rule by `territory`.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: street_company}

Good::

    kind: routing
    hit: first
    when: {territory: {under: "620922100"}}
    rules:
      - id: a
        name: A
        refer: {lead: street_company}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.survey import Deciding, Survey
from referral_engine.rules.tree import Refer

LINT = Lint("NO_STATION", "warning", __doc__)


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the rule, once a unit."""
    unserved: dict[str, list[str]] = {}
    for each in survey.deciding:
        refer = each.rule.effects.refer
        for unit in _named(refer) if refer else ():
            if unit not in unserved:
                unserved[unit] = [p for p in survey.townships if not _serves(survey, unit, p)]
            if outside := [place for place in unserved[unit] if _meets(survey, each, place)]:
                message = _("{unit} serves no issue from {places}").format(
                    unit=unit, places=", ".join(outside)
                )
                hint = _("name the unit that does, or bound the rule by `territory`")
                yield replace(LINT.fault(each.rule.place, message, hint), rule=each.rule.id)


def _named(refer: Refer) -> list[str]:
    """The units that are named outright; of those present by turns none has to serve all."""
    targets = (refer.lead, *(support.to for support in refer.support))
    return list(dict.fromkeys(target.unit for target in targets if target.unit))


def _meets(survey: Survey, each: Deciding, township: str) -> bool:
    """Whether the rule may be true in the township."""
    return any(box & survey.townships[township] for box in each.boxes)


def _serves(survey: Survey, unit: str, place: str) -> bool:
    org, known = survey.org, survey.org.unit(unit)
    if known is None or org.station(unit, place) != unit:
        return True  # an area code means whoever answers there
    sits, serves = known.territory, known.serves
    if serves:
        return any(org.under(place, code) or org.under(code, place) for code in serves)
    return not sits or org.under(place, sits) or org.under(sits, place)
