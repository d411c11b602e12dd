"""An index of indicators that do not exist, or of itself.

An index is a tree: its parts are indicators or other indices, each by id.

Bad::

    kind: indicator
    rules:
      - {id: a, name: A, of: cases, numerator: {score: {gte: 4}}}
      - {id: b, name: B, parts: {aa: 1}}

Good::

    kind: indicator
    rules:
      - {id: a, name: A, of: cases, numerator: {score: {gte: 4}}}
      - {id: b, name: B, parts: {a: 1}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint import loop
from referral_engine.rules.lint.base import Lint, did_you_mean
from referral_engine.rules.lint.mentions import written
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.tree_assess import Index, Indicator
from referral_engine.spelling import nearest

LINT = Lint("UNKNOWN_INDICATOR", "error", __doc__)


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the index; a circle as a LOOP."""
    entries = {rule.id: rule for table in loaded.indicators for rule in table.rules}
    for rule in entries.values():
        for part, _weight in rule.parts if isinstance(rule, Index) else ():
            if part not in entries and not written(loaded, ("id", "编号"), part):
                message = _("no indicator has the id `{word}`").format(word=part)
                hint = did_you_mean(nearest(part, entries))
                yield replace(LINT.fault(rule.place, message, hint), rule=rule.id)
        way = _way_back(rule.id, entries)
        if way:
            yield replace(loop.fault(rule.place, " → ".join(way)), rule=rule.id)


def _way_back(start: str, entries: Mapping[str, Indicator | Index]) -> list[str]:
    """The ids from ``start`` round to itself, or nothing."""
    pending, seen = [[start]], set[str]()
    while pending:
        way = pending.pop()
        rule = entries.get(way[-1])
        for part, _weight in rule.parts if isinstance(rule, Index) else ():
            if part == start:
                return [*way, start]
            if part not in seen:
                seen.add(part)
                pending.append([*way, part])
    return []
