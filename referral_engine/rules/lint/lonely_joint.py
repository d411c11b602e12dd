"""A joint whistle that calls one department.

The joint whistle (攻坚哨) is for two departments or more; one alone is an ordinary dispatch or a
routine whistle, and would spoil the whistle rate.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police, whistle: joint}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police, support: [justice], whistle: joint}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.ruleset import Loaded

LINT = Lint("LONELY_JOINT", "warning", __doc__)


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the rule."""
    for _table, rule in loaded.routing_rules():
        refer = rule.effects.refer
        if refer is not None and refer.whistle == "joint" and not refer.support:
            message = _("a joint whistle calls at least two departments")
            hint = _("add `support:` or use `whistle: routine`")
            yield replace(LINT.fault(rule.place, message, hint), rule=rule.id)
