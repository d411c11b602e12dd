"""A rule sets a field that rules may not set.

What the reporter said and what time it was are facts. Rules set only what is declared settable,
such as category and severity.

Bad::

    kind: routing
    hit: all
    rules:
      - id: a
        name: A
        set: {people: 3}

Good::

    kind: routing
    hit: all
    rules:
      - id: a
        name: A
        set: {severity: 2}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("NOT_SETTABLE", "error", __doc__)


def fault(place: Place, word: str, known: str) -> Fault:
    message = _("rules may not set the field `{word}`")
    return LINT.fault(
        place, message.format(word=word), _("they may set {known}").format(known=known)
    )
