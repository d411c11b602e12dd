"""A condition that is always true.

It asks nothing: leave it out, or correct the slip that makes it hold for everything. Mostly it is
`any:` where `all:` was meant, or a bound that every value keeps.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {any: [{severity: {gte: 2}}, {severity: {lt: 3}}]}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {all: [{severity: {gte: 2}}, {severity: {lt: 3}}]}
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
from referral_engine.rules.tree import Any

LINT = Lint("TAUTOLOGY", "warning", __doc__)


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at the smallest part that is always true."""
    for rule, condition in survey.loaded.conditions():
        for part in smallest(condition, survey.space.always, Any):
            message = _("this is always true")
            yield replace(LINT.fault(part.place, message, _("leave it out")), rule=rule)
