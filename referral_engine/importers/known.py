"""Is what an issue names known here? Categories, territories, units; each fault with a suggestion.

A reader of files knows what a value looks like, not whether this county has it. The check comes
between reading and intake, for files as for any other way in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from referral_engine.i18n import _
from referral_engine.importers.row import Row, RowFault
from referral_engine.model.issue import Issue
from referral_engine.model.territory import level_rank
from referral_engine.org import PERSON, Org
from referral_engine.spelling import nearest

__all__ = ["KNOWN_CODES", "Known"]

# Codes of a row beside those of its reader (codes.ROW_CODES).
KNOWN_CODES: dict[str, str] = {
    "UNKNOWN_CATEGORY": "the county's category tree has no such code",
    "UNKNOWN_TERRITORY": "the organisation has no such territory, nor a village above it",
    "UNKNOWN_UNIT": "the accused is no unit or person of the organisation",
}


class Known(NamedTuple):
    """What a county knows. ``categories`` maps a code to its label; empty: none is declared."""

    org: Org
    categories: Mapping[str, str]

    def checked(self, row: Row) -> Row:
        """The row as it can be taken in, or with the faults why not."""
        if row.issue is None:
            return row
        accused, strangers = self._units(row.issue.accused)
        faults = [
            RowFault(row.line, field, code, message)
            for field, code, message in (*self._faults(row.issue), *strangers)
        ]
        if faults:
            return replace(row, issue=None, faults=tuple(faults))
        if accused == row.issue.accused:
            return row
        return replace(row, issue=replace(row.issue, accused=accused))

    def _faults(self, issue: Issue) -> list[tuple[str, str, str]]:
        found = []
        category, territory = issue.category, issue.territory
        if category and self.categories and category not in self.categories:
            said = _("there is no category {code}").format(code=category)
            near = _near(category, self.categories)
            found.append(("category", "UNKNOWN_CATEGORY", said + near))
        if territory and not self._placed(territory):
            said = _("there is no territory {code}").format(code=territory)
            near = _near(territory, self.org.territory_names())
            found.append(("territory", "UNKNOWN_TERRITORY", said + near))
        return found

    def _placed(self, code: str) -> bool:
        """Listed, or finer than what is listed: a building in a village that is known."""
        tree = self.org.tree
        if tree.exact(code):
            return True
        above = next(iter(self.org.ancestors(code)), "")
        return bool(above) and level_rank(tree.level(above)) >= level_rank("village")

    def _units(
        self, written: tuple[str, ...]
    ) -> tuple[tuple[str, ...], list[tuple[str, str, str]]]:
        """The accused by their ids. One that is not known could not be kept from the case."""
        if not written:
            return (), []
        names = self.org.unit_names()
        ids = {name: id for id, name in names.items()}
        meant, strangers = [], []
        for each in written:
            if each in names or self._person(each):
                meant.append(each)
            elif each in ids:
                meant.append(ids[each])
            else:
                said = _("there is no unit {unit} to be accused").format(unit=each)
                strangers.append(("accused", "UNKNOWN_UNIT", said + _near(each, [*names, *ids])))
        return tuple(meant), strangers

    def _person(self, written: str) -> bool:
        return written.startswith(PERSON) and bool(self.org.person(written.removeprefix(PERSON)))


def _near(written: str, known: Collection[str]) -> str:
    found = nearest(written, known)
    return _("; did you mean {near}?").format(near=found) if found else ""
