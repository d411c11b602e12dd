"""A rule that does nothing.

A deciding rule must refer, suggest, redirect or reject, any other rule must have some effect:
otherwise an issue would be decided by a rule that decides nothing.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        set: {severity: 2}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
        set: {severity: 2}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("NO_EFFECT", "error", __doc__)


def fault(place: Place) -> Fault:
    message = _("the rule decides nothing")
    return LINT.fault(place, message, _("give it an effect or delete it"))
