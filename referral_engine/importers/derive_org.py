"""An organisation, and the tree of categories, from an export and its mapping.

The export knows more about a district than anyone has written down: which communities there are,
who disposed of what, which offices every street has. What comes out are the files an
administrator would write, to be read, corrected and kept by hand from then on.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.importers.census import Census, usual
from referral_engine.importers.mapping import Mapping, Organisation, Territory, comparable
from referral_engine.importers.offices import Offices, stem
from referral_engine.importers.read import read_rows

__all__ = ["derive"]

_TERRITORIES = ("code", "name", "level", "parent")
_UNITS = ("id", "name", "kind", "territory", "of", "serves", "answers_for")
_UnitRow = dict[str, str]


def derive(path: Path | str, mapping: Mapping) -> dict[str, str]:
    """Files by their name in the workspace, as text: the organisation and the categories.

    Needs the sections ``territory:`` and ``organisation:``. Districts, streets and communities
    become territories, communities that dispose their committees, offices that each street has
    stations of one department, everyone else a department. Ids are the units' names, so that
    rules read as people speak. Raises Faulty where the mapping or the file cannot be used.
    """
    territory, organisation = mapping.territory, mapping.organisation
    if territory is None or organisation is None:
        message = _("a mapping needs territory: and organisation: to derive an organisation from")
        raise Faulty([Fault(Place(mapping.file or str(path)), "MAP_MISSING_KEY", message)])
    census = Census(mapping, territory, organisation)
    for _row in read_rows(path, mapping, lambda _fit: census):
        pass  # the census counts as it is handed the records
    units = _Units(census, territory, organisation)
    files = {
        "org/organisation.yaml": "kind: organisation\ncodes: gb\n",
        "org/territories.csv": _csv(_TERRITORIES, _territories(census, territory)),
        "org/units.csv": _csv(_UNITS, units.rows()),
    }
    if census.categories:
        files["rules/categories.yaml"] = _categories(census.categories)
    return files


def _territories(census: Census, territory: Territory) -> list[dict[str, str]]:
    root = {"code": territory.code, "name": territory.name, "level": territory.level}
    rows = [root]
    for code in sorted(census.names):
        level, parent = census.places[code]
        name = usual(census.names[code])
        rows.append({"code": code, "name": name, "level": level, "parent": parent})
    return rows


class _Units:
    """The units of a census, in the order people look for them: centre, places, departments."""

    def __init__(self, census: Census, territory: Territory, organisation: Organisation) -> None:
        self._villages, self._townships = census.at("village"), census.at("township")
        self._offices = Offices(census, organisation)
        self._root = territory.code
        self._organisation = organisation

    def rows(self) -> list[_UnitRow]:
        return [*self._needed(), *self._places(), *self._departments(), *self._stations()]

    def _needed(self) -> Iterable[_UnitRow]:
        organisation = self._organisation
        yield self._unit(organisation.centre[0], "centre", answers_for=self._root)
        yield self._unit(organisation.discipline[0], "discipline")

    def _places(self) -> Iterable[_UnitRow]:
        for code, name in self._townships.items():
            office = name + self._organisation.township_suffix
            yield self._unit(office, "government", code, answers_for=code)
        for code, name in self._villages.items():
            spellings = self._offices.committees.get(code)
            yield self._unit(usual(spellings) if spellings else name, "committee", code)

    def _departments(self) -> Iterable[_UnitRow]:
        for name in self._organisation.departments:
            yield self._unit(name, "department")
        own = {*self._organisation.centre, *self._organisation.discipline}
        for name in sorted(self._offices.departments.keys() - own):
            yield self._unit(name, self._organisation.kinds.get(name, "department"))

    def _stations(self) -> Iterable[_UnitRow]:
        for station, spellings in sorted(self._offices.stations.items()):
            written = usual(spellings)
            name = comparable(self._organisation.normalise, written)
            place = self._townships[station.township]
            # Streets share names such as 市政服务中心: the id says whose it is.
            id_ = name if stem(place) in name else f"{name}-{place}"
            unit = self._unit(id_, "station", station.township)
            yield unit | {"name": written, "of": station.department, "serves": station.township}

    def _unit(
        self, name: str, kind: str, territory: str = "", *, answers_for: str = ""
    ) -> _UnitRow:
        return {
            "id": "".join(letter if letter.isalnum() else "-" for letter in name).strip("-"),
            "name": name,
            "kind": kind,
            "territory": territory or self._root,
            "answers_for": answers_for,
        }


def _csv(columns: tuple[str, ...], rows: Iterable[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _categories(parents: dict[str, str]) -> str:
    """YAML of a category tree; a code is its path, its label the last step of it."""
    lines = ["kind: categories", "categories:"]
    for code in sorted(parents):
        parent = parents[code]
        label = code[len(parent) + 1 :] if parent else code
        # Written out at the top too where a code begins like another, which would be above it.
        begins = any(code != other and code.startswith(other) for other in parents)
        above = f", parent: {_quoted(parent)}" if begins else ""
        lines.append(f"  {_quoted(code)}: {{label: {_quoted(label)}{above}}}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
