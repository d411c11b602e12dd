"""Conditions nested too deep.

Nobody can read a condition nested more than thirty levels deep; it is a slip of indentation or
a machine's output.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when:
          {not: {not: {not: {not: {not: {not: {not: {not: {not: {not: {not: {not:
          {not: {not: {not: {not: {not: {not: {not: {not: {not: {not: {not: {not:
          {not: {not: {not: {not: {not: {not: {not:
          {people: {gte: 5}}
          }}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {not: {people: {gte: 5}}}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("TOO_DEEP", "error", __doc__)


def fault(place: Place, most: int) -> Fault:
    message = _("conditions are nested more than {most} deep")
    return LINT.fault(place, message.format(most=most))
