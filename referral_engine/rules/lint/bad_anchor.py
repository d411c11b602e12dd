"""An anchor repeats itself, or repeats too much.

Anchors and aliases are allowed to avoid repetition. One that contains itself has no end, and a
few that multiply each other can stand for more text than fits in memory.

Bad::

    kind: routing
    hit: first
    rules: &again
      - *again

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

LINT = Lint("BAD_ANCHOR", "error", __doc__)


def fault(place: Place) -> Fault:
    message = _("an alias contains itself, or the aliases of this file stand for too much text")
    return LINT.fault(place, message, _("write the repeated part out"))
