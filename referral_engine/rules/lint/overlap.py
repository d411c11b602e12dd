"""Two rules in tables of one rank may hold together and say different things.

Between tables of one rank only the names of the files say which is asked first. Give the table that
is meant to win the lower `rank`, or tell the two conditions apart.

Bad::

    kind: routing
    hit: first
    rules:
      - {id: a, name: A, when: {category: {under: M}}, refer: {lead: police}}
    ---
    kind: routing
    hit: first
    rules:
      - {id: b, name: B, when: {people: {gte: 30}}, refer: {lead: justice}}

Good::

    kind: routing
    rank: 110
    hit: first
    rules:
      - {id: a, name: A, when: {category: {under: M}}, refer: {lead: police}}
    ---
    kind: routing
    hit: first
    rules:
      - {id: b, name: B, when: {people: {gte: 30}}, refer: {lead: justice}}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.survey import Deciding, Survey, together

LINT = Lint("OVERLAP", "warning", __doc__)


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the later rule, for the first of the earlier ones that disagrees."""
    first_of: dict[int, int] = {}
    for each in survey.deciding:
        first = first_of.setdefault(each.table.rank, each.number)
        if each.table is survey.deciding[first].table:
            continue
        if rival := _rival(survey, each, first):
            message = _("may hold together with `{rule}` of {file}, which says otherwise").format(
                rule=rival.rule.id, file=rival.table.file
            )
            hint = _("both tables have the rank {rank}: give one of them another").format(
                rank=each.table.rank
            )
            yield replace(LINT.fault(each.rule.place, message, hint), rule=each.rule.id)


def _rival(survey: Survey, each: Deciding, first: int) -> Deciding | None:
    """The first rule from this number on that may hold with it and has other effects."""
    for box in each.boxes:
        for other in survey.meeting(box, first, each.number):
            apart = other.table is not each.table and other.rule.effects != each.rule.effects
            if apart and together(other.rule.effective, each.rule.effective):
                return other
    return None
