"""A township is given what its list of duties does not hold.

`@township` leads only what is basic in its list of duties (履职事项清单), and supports only what is
basic or supporting; what the county has taken back goes to the county's department. As the one that
stands in where nobody of `first_present` is there it may also be supporting.

Bad::

    kind: categories
    categories: {M03: 违法建设, D02: 邻里}
    ---
    kind: routing
    hit: first
    rules:
      - {id: a, name: A, when: {category: {eq: M03}}, refer: {lead: "@township"}}

Good::

    kind: categories
    categories: {M03: 违法建设, D02: 邻里}
    ---
    kind: routing
    hit: first
    rules:
      - {id: a, name: A, when: {category: {eq: D02}}, refer: {lead: "@township"}}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.model.target import Target
from referral_engine.rules.algebra import Box
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.survey import Deciding, Survey
from referral_engine.rules.tree import Refer

LINT = Lint("NOT_A_DUTY", "warning", __doc__)

_LEAD = frozenset({"basic"})
_SUPPORT = frozenset({"basic", "supporting"})


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the rule, for the first category and township it may meet; a default is for
    whatever is left and everybody's.
    """
    for each in survey.deciding:
        refer = each.rule.effects.refer
        allowed, whole = _allowed(refer) if refer else (None, False)
        found = _first(survey, each, allowed, whole) if allowed else None
        if found:
            category, township = found
            message = _("{category} is no duty of {township}, which would get it").format(
                category=survey.labelled(category), township=township
            )
            hint = _("name the county's department, or leave the category out")
            yield replace(LINT.fault(each.rule.place, message, hint), rule=each.rule.id)


def _allowed(refer: Refer) -> tuple[frozenset[str] | None, bool]:
    """What the township must have in its list, and whether it is enough that some category of the
    rule is in it, as of those that it only supports.
    """
    if refer.lead.relative == "township":
        return _LEAD, False
    if any(_township(target) for target in refer.lead.first_present):
        return _SUPPORT, False
    if any(_township(support.to) for support in refer.support):
        return _SUPPORT, True
    return None, False


def _township(target: Target) -> bool:
    return target.relative == "township" or any(map(_township, target.first_present))


def _first(
    survey: Survey, each: Deciding, allowed: frozenset[str], some: bool
) -> tuple[str, str] | None:
    """The first cell that the rule may decide and the township may not be given."""
    for township, place in survey.townships.items():
        duties = survey.org.duty_list(township)
        if duties is None:
            continue
        cells = dict(_cells(survey, each, place))
        wrong = [code for code in cells if duties.duty(code) not in allowed]
        if some and len(wrong) < len(cells):
            continue
        for category in wrong:
            if not all(survey.taken(box, each) for box in cells[category]):
                return category, township
    return None


def _cells(survey: Survey, each: Deciding, place: Box) -> Iterator[tuple[str, list[Box]]]:
    here = [both for box in each.boxes if (both := box & place)]
    for category, cell in survey.categories.items():
        found = [both for box in here if (both := box & cell)]
        if found:
            yield category, found
