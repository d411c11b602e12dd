"""The people of a generated county: posts after the pattern, names and phones invented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from referral_engine.trial.county.lots import Lots
from referral_engine.trial.county.names import person_name
from referral_engine.trial.county.offices import Station
from referral_engine.trial.county.pattern import Pattern, Person, Values
from referral_engine.trial.county.places import Village
from referral_engine.trial.county.townships import Township

__all__ = ["COLUMNS", "Row", "Staff"]

COLUMNS = ("id", "name", "phone", "unit", "role", "territory", "grade")
Row = dict[str, str]
_GRADES = ("1级", "2级", "3级")


class Staff:
    """Rows of people.csv; every person comes out with all posts held."""

    def __init__(self, pattern: Pattern, county: str, lots: Lots) -> None:
        self._pattern = pattern
        self._county = county
        self._lots = lots
        self._count = 0

    @property
    def count(self) -> int:
        """Persons so far."""
        return self._count

    def of_the_county(self) -> Iterator[Row]:
        """Leaders, dispatchers, officers of departments: those of the pattern under its ids."""
        for person in self._pattern.people:
            yield from self._like(person, person.id, {})

    def of_a_township(
        self, township: Township, stations: Sequence[Station], village: Village
    ) -> Iterator[Row]:
        """Its centre's staff, and that of the stations that sit in it; `village` is its first."""
        for person, id in zip(self._pattern.staff, staff_ids(self._pattern, township), strict=True):
            yield from self._like(person, id, {_home(person): township.code})
        for station in stations:
            for number, person in enumerate(station.office.people, start=1):
                places = {_home(person): station.id}
                id = f"s{station.id}{number}"
                yield from self._like(person, id, places, village.code)

    def of_a_village(self, village: Village) -> Iterator[Row]:
        """The director, and a person for each grid; the first also leads the village's grids."""
        own = village.code[6:]
        yield from self._person(f"v{own}", [(village.code, "village_director", "")])
        for number, grid in enumerate(village.grids):
            posts = [(grid.code, "grid_member", self._lots.pick(_GRADES))]
            if number == 0:
                posts.append((village.code, "grid_leader", ""))
            yield from self._person(f"g{grid.code[6:]}", posts, grid.code)

    def contacts(self, count: int, villages: Sequence[Village]) -> Iterator[Row]:
        """Household contacts (联户长) of grids that chance picks."""
        for number in range(1, count + 1):
            grid = self._lots.pick(self._lots.pick(villages).grids)
            yield from self._person(f"h{number:06d}", [(grid.code, "household_contact", "")])

    def _like(
        self, person: Person, id: str, places: Mapping[str, str], village: str = ""
    ) -> Iterator[Row]:
        """A person with the posts of the pattern's, in the places that stand for its own."""
        posts = []
        for post in person.posts:
            unit, territory = _text(post, "unit"), _text(post, "territory")
            # A post within the pattern's township is held in the first village of this one.
            inside = len(territory) > len(self._pattern.root) + 3
            posts.append((places.get(unit, unit), _text(post, "role"), village if inside else ""))
        yield from self._rows(id, posts)

    def _person(
        self, id: str, posts: Sequence[tuple[str, str, str]], territory: str = ""
    ) -> Iterator[Row]:
        """Posts of unit, role and grade."""
        for row, (_unit, _role, grade) in zip(
            self._rows(id, [(unit, role, territory) for unit, role, _grade in posts]),
            posts,
            strict=True,
        ):
            yield row | {"grade": grade}

    def _rows(self, id: str, posts: Sequence[tuple[str, str, str]]) -> Iterator[Row]:
        """Posts of unit, role and territory; an empty one is the unit's own."""
        self._count += 1
        name, phone = person_name(self._lots), f"1{self._count:010d}"
        for unit, role, territory in posts:
            yield {
                "id": id, "name": name, "phone": phone,
                "unit": unit, "role": role, "territory": territory,
            }  # fmt: skip


def staff_ids(pattern: Pattern, township: Township) -> list[str]:
    """The ids of a township centre's people, in the order of the pattern's staff."""
    return [f"t{township.segment}{number}" for number in range(1, len(pattern.staff) + 1)]


def _home(person: Person) -> str:
    return _text(person.posts[0], "unit")


def _text(values: Values, field: str) -> str:
    value = values.get(field, "")
    return value if isinstance(value, str) else " ".join(value)
