"""An effect in the wrong phase.

Tables with `hit: all` prepare the issue: set, tag, path, seal, link. Tables with `hit: first`
choose who is asked. Sealing is finished before anyone is chosen, so it cannot wait for the
second phase.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
        seal: minor

Good::

    kind: routing
    hit: all
    rules:
      - id: a
        name: A
        seal: minor
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("WRONG_PHASE", "error", __doc__)


def fault(place: Place, effect: str, hit: str) -> Fault:
    message = _("`{effect}` does not belong in a table with `hit: {hit}`")
    return LINT.fault(
        place,
        message.format(effect=effect, hit=hit),
        _("move the rule to a table of the other phase"),
    )
