"""A column is asked for that no rule uses.

`fields` in config.yaml lets imports bring more columns than the engine knows. What no rule reads
is asked of people for nothing: drop the column, or write the rule that names its use. A field that
only a plugin reads is declared by the plugin itself.

Bad::

    kind: routing
    hit: first
    rules:
      - {id: a, name: A, when: {people: {gte: 30}}, refer: {lead: police}}

Good::

    kind: routing
    hit: first
    rules:
      - {id: a, name: A, when: {extra.photo: {exists: true}}, refer: {lead: police}}
"""

from __future__ import annotations

from collections.abc import Iterator

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.survey import Survey
from referral_engine.rules.tree import Condition
from referral_engine.rules.tree_assess import Indicator
from referral_engine.rules.walk import leaves, questions

LINT = Lint("UNUSED_EVIDENCE", "info", __doc__)


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the field in config.yaml."""
    asked = survey.names.asked
    if not asked:
        return
    read = _read(survey)
    for field, place in asked.items():
        if field not in read:
            message = _("no rule uses `{field}`, which imports ask for").format(field=field)
            yield LINT.fault(place, message, _("drop the column, or write the rule that uses it"))


def _read(survey: Survey) -> set[str]:
    found: set[str] = set()
    for condition in _conditions(survey):
        found.update(leaf.field for leaf in leaves(condition))
        found.update(name for question in questions(condition) for name in question.same)
    for table in survey.loaded.warnings:
        for rule in table.rules:
            found.update(rule.measure.group_by)
    return found


def _conditions(survey: Survey) -> Iterator[Condition]:
    for _rule, condition in survey.loaded.conditions():
        yield condition
    for table in survey.loaded.indicators:
        for each in table.rules:
            if isinstance(each, Indicator):
                yield each.numerator
                if each.denominator is not None:
                    yield each.denominator
