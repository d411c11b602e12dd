"""No table says what happens when no rule decides.

Every accepted issue has an owner at every moment, so the last routing table names who takes an
issue that no rule decides.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
    default: {refer: {lead: police}}
"""

from __future__ import annotations

from collections.abc import Iterator

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.ruleset import Loaded

LINT = Lint("NO_DEFAULT", "error", __doc__)


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the beginning of the last deciding table."""
    deciding = [table for table in loaded.rule_set.routing if table.hit == "first"]
    if deciding and all(table.default is None for table in deciding):
        message = _("no routing table has a default: who owns an issue that no rule decides?")
        hint = _('add `default: {refer: {lead: "@township"}}` to the last table')
        yield LINT.fault(Place(deciding[-1].file), message, hint)
