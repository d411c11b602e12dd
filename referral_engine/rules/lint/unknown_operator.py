"""A word that is no operator.

The operators of each type are listed in the reference of the rule language.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {people: {atleast: 5}}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {people: {gte: 5}}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint, did_you_mean

LINT = Lint("UNKNOWN_OPERATOR", "error", __doc__)


def fault(place: Place, word: str, near: str) -> Fault:
    message = _("no operator is called `{word}`")
    return LINT.fault(place, message.format(word=word), did_you_mean(near))
