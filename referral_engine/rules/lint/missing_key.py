"""A key that must be there is not.

Some keys are always written out, so that a reader need not know a default: `hit` of a routing
table, `id` of a rule, `lead` of `refer`.

Bad::

    kind: routing
    rules:
      - id: a
        name: A
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("MISSING_KEY", "error", __doc__)


def fault(place: Place, key: str) -> Fault:
    message = _("the key `{key}` is missing")
    return LINT.fault(place, message.format(key=key), _("add `{key}:`").format(key=key))
