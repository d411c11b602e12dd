"""No category has this code.

Categories are declared in a file of `kind: categories`; a code that is not there never comes
in.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {category: {under: Q77}}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {category: {under: M01}}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint, did_you_mean

LINT = Lint("UNKNOWN_CATEGORY", "error", __doc__)


def fault(place: Place, word: str, near: str) -> Fault:
    message = _("no category has the code `{word}`")
    hint = did_you_mean(near, _("the file of `kind: categories` lists them"))
    return LINT.fault(place, message.format(word=word), hint)
