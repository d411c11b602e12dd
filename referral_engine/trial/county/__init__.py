"""A county of any size to try things on: real townships, all below them invented.

Departments, stations and posts are those of the shipped county, so that its rules fit. The same
plan gives the same files on every machine.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.trial.county.lots import Lots
from referral_engine.trial.county.offices import Station, stations
from referral_engine.trial.county.pattern import Pattern, Values, shipped_pattern
from referral_engine.trial.county.places import MOST_GRIDS, MOST_VILLAGES, Village, settle
from referral_engine.trial.county.staff import COLUMNS, Row, Staff, staff_ids
from referral_engine.trial.county.townships import Township, read_townships

__all__ = ["GRIDS_A_VILLAGE", "Plan", "Township", "generate", "read_townships"]

GRIDS_A_VILLAGE = 45
"""Where a plan does not say how many villages: 13,215 grids (Suiping) then lie in 293."""

_TERRITORIES = ("code", "name", "unit")
_STATIONS = ("id", "name", "kind", "territory", "of", "serves", "hours")
_ROSTER = ("unit", "person", "date", "weekday", "shift")


class Plan(msgspec.Struct, frozen=True):
    """``county`` is a code of six digits, ``people`` None for as many as there are posts."""

    county: str
    name: str
    townships: tuple[Township, ...]
    villages: int
    grids: int
    people: int | None
    seed: int


def generate(plan: Plan) -> dict[str, str]:
    """The organisation's files by name, as text, named as the shipped ones are.

    Raises Refused where the numbers do not go together.
    """
    lots = Lots(plan.seed)
    pattern = shipped_pattern()
    villages = _settled(plan, lots)
    offices = list(stations(pattern.offices, plan.townships))
    return {
        "units.yaml": "".join(_units(plan, pattern)),
        "duties.yaml": _listed("duties", [pattern.duties]),
        "territories.csv": _csv(_TERRITORIES, _territories(plan, villages)),
        "grids.csv": _csv(_TERRITORIES, _grids(villages)),
        "stations.csv": _csv(_STATIONS, map(_station, offices)),
        "people.csv": _csv(COLUMNS, _people(plan, pattern, villages, offices, lots)),
        "roster.csv": _csv(_ROSTER, _roster(plan, pattern)),
    }


def _settled(plan: Plan, lots: Lots) -> tuple[Village, ...]:
    try:
        return settle(plan.townships, plan.villages, plan.grids, lots)
    except ValueError:
        message = _("{grids} grids do not go into {villages} villages of {townships} townships")
        raise Refused(
            "DOES_NOT_FIT",
            message.format(grids=plan.grids, villages=plan.villages, townships=len(plan.townships)),
            _("A township has 1 to {villages} villages, a village 1 to {grids} grids.").format(
                villages=MOST_VILLAGES, grids=MOST_GRIDS
            ),
        ) from None


def _units(plan: Plan, pattern: Pattern) -> Iterator[str]:
    yield f"kind: organisation\nhours: {pattern.hours}\n\nunits:\n"
    for unit in pattern.units:
        name = str(unit["name"]).replace(pattern.name, plan.name)
        name = name.replace(_bare(pattern.name), _bare(plan.name))
        yield _entry({**unit, "name": name, "territory": plan.county})


def _bare(county: str) -> str:
    """示范 for 示范县, as in the name of a branch."""
    return county[:-1] if county[-1:] in "县区市旗" else county


def _territories(plan: Plan, villages: Iterable[Village]) -> Iterator[Row]:
    yield {"code": plan.county, "name": plan.name}
    for each in plan.townships:
        yield {"code": each.code, "name": each.name, "unit": f"{each.name}综治中心"}
    for village in villages:
        yield {"code": village.code, "name": village.name, "unit": village.committee}


def _grids(villages: Iterable[Village]) -> Iterator[Row]:
    for village in villages:
        for grid in village.grids:
            yield {"code": grid.code, "name": grid.name, "unit": grid.name}


def _station(station: Station) -> Row:
    return {
        "id": station.id,
        "name": station.name,
        "kind": "station",
        "territory": station.township.code,
        "of": station.office.department,
        "serves": ";".join(township.code for township in station.serves),
        "hours": station.office.hours,
    }


def _people(
    plan: Plan,
    pattern: Pattern,
    villages: Sequence[Village],
    offices: Iterable[Station],
    lots: Lots,
) -> Iterator[Row]:
    staff = Staff(pattern, plan.county, lots)
    here: dict[Township, list[Station]] = {township: [] for township in plan.townships}
    for station in offices:
        here[station.township].append(station)
    first = {village.township: village for village in reversed(villages)}
    yield from staff.of_the_county()
    for township in plan.townships:
        yield from staff.of_a_township(township, here[township], first[township])
    for village in villages:
        yield from staff.of_a_village(village)
    if plan.people is not None:
        yield from staff.contacts(_spare(plan.people, staff.count), villages)


def _spare(people: int, posts: int) -> int:
    if people < posts:
        message = _("{people} people are too few: the posts alone take {posts}")
        raise Refused(
            "TOO_FEW_PEOPLE",
            message.format(people=people, posts=posts),
            _("Those beyond it become household contacts; without --people there are none."),
        )
    return people - posts


def _roster(plan: Plan, pattern: Pattern) -> Iterator[Row]:
    """Shifts of the county's units as in the pattern, of the townships' centres after one."""
    ids = [person.id for person in pattern.staff]
    for shift in pattern.roster:
        if shift["person"] not in ids:
            yield {field: str(shift.get(field, "")) for field in _ROSTER}
    for township in plan.townships:
        own = dict(zip(ids, staff_ids(pattern, township), strict=True))
        for shift in pattern.roster:
            if shift["person"] in own:
                row = {field: str(shift.get(field, "")) for field in _ROSTER}
                yield row | {"unit": township.code, "person": own[str(shift["person"])]}


def _listed(section: str, entries: Iterable[Values]) -> str:
    return f"kind: organisation\n{section}:\n" + "".join(map(_entry, entries))


def _entry(values: Mapping[str, object]) -> str:
    """One entry on a line; JSON is YAML."""
    return f"  - {json.dumps(values, ensure_ascii=False)}\n"


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
