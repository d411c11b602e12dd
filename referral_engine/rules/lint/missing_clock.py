"""A referral without a deadline.

Every claim and every feedback has a deadline. It comes from the rule's `within`, else from the
`kind: whistles` file: the level of the whistle, or `dispatch`.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
    default: {refer: {lead: police}}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
        within: {claim: 2wh, report: 5wd}
    default: {refer: {lead: police}, within: {claim: 2wh, report: 5wd}}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.ruleset import Loaded

LINT = Lint("MISSING_CLOCK", "warning", __doc__)


_NEEDED = ("claim", "report")


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the rule."""
    for _table, rule in loaded.routing_rules():
        refer = rule.effects.refer
        if refer is None:
            continue
        given = loaded.rule_set.whistles.get(refer.whistle or "dispatch", ())
        # What an emergency needs reported by when depends on the situation.
        needed = ("claim",) if refer.whistle == "emergency" else _NEEDED
        known = {clock.name for clock in (*given, *rule.effects.within)}
        for name in needed:
            if name not in known:
                message = _("nothing says by when this is to be answered with `{clock}`")
                hint = _("add `within: {{{clock}: …}}` or a `kind: whistles` file")
                fault = LINT.fault(rule.place, message.format(clock=name), hint.format(clock=name))
                yield replace(fault, rule=rule.id)
