"""Steps or indicators that go round in a circle.

A path must come to an end, and an index cannot be part of itself.

Bad::

    kind: path
    paths:
      - id: p
        name: P
        steps:
          - {id: one, name: One, on: {success: two}}
          - {id: two, name: Two, on: {failure: one}}

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
from referral_engine.rules.lint.base import Lint

LINT = Lint("LOOP", "error", __doc__)


def fault(place: Place, way: str) -> Fault:
    message = _("this goes round in a circle: {way}")
    return LINT.fault(place, message.format(way=way))
