"""A step, indicator or rule that does not exist.

Paths refer to steps, indices to indicators, tests to rules, each by id.

Bad::

    kind: path
    paths:
      - id: p
        name: P
        steps:
          - {id: one, name: One, on: {success: tow}}
          - {id: two, name: Two}

Good::

    kind: path
    paths:
      - id: p
        name: P
        steps:
          - {id: one, name: One, on: {success: two}}
          - {id: two, name: Two}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint, did_you_mean

LINT = Lint("UNKNOWN_REFERENCE", "error", __doc__)


def fault(place: Place, word: str, near: str) -> Fault:
    message = _("nothing here has the id `{word}`")
    return LINT.fault(place, message.format(word=word), did_you_mean(near))
