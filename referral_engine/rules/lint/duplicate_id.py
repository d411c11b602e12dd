"""One id is used twice.

History refers to a rule by its id, so an id is unique over all files.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
      - id: a
        name: A
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
      - id: b
        name: A
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("DUPLICATE_ID", "error", __doc__)


def fault(place: Place, word: str, first: Place) -> Fault:
    message = _("the id `{word}` is already used at {first}")
    return LINT.fault(place, message.format(word=word, first=first), _("give it another id"))
