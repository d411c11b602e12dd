"""No unit or territory has this id.

A referral to a unit that does not exist would strand the case. Units are named by their id, a
territory's responsible unit by its code.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: polcie}

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

LINT = Lint("UNKNOWN_UNIT", "error", __doc__)


def fault(place: Place, word: str, near: str) -> Fault:
    message = _("no unit has the id `{word}`")
    hint = did_you_mean(near, _("the files under `organisation:` in config.yaml list them"))
    return LINT.fault(place, message.format(word=word), hint)
