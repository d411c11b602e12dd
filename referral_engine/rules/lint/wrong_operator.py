"""An operator that the field's type does not have.

Texts are searched, numbers compared, lists asked what they hold; an operator of another type
would never hold.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {tags: {eq: x}}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {tags: {has: x}}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("WRONG_OPERATOR", "error", __doc__)


def fault(place: Place, operator: str, field: str, known: str) -> Fault:
    message = _("the field `{field}` has no operator `{operator}`")
    return LINT.fault(
        place,
        message.format(field=field, operator=operator),
        _("it has {known}").format(known=known),
    )
