"""An id that the engine keeps for itself.

`default` is the id of the default of the last routing table.

Bad::

    kind: routing
    hit: first
    rules:
      - id: default
        name: A
        refer: {lead: police}

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
from referral_engine.rules.lint.base import Lint

LINT = Lint("RESERVED_ID", "error", __doc__)


def fault(place: Place, word: str) -> Fault:
    message = _("the id `{word}` is reserved")
    return LINT.fault(place, message.format(word=word), _("give it another id"))
