r"""A regular expression that cannot be used.

Patterns are RE2: they take time proportional to the text, so that a pattern can never hang the
engine. Back-references and look-around have no such bound.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {text: {matches: '(.)\1'}}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {text: {matches: '燃气.{0,6}泄漏'}}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("BAD_PATTERN", "error", __doc__)


def fault(place: Place, reason: str) -> Fault:
    message = _("the pattern is not a linear-time regular expression: {reason}")
    return LINT.fault(place, message.format(reason=reason))
