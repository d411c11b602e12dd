"""`on:` names no occasion.

Escalation rules are asked when a share of a clock has run or when an event happens; on an
unknown occasion they would never be asked.

Bad::

    kind: escalation
    rules:
      - id: a
        name: A
        on: {clam: 100%}
        remind: true

Good::

    kind: escalation
    rules:
      - id: a
        name: A
        on: {claim: 100%}
        remind: true
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint, did_you_mean

LINT = Lint("UNKNOWN_OCCASION", "error", __doc__)


def fault(place: Place, word: str, near: str) -> Fault:
    message = _("no occasion is called `{word}`")
    return LINT.fault(place, message.format(word=word), did_you_mean(near))
