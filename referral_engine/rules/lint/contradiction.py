"""A condition that is never true.

Its clauses exclude each other, or a bound lies outside what the field can be: the rule, or this
branch of it, does nothing. It is mostly `all:` where `any:` was meant, or a code of another group
than the table's `when`.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {all: [{people: {lt: 10}}, {people: {gte: 30}}]}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {any: [{people: {lt: 10}}, {people: {gte: 30}}]}
        refer: {lead: police}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.lint.parts import smallest
from referral_engine.rules.survey import Survey
from referral_engine.rules.tree import All

LINT = Lint("CONTRADICTION", "warning", __doc__)


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the smallest part that is never true; else at the rule's, against the guard."""
    never = survey.space.never
    faulty: set[int] = set()
    for rule, condition in survey.loaded.conditions():
        for part in smallest(condition, never, All):
            faulty.add(id(condition))
            yield replace(LINT.fault(part.place, _("this is never true")), rule=rule)
    for guard, rule, condition in survey.guarded():
        if not faulty & {id(guard), id(condition)} and survey.apart(guard, condition):
            message = _("this is never true where the `when` of the whole table is")
            yield replace(LINT.fault(condition.place, message), rule=rule)
