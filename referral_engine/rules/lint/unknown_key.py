"""A key that means nothing here.

A misspelt key would be a rule that silently does less than it says, so every key must be known
at its place.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {leed: police}

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

LINT = Lint("UNKNOWN_KEY", "error", __doc__)


def fault(place: Place, word: str, near: str) -> Fault:
    message = _("the key `{word}` is not known here")
    return LINT.fault(place, message.format(word=word), did_you_mean(near))
