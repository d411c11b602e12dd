"""A field without its operator.

A leaf is always `field: {operator: value}`. What a bare value means would be a guess: equal,
under, contains?

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {category: M01}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {category: {under: M01}}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("MISSING_OPERATOR", "error", __doc__)


def fault(place: Place, field: str, example: str) -> Fault:
    message = _("the field `{field}` needs an operator")
    return LINT.fault(
        place, message.format(field=field), _("write `{example}`").format(example=example)
    )
