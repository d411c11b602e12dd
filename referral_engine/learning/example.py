"""A recorded referral, its unit expressed as an administrator would write it in a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from referral_engine.importers import Row
from referral_engine.importers.mapping import Truth, comparable
from referral_engine.org import Org

__all__ = ["Example", "Names", "examples"]


class Example(msgspec.Struct, frozen=True):
    """``target`` is a unit's id, ``@village``, ``@township`` or a department with stations, so
    that what is learnt in one place holds in another; empty where no known unit was recorded.
    """

    at: datetime
    category: str
    territory: str
    target: str


class Names:
    """From a recorded name to the target it stands for in a territory."""

    def __init__(self, org: Org, truth: Truth) -> None:
        self._org = org
        self._units: dict[str, list[str]] = {}
        for unit in org.content.units:
            for name in dict.fromkeys((unit.name, unit.id)):
                key = comparable(truth.normalise, name)
                self._units.setdefault(key, []).append(unit.id)

    def target(self, recorded: str, territory: str) -> str:
        """The department whose station here is meant, else the place's own unit, else the unit;
        empty where nobody is called so. Several units of one name: the one that sits here."""
        org, meant = self._org, self._units.get(recorded, ())
        for unit in meant:
            department = org.department(unit)
            if department != unit and org.station(department, territory) in meant:
                return department
        for level in ("village", "township"):
            if org.at_level(territory, level) and org.responsible(territory, level) in meant:
                return f"@{level}"
        return next((unit for unit in meant if self._sits_here(unit, territory)), "") or next(
            iter(meant), ""
        )

    def _sits_here(self, unit: str, territory: str) -> bool:
        known = self._org.unit(unit)
        return known is not None and self._org.under(territory, known.territory)


def examples(rows: Iterable[Row], truth: Truth, org: Org) -> Iterator[Example]:
    """The rows that are issues with a category, in the order they came."""
    names = Names(org, truth)
    for row in rows:
        issue = row.issue
        if issue is not None and issue.category:
            target = names.target(row.truth.get(truth.column, ""), issue.territory)
            yield Example(issue.received_at, issue.category, issue.territory, target)
