"""Counts, over an export, the places, units and categories it speaks of."""

from __future__ import annotations

from collections import Counter, defaultdict

from referral_engine.importers.convert import Cells, as_text, territory_codes
from referral_engine.importers.mapping import Derived, Mapping, Organisation, Territory
from referral_engine.importers.row import Row

__all__ = ["Census", "usual"]


class Census:
    """Takes the records of an export as a reader gives them; see ``derive_org``.

    ``names`` counts the spellings of a place by its code, ``places`` holds its level and parent;
    ``units`` counts the spellings of a unit by the territory codes of its records, from the root
    down; ``categories`` maps a category to the one above it, empty at the top.
    """

    def __init__(self, mapping: Mapping, territory: Territory, organisation: Organisation) -> None:
        self._mapping = mapping
        self._levels = territory.levels
        self._organisation = organisation
        self._category = next(
            (field for field in mapping.fields if field.to == "category" and field.how == "join"),
            None,
        )
        self.names: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.places: dict[str, tuple[str, str]] = {}
        self.units: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.categories: dict[str, str] = {}

    def row(self, line: int, cells: Cells, extra: dict[str, str] | None = None) -> Row:
        """Counts one record; the row itself is of no use."""
        codes = tuple(territory_codes(self._mapping, cells))
        for level, parent, code in zip(self._levels, codes, codes[1:], strict=False):
            self.names[code][as_text(cells[level.name])] += 1
            self.places[code] = (level.level, parent)
        unit = as_text(cells.get(self._organisation.unit))
        if unit not in self._mapping.missing and unit not in self._organisation.ignore:
            self.units[unit, codes] += 1
        if self._category:
            self._count_category(self._category, cells)
        return Row(line)

    def at(self, level: str) -> dict[str, str]:
        """The places of a level: code to its usual name, in the order of the codes."""
        codes = sorted(code for code, (each, _parent) in self.places.items() if each == level)
        return {code: usual(self.names[code]) for code in codes}

    def _count_category(self, category: Derived, cells: Cells) -> None:
        above = ""
        for column in category.columns:
            step = as_text(cells.get(column))
            if step not in self._mapping.missing:
                code = above + category.joint + step if above else step
                self.categories.setdefault(code, above)
                above = code


def usual(spellings: Counter[str]) -> str:
    """The most frequent spelling; of equals the shortest, then the first in order."""
    return min(spellings, key=lambda name: (-spellings[name], len(name), name))
