"""The organisation as routing, flow and people ask it: immutable, pure, with a hash."""

from __future__ import annotations

from datetime import datetime, tzinfo

from referral_engine.model.hours import WorkHours
from referral_engine.model.person import Person
from referral_engine.model.roster import DutyList
from referral_engine.model.target import Target
from referral_engine.model.territory import Territory
from referral_engine.model.unit import Unit
from referral_engine.org import targets
from referral_engine.org.content import EVERY_TOWNSHIP, Content, content_hash
from referral_engine.org.duty import Roster
from referral_engine.org.lines import Lines
from referral_engine.org.presence import is_present
from referral_engine.org.tree import Tree

__all__ = ["PERSON", "Org"]

PERSON = "person:"
"""Prefix of an accused or barred person's id, where units and persons stand in one list."""

_LEADERS = {
    "province": ("county_leader",),
    "city": ("county_leader",),
    "county": ("county_leader",),
    "township": ("township_director",),
    "village": ("village_director",),
}
_GRID_LEADERS = ("grid_leader", "grid_member")


class Org:
    """Territories, units and people of one load. Nothing changes after construction.

    Moments are aware datetimes, turned into the county's zone here. Territory codes may be padded
    to twelve digits, and one that is not listed counts as the nearest listed one above it.
    ``hash`` names the content: SHA-256 in hex, the same whatever the order of the files.
    """

    __slots__ = ("_discipline", "_holders", "_hours", "_people", "_staff", "content", "hash",
                 "lines", "roster", "tree", "zone")  # fmt: skip

    def __init__(self, content: Content, zone: tzinfo) -> None:
        """``content`` must be sound; load_org checks what comes from files."""
        self.content = content
        self.zone = zone
        self.tree = Tree(content.territories, content.codes)
        self.lines = Lines(content.units, self.tree)
        self.roster = Roster(content.roster)
        self.hash = content_hash(content, str(zone))
        self._people = {person.id: person for person in content.people}
        self._staff: dict[str, list[Person]] = {}
        self._holders: dict[tuple[str, str], list[Person]] = {}
        for person in content.people:
            self._place(person)
        # Asked at every clock; most keep the organisation's.
        self._hours = {
            unit.id: hours
            for unit in content.units
            if (hours := unit.hours or self._hours_of_department(unit)) is not None
        }
        discipline = (unit.id for unit in content.units if unit.kind == "discipline")
        self._discipline = next(discipline, "")

    @classmethod
    def empty(cls, zone: tzinfo | None = None) -> Org:
        """An organisation of nobody; in UTC unless a zone is given."""
        from datetime import UTC

        return cls(Content(), zone or UTC)

    def _place(self, person: Person) -> None:
        for unit in person.units:
            self._staff.setdefault(unit, []).append(person)
        for post in dict.fromkeys((post.role, post.territory) for post in person.posts):
            self._holders.setdefault(post, []).append(person)

    def _hours_of_department(self, unit: Unit) -> WorkHours | None:
        known = self.unit(unit.of) if unit.of else None
        return known.hours if known is not None else None

    def unit_names(self) -> dict[str, str]:
        """Every unit's id with its name, what rules and people may write as a target."""
        return {unit.id: unit.name for unit in self.content.units}

    def territory_names(self) -> dict[str, str]:
        """Every territory's code with its name."""
        return {each.code: each.name for each in self.content.territories}

    # Territories

    def territory(self, code: str) -> Territory | None:
        """The territory of a code, padded or not; None where this very one is not listed."""
        return self.tree.territories.get(self.tree.exact(code))

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The codes above a territory, nearest first, itself excluded."""
        path = self.tree.path(code)
        return path[1:] if self.tree.exact(code) else path

    def under(self, code: str, ancestor: str) -> bool:
        """Whether a territory is the ancestor itself or lies below it."""
        return self.tree.under(code, ancestor)

    def at_level(self, code: str, level: str) -> str | None:
        """The territory itself or the one above it of this level; None where there is none."""
        return self.tree.at_level(code, level)

    # Units

    def unit(self, id: str) -> Unit | None:
        """The unit of an id, whether it still exists or not; None where unknown."""
        return self.lines.units.get(id)

    def current(self, id: str, at: datetime) -> str:
        """The unit that does this unit's work at a moment.

        Along ``succeeded_by`` from one that has ended, back to the predecessor of one not yet
        begun; where neither leads on, the superior. An unknown id comes back as it is.
        """
        units = self.lines.units
        found = units.get(id)
        if found is None or (found.since is None and found.until is None):
            return id  # as nearly all: of these no day needs to be known
        day = at.astimezone(self.zone).date()
        seen: set[str] = set()
        while (unit := units.get(id)) is not None and not unit.exists_on(day) and id not in seen:
            seen.add(id)
            begun = unit.since is None or unit.since <= day
            onward = unit.succeeded_by if begun else self.lines.predecessors.get(id, "")
            id = onward if onward and onward not in seen else self.lines.superior(id) or id
        return id

    def level_of_unit(self, unit: str) -> str:
        """The level of the territory a unit sits in; empty where the unit is unknown."""
        known = self.unit(unit)
        return self.tree.level(known.territory) if known else ""

    def department(self, unit: str) -> str:
        """The department of a station; any other unit comes back as it is."""
        known = self.unit(unit)
        return known.of if known and known.of else unit

    def station(self, unit: str, territory: str) -> str:
        """The unit's station that serves the territory, the nearest one first, else the unit."""
        return self.lines.station(unit, territory)

    def related(self, unit: str) -> frozenset[str]:
        """Who is recused along with a unit: its department, its stations, its superior office.

        The line ends where a place begins: a centre, a government, a village committee is no
        superior *office*, or nobody would be left to take over. ``person:ID`` stands for the
        person and the lines of every post held.
        """
        if not unit.startswith(PERSON):
            return self.lines.line(unit)
        person = self.person(unit.removeprefix(PERSON))
        lines = [self.lines.line(each) for each in person.units] if person else []
        return frozenset({unit}).union(*lines)

    def hours_of(self, unit: str) -> WorkHours:
        """The unit's hours: its own, else those of its department, else the organisation's."""
        return self._hours.get(unit, self.content.hours)

    def discipline(self) -> str:
        """The unit accusations go to; the root centre where none is named; empty if empty."""
        return self._discipline or self._root_centre()

    def duty_list(self, township: str) -> DutyList | None:
        """The township's list of duties, else the one for every township, else None."""
        duties = self.content.duties
        code = self.tree.at_level(township, "township") or township
        return duties.get(code) or duties.get(EVERY_TOWNSHIP)

    # Who answers for a place

    def answering(self, territory: str, level: str) -> list[str]:
        """Units answering for a territory at a level and above, nearest first, the root's last."""
        return self.lines.answering(territory or self.tree.root, level) or self._root_only()

    def responsible(self, territory: str, level: str) -> str | None:
        """The unit answering for a territory at a level, else at the next level that has one.

        Which unit does its work at a given moment, ``current`` says.
        """
        return next(iter(self.answering(territory, level)), None)

    def centre(self, territory: str) -> str:
        """The centre that holds a case: the township's, else the one above; empty if empty."""
        units = self.lines.units
        for id in self.answering(territory, "township"):
            if units[id].kind == "centre":
                return id
        return self._root_centre()

    def resolve(
        self, target: Target, territory: str, at: datetime, first: str, barred: frozenset[str]
    ) -> str | None:
        """The unit a target means for a case of this territory at this moment; None: nobody.

        A department is answered as itself: ``station`` names the office that acts for it. A
        relative target, and one written as an area code, moves up past barred units; of
        ``first_present`` the barred are passed over, and the last stands in where none is
        present; a barred unit named outright is nobody.
        """
        return targets.resolve(self, target, territory, at, first, barred)

    # Upwards

    def superior(self, unit: str) -> str | None:
        """Whom a unit answers to; None for the root centre and an unknown unit."""
        return self.lines.superior(unit)

    def superiors_of(self, unit: str) -> list[str]:
        """Every superior, nearest first."""
        return self.lines.chain(unit)

    def superior_not_in(self, unit: str, barred: frozenset[str]) -> str | None:
        """The nearest superior that is not barred."""
        return next((each for each in self.lines.chain(unit) if each not in barred), None)

    def step_up(self, unit: str, territory: str, barred: frozenset[str]) -> str | None:
        """Who answers for the territory at the next level above the unit's, barred ones passed.

        Where no level is left, the unit's nearest superior that is not barred; None at the top.
        """
        for each in self.lines.above(unit, territory):
            if each not in barred and each != unit:
                return each
        return self.superior_not_in(unit, barred)

    def common_superior(self, *units: str, barred: frozenset[str] = frozenset()) -> str | None:
        """The nearest unit above all of them, none of them and not barred; the root centre where
        there is none, None where that is barred too."""
        chains = [self.lines.chain(unit) for unit in units]
        passed = barred.union(units)
        shared = (
            each
            for each in chains[0]
            if each not in passed and all(each in chain for chain in chains)
        )
        found = next(shared, "") or self._root_centre()
        return found if found and found not in barred else None

    def leader(self, territory: str, level: str, barred: frozenset[str]) -> Person | None:
        """Who leads the territory at a level, else at the next level above.

        Passed over are barred persons (``person:ID``) and, where a whole unit is barred, those
        whose leading post is in it.
        """
        for code in self.tree.from_level(territory or self.tree.root, level):
            roles = _LEADERS.get(self.tree.level(code), _GRID_LEADERS)
            for role in roles:
                for person in self._holders.get((role, code), ()):
                    if PERSON + person.id not in barred and not _led_from(person, role, barred):
                        return person
        return None

    # People

    def person(self, id: str) -> Person | None:
        """The person of an id; None where unknown."""
        return self._people.get(id)

    def people(self, unit: str) -> tuple[Person, ...]:
        """Everyone with a post in the unit, in file order."""
        return tuple(self._staff.get(unit, ()))

    def holders(self, role: str, territory: str) -> tuple[Person, ...]:
        """Everyone who holds a role for exactly this territory, in file order."""
        return tuple(self._holders.get((role, self.tree.exact(territory)), ()))

    def on_duty(self, unit: str, at: datetime) -> Person | None:
        """Who is on duty for the unit at a moment; of several the first written."""
        id = self.roster.on_duty(unit, at.astimezone(self.zone))
        return self._people.get(id) if id is not None else None

    def present(self, unit: str, at: datetime) -> bool:
        """Whether the unit is here at a moment: on duty, or present at the centre, or open."""
        local = at.astimezone(self.zone)
        known = self.unit(unit)
        if known is None or not known.exists_on(local.date()):
            return False
        on_duty = self.roster.on_duty(unit, local) is not None
        return is_present(known, self.hours_of(unit), on_duty, local)

    def _root_centre(self) -> str:
        return self.lines.responsible.get(self.tree.root, "")

    def _root_only(self) -> list[str]:
        root = self._root_centre()
        return [root] if root else []


def _led_from(person: Person, role: str, barred: frozenset[str]) -> bool:
    """Whether the person leads from a barred unit."""
    return any(post.role == role and post.unit in barred for post in person.posts)
