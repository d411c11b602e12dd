"""A window that ends before it begins.

A rule whose days of effect are empty is never in force; two equal ends of a day's hours say
nothing.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        effective: {from: 2026-05-01, until: 2026-01-01}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        effective: {from: 2026-01-01, until: 2026-05-01}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("BAD_WINDOW", "error", __doc__)


def fault(place: Place, start: str, end: str) -> Fault:
    message = _("the window from {start} to {end} is empty")
    return LINT.fault(place, message.format(start=start, end=end))
