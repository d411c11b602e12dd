"""Issues of a category that only the default catches.

No deciding rule can be true of an issue of this category, in these townships: it goes to the
default whatever it says. Write the rule that is missing; or, where that is meant, say so in the
default's `intended`.

Bad::

    kind: categories
    categories: {M: 城市管理, M01: 市容, M02: 市政}
    ---
    kind: routing
    hit: first
    rules:
      - {id: a, name: A, when: {category: {under: M01}}, refer: {lead: police}}
    default: {refer: {lead: justice}}

Good::

    kind: categories
    categories: {M: 城市管理, M01: 市容, M02: 市政}
    ---
    kind: routing
    hit: first
    rules:
      - {id: a, name: A, when: {category: {under: M01}}, refer: {lead: police}}
      - {id: b, name: B, when: {category: {in: [M, M02]}}, refer: {lead: justice}}
    default: {refer: {lead: justice}}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.algebra import Box
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.survey import TERRITORY, Deciding, Survey
from referral_engine.rules.tree import RoutingTable

LINT = Lint("ONLY_DEFAULT", "warning", __doc__)


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the default, once a category."""
    table = next((t for t in reversed(survey.loaded.rule_set.routing) if t.hit == "first"), None)
    if table is None or table.default is None:
        return
    left = {code: _left(survey, cell, table) for code, cell in survey.categories.items()}
    for category, places in left.items():
        # What is said of a whole group is not said again of its kinds.
        if places and places != left.get(survey.above(category)):
            where = ", ".join(places) if len(places) < len(survey.townships) else _("everywhere")
            message = _("only the default catches the category {category}: {where}").format(
                category=survey.labelled(category), where=where
            )
            hint = _("write a rule for it, or name it in the default's `intended`")
            fault = LINT.fault(table.default.place, message, hint)
            yield replace(fault, rule=table.default.id)


def _anywhere(each: Deciding, cell: Box) -> bool:
    """Whether the rule may be true of an issue of the cell from any place."""
    return any(TERRITORY not in box.masks and box & cell for box in each.boxes)


def _left(survey: Survey, cell: Box, table: RoutingTable) -> list[str]:
    """The townships in which nothing but the default can be true; where none is known, one word
    for all.
    """
    region = survey.space.region(table.intended.when) if table.intended else None
    meant = region.boxes if region else ()
    if any(_anywhere(each, cell) for each in survey.meeting(cell)):
        return []
    places = survey.townships or {"*": Box({})}
    found: list[str] = []
    for township, place in places.items():
        both = cell & place
        if both is None or survey.space.covers(meant, both):
            continue
        if next(survey.meeting(both), None) is None:
            found.append(township)
    return found
