"""A condition without content.

An empty `all:` would always hold and an empty `any:` never, which nobody means. A rule that
always holds has no `when:`.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {all: []}
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

LINT = Lint("EMPTY_CONDITION", "error", __doc__)


def fault(place: Place) -> Fault:
    message = _("the condition is empty")
    return LINT.fault(place, message, _("write a condition or leave `when:` out"))
