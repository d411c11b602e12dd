"""What one rule set says otherwise than another, rule by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from referral_engine.rules.tree import RuleSet

__all__ = ["changes"]

_PLACE = re.compile(r'"place":\{[^{}]*\},?')


def changes(before: RuleSet, after: RuleSet) -> dict[str, list[str]]:
    """The ids of the routing and escalation rules ``added``, ``removed`` and ``changed``."""
    old, new = dict(_rules(before)), dict(_rules(after))
    return {
        "added": [id for id in new if id not in old],
        "removed": [id for id in old if id not in new],
        "changed": [id for id in new if id in old and new[id] != old[id]],
    }


def _rules(rules: RuleSet) -> Iterator[tuple[str, Any]]:
    """Each rule by its id, as far as it decides: where it stands in its file is no change."""
    for routing in rules.routing:
        for rule in (*routing.rules, *((routing.default,) if routing.default else ())):
            yield rule.id, _meant(rule, routing)
    for table in rules.escalation:
        for escalation in table.rules:
            yield escalation.id, _meant(escalation, table)


def _meant(rule: Any, table: Any) -> str:
    written = msgspec.json.encode((rule, table.rank, table.when), order="deterministic").decode()
    return _PLACE.sub("", written)
