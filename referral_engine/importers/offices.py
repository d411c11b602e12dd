"""Sorts the units of a census: committees of communities, offices of a department, the others."""

from __future__ import annotations

from collections import Counter, defaultdict

import msgspec

from referral_engine.importers.census import Census
from referral_engine.importers.mapping import Organisation, comparable

__all__ = ["Offices", "Station", "stem"]

# What a place is beside its name: 坪山街道 and 坪山办事处 are one street's.
_PLACE_WORDS = ("街道", "镇", "乡")


class Station(msgspec.Struct, frozen=True, order=True):
    """A department's office in one township, by the township's code."""

    department: str
    township: str


class Offices:
    """``committees`` counts spellings by village code, ``stations`` by station; ``departments``
    counts the names that are left, as they are compared."""

    def __init__(self, census: Census, organisation: Organisation) -> None:
        self._organisation = organisation
        self._villages = {name: code for code, name in census.at("village").items()}
        self._stems = {stem(name): code for code, name in census.at("township").items()}
        self.committees: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.stations: defaultdict[Station, Counter[str]] = defaultdict(Counter)
        self.departments: Counter[str] = Counter()
        for (unit, codes), count in census.units.items():
            self._sort(unit, codes, count)

    def _sort(self, unit: str, codes: tuple[str, ...], count: int) -> None:
        name = comparable(self._organisation.normalise, unit)
        if village := self._village(name):
            self.committees[village][name] += count
        elif station := self._station(unit, name, codes):
            self.stations[station][unit] += count
        else:
            self.departments[name] += count

    def _village(self, name: str) -> str:
        for suffix in ("", *self._organisation.village_suffixes):
            if name.endswith(suffix) and (code := self._villages.get(name.removesuffix(suffix))):
                return code
        return ""

    def _station(self, unit: str, name: str, codes: tuple[str, ...]) -> Station | None:
        for department, ends in self._organisation.departments.items():
            if name.endswith(ends):
                # An office that names its street is that street's, wherever it was sent.
                named = (code for each, code in self._stems.items() if each in unit)
                where = (code for code in self._stems.values() if code in codes)
                home = next(named, "") or next(where, "")
                return Station(department, home) if home else None
        return None


def stem(name: str) -> str:
    """The name of a place without what it is: 坪山 for 坪山街道."""
    for word in _PLACE_WORDS:
        name = name.removesuffix(word)
    return name
