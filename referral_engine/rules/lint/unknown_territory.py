"""No territory has this code.

A condition on a territory that does not exist never holds. The upper part of a code may stand
for the whole: `620922` for the county.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {territory: {under: "620999"}}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {territory: {under: "620922"}}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint, did_you_mean

LINT = Lint("UNKNOWN_TERRITORY", "error", __doc__)


def fault(place: Place, word: str, near: str) -> Fault:
    message = _("no territory has the code `{word}`")
    hint = did_you_mean(near, _("the files under `organisation:` in config.yaml list them"))
    return LINT.fault(place, message.format(word=word), hint)
