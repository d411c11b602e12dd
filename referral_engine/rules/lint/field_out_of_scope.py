"""A field that this kind of table cannot ask for.

At routing a case has no owner, no clock and no flags yet; a field of a running case would
always be missing there.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {overdue_h: {gte: 4}}
        refer: {lead: police}

Good::

    kind: escalation
    rules:
      - id: a
        name: A
        on: {claim: 100%}
        when: {overdue_h: {gte: 4}}
        remind: true
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("FIELD_OUT_OF_SCOPE", "error", __doc__)


def fault(place: Place, word: str, kind: str) -> Fault:
    message = _("the field `{word}` is not known when `{kind}` rules are asked")
    return LINT.fault(place, message.format(word=word, kind=kind))
