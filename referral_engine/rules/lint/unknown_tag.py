"""A tag that nothing sets.

No rule sets this tag and the configuration does not say that issues bring it, so the condition
may never hold.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {tags: {has: crwod}}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {tags: {has: crowd}}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint, did_you_mean

LINT = Lint("UNKNOWN_TAG", "warning", __doc__)


def fault(place: Place, word: str, near: str) -> Fault:
    message = _("no rule sets the tag `{word}`, and issues are not known to bring it")
    return LINT.fault(place, message.format(word=word), did_you_mean(near))
