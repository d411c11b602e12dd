"""A finding is allowed without a reason.

Whoever reads the rule next year must see why the finding does not matter here: write it after a
colon, `# allow CODE: reason`.

Bad::

    kind: routing
    hit: first
    rules:
      # allow UNTESTED_RULE
      - {id: a, name: A, refer: {lead: police}}
    default: {refer: {lead: police}}

Good::

    kind: routing
    hit: first
    rules:
      # allow UNTESTED_RULE: an example
      - {id: a, name: A, refer: {lead: police}}
    default: {refer: {lead: police}}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("UNREASONED_SUPPRESSION", "warning", __doc__)


def fault(place: Place, code: str) -> Fault:
    """At the code that is allowed."""
    message = _("{code} is allowed here without a reason").format(code=code)
    return LINT.fault(place, message, _("say why: `# allow {code}: …`").format(code=code))
