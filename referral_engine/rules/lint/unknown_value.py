"""A word that is not in the closed vocabulary.

Where the values are known, a misspelt one would be a condition that never holds or an effect
that does nothing.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police, whistle: urgent}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police, whistle: emergency}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint, did_you_mean

LINT = Lint("UNKNOWN_VALUE", "error", __doc__)


def fault(place: Place, word: str, known: str, near: str) -> Fault:
    message = _("`{word}` is not one of {known}")
    return LINT.fault(place, message.format(word=word, known=known), did_you_mean(near))
