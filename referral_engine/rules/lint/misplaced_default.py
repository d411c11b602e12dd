"""A default that does not stand in the last table.

The tables after a default would never be asked.

Bad::

    kind: routing
    hit: first
    rank: 1
    rules:
      - id: a
        name: A
        refer: {lead: police}
    default: {refer: {lead: police}}
    ---
    kind: routing
    hit: first
    rank: 2
    rules:
      - id: b
        name: B
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rank: 1
    rules:
      - id: a
        name: A
        refer: {lead: police}
    ---
    kind: routing
    hit: first
    rank: 2
    rules:
      - id: b
        name: B
        refer: {lead: police}
    default: {refer: {lead: police}}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.ruleset import Loaded

LINT = Lint("MISPLACED_DEFAULT", "error", __doc__)


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the default itself."""
    deciding = [table for table in loaded.rule_set.routing if table.hit == "first"]
    for table in deciding[:-1]:
        if table.default is not None:
            message = _("only the last routing table has a default, and that is {file}")
            hint = _("move it there, or give this table the highest rank")
            fault = LINT.fault(table.default.place, message.format(file=deciding[-1].file), hint)
            yield replace(fault, rule=table.default.id)
