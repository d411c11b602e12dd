"""The file holds no table of rules.

A rule file is one mapping that begins with `kind:`. An empty file, a bare list or a bare word
is most often a file saved by mistake.

Bad::

    - a
    - b

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

LINT = Lint("NOT_A_TABLE", "error", __doc__)


def fault(place: Place) -> Fault:
    message = _("a rule file is a mapping of keys and values")
    return LINT.fault(place, message, _("begin it with `kind: routing`"))


def empty(place: Place) -> Fault:
    return LINT.fault(place, _("the file is empty"), _("fill it or delete it"))
