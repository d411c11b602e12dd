"""A finding is allowed that is not there.

The comment has outlived what it allowed, its code is misspelt, or it stands at another line than
the finding: allowed is what is found at the comment's own line or, where it stands alone, at the
next line of the rule. An error cannot be allowed.

Bad::

    kind: routing
    hit: first
    rules:
      # allow SHADOWED: it once was
      - {id: a, name: A, refer: {lead: police}}

Good::

    kind: routing
    hit: first
    rules:
      - {id: a, name: A, refer: {lead: police}}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint import lints
from referral_engine.rules.lint.base import Lint, did_you_mean
from referral_engine.spelling import nearest

LINT = Lint("UNUSED_SUPPRESSION", "warning", __doc__)


def fault(place: Place, code: str) -> Fault:
    """At the code that is allowed."""
    known = lints()
    message = _("nothing here is {code}").format(code=code)
    if code not in known:
        return LINT.fault(place, message, did_you_mean(nearest(code, known)))
    if known[code].severity == "error":
        return LINT.fault(place, message, _("an error cannot be allowed"))
    return LINT.fault(place, message, _("delete the comment"))
