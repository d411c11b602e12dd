"""`kind:` names no kind of table.

The kind says how the rest of the file is read.

Bad::

    kind: routeing
    rules: []

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
from referral_engine.rules.lint.base import Lint, did_you_mean

LINT = Lint("UNKNOWN_KIND", "error", __doc__)


def fault(place: Place, word: str, near: str) -> Fault:
    message = _("`{word}` is no kind of table")
    return LINT.fault(place, message.format(word=word), did_you_mean(near))
