"""A value of the wrong type.

Values are read as they are written and converted by the declared type of their field: a number
field wants a number, a list wants square brackets or dashes.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {people: {gte: many}}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {people: {gte: 5}}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("WRONG_TYPE", "error", __doc__)


def fault(place: Place, found: str, expected: str) -> Fault:
    message = _("`{found}` is not {expected}")
    return LINT.fault(place, message.format(found=found, expected=expected))
