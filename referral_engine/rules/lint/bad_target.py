"""A target that means nobody here.

A target is a unit's id, a territory's code, or a word with @ that is resolved for each case.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: "@town"}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: "@township"}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint, did_you_mean

LINT = Lint("BAD_TARGET", "error", __doc__)


def fault(place: Place, word: str, known: str, near: str) -> Fault:
    message = _("`@{word}` means nobody here; known are {known}")
    return LINT.fault(
        place, message.format(word=word, known=known), did_you_mean(f"@{near}" if near else "")
    )
