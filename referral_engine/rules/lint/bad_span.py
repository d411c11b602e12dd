"""A length of time that cannot be read.

`15m 2h 3d` pass on the clock, `2wh 5wd` count working hours and working days.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
        within: {claim: 2 hours}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
        within: {claim: 2h}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("BAD_SPAN", "error", __doc__)


def fault(place: Place, reason: str) -> Fault:
    """``reason`` is already a message for people."""
    return LINT.fault(place, reason, _("write it like 15m, 2h, 3d, 2wh or 5wd"))
