"""Whom a target means: on the shipped county by hand, on random ones against a naive walk."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.model.target import Target
from referral_engine.model.territory import LEVELS, Territory
from referral_engine.model.unit import Unit
from referral_engine.org import Content, Org, load_org

NOBODY: frozenset[str] = frozenset()
WEDNESDAY = datetime.fromisoformat("2026-09-30T10:00+08:00")
NIGHT = datetime.fromisoformat("2026-09-29T23:00+08:00")
GRID = "620922100200001"


def resolve(org: Org, target: Target, *barred: str, at: datetime = WEDNESDAY) -> str | None:
    return org.resolve(target, GRID, at, "", frozenset(barred))


@pytest.mark.parametrize(
    ("relative", "unit"),
    [
        ("grid", "620922100200001"),
        ("village", "620922100200"),
        ("township", "620922100"),
        ("county", "centre"),
    ],
)
def test_a_relative_target_is_the_unit_answering_at_that_level(
    county: Org, relative: str, unit: str
) -> None:
    assert resolve(county, Target(relative=relative)) == unit


def test_a_territory_without_the_level_is_answered_from_above(county: Org) -> None:
    at_township = county.resolve(Target(relative="grid"), "620922100", WEDNESDAY, "", NOBODY)
    assert at_township == "620922100"
    building = "62092200100100101"
    assert county.resolve(Target(relative="grid"), building, WEDNESDAY, "", NOBODY) == building[:15]


def test_a_barred_unit_is_passed_over_upwards_but_not_replaced_when_named(county: Org) -> None:
    assert resolve(county, Target(relative="village"), "620922100200") == "620922100"
    assert resolve(county, Target(relative="village"), "620922100200", "620922100") == "centre"
    assert resolve(county, Target(relative="county"), "centre") is None
    assert resolve(county, Target(unit="police"), "police") is None
    assert resolve(county, Target(unit="620922100"), "620922100") == "centre"


def test_an_area_code_means_the_unit_answering_for_it_padded_or_not(county: Org) -> None:
    assert resolve(county, Target(unit="620922")) == "centre"
    assert resolve(county, Target(unit="620922000000")) == "centre"
    assert resolve(county, Target(unit="620922100000")) == "620922100"
    assert resolve(county, Target(unit="nobody")) is None


def test_a_department_is_itself_and_its_station_the_nearest_that_serves(county: Org) -> None:
    assert resolve(county, Target(unit="police")) == "police"
    assert county.station("police", GRID) == "police_100"
    assert county.station("court", GRID) == "court"
    assert county.station("court", "620922103200001") == "court_103"
    assert county.station("police", "620922") == "police"
    assert county.department("police_100") == "police"


def test_first_is_whoever_took_it_in_or_the_centre(county: Org) -> None:
    first = Target(relative="first")
    assert county.resolve(first, GRID, WEDNESDAY, "justice", NOBODY) == "justice"
    assert county.resolve(first, GRID, WEDNESDAY, "", NOBODY) == "620922100"
    assert county.resolve(first, GRID, WEDNESDAY, "justice", frozenset({"justice"})) == "centre"


def test_first_present_follows_weekday_hour_and_duty(county: Org) -> None:
    present = Target(first_present=(Target(unit="natural_resources"), Target(unit="emergency")))
    thursday = datetime.fromisoformat("2026-10-01T10:00+08:00")
    assert resolve(county, present) == "natural_resources"
    assert resolve(county, present, at=NIGHT) == "emergency"
    assert resolve(county, present, "natural_resources") == "emergency"
    assert resolve(county, present, "emergency", at=thursday) == "natural_resources"
    assert resolve(county, present, "emergency", "natural_resources") is None


def test_nobody_present_leaves_the_last_one_named(county: Org) -> None:
    present = Target(first_present=(Target(unit="housing"), Target(relative="village")))
    noon = datetime.fromisoformat("2026-09-30T13:00+08:00")
    assert resolve(county, present, at=noon) == "620922100200"


def test_an_unlisted_grid_lies_in_its_village_and_nowhere_is_the_root(county: Org) -> None:
    township = Target(relative="township")
    assert county.resolve(township, "620922100200099", WEDNESDAY, "", NOBODY) == "620922100"
    assert county.resolve(township, "", WEDNESDAY, "", NOBODY) == "centre"
    assert county.resolve(township, "999", WEDNESDAY, "", NOBODY) == "centre"
    assert county.centre("999") == county.centre("") == "centre"
    assert county.centre(GRID) == "620922100"


def naive(content: Content, target: Target, territory: str, barred: frozenset[str]) -> str | None:
    """The same question by linear search over the lists, one level at a time."""
    by_code = {each.code: each for each in content.territories}
    while territory not in by_code and territory:
        territory = territory[:-1]
    node = by_code.get(territory) or next(t for t in content.territories if not t.parent)
    wanted = LEVELS.index(target.relative)
    while True:
        if LEVELS.index(node.level) <= wanted:
            for unit in content.units:
                answers = unit.kind in ("centre", "committee", "grid")
                if answers and unit.territory == node.code and unit.id not in barred:
                    return unit.id
        if not node.parent:
            return None
        node = by_code[node.parent]


@st.composite
def organisations(draw: st.DrawFn) -> Content:
    """A county in which any place may lack its responsible unit, the county's own excepted."""
    territories = [Territory("620922", "county", "county")]
    units = [Unit("centre", "centre", "centre", "620922")]
    for township in range(draw(st.integers(0, 3))):
        code = f"620922{township + 100}"
        territories.append(Territory(code, code, "township", "620922"))
        if draw(st.booleans()):
            units.append(Unit(code, code, "centre", code))
        for village in range(draw(st.integers(0, 2))):
            below = f"{code}{village + 200}"
            territories.append(Territory(below, below, "village", code))
            if draw(st.booleans()):
                units.append(Unit(below, below, "committee", below))
            grid = f"{below}001"
            territories.append(Territory(grid, grid, "grid", below))
            if draw(st.booleans()):
                units.append(Unit(grid, grid, "grid", grid))
    return Content(tuple(draw(st.permutations(territories))), tuple(units))


@given(organisations(), st.sampled_from(["grid", "village", "township", "county"]), st.data())
def test_resolution_agrees_with_a_naive_walk(
    content: Content, relative: str, data: st.DataObject
) -> None:
    org = Org(content, UTC)
    listed = [each.code for each in content.territories]
    territory = data.draw(st.sampled_from([*listed, listed[-1] + "777", "620922999"]))
    ids = [unit.id for unit in content.units]
    barred = frozenset(data.draw(st.lists(st.sampled_from(ids), max_size=3)))
    target = Target(relative=relative)
    assert org.resolve(target, territory, WEDNESDAY, "", barred) == naive(
        content, target, territory, barred
    )


def calls(function: Callable[[], object]) -> int:
    """How many functions a call enters, itself and built-in ones included."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


def write_large(folder: Path, villages: int) -> Path:
    """A county of 33 grids with a member each in every village."""
    folder.mkdir()
    places = ["code,name,unit", "620922,县,县中心", "620922100,镇,镇中心"]
    people = ["id,name,phone,unit,role,territory"]
    for village in range(villages):
        code = f"620922100{village + 1:03d}"
        places.append(f"{code},村{village},村委会{village}")
        for grid in range(33):
            places.append(f"{code}{grid:03d},网格{grid},网格{grid}")
            people.append(f"p{code}{grid:03d},甲,,{code}{grid:03d},grid_member,")
    (folder / "territories.csv").write_text("\n".join(places), encoding="utf-8")
    (folder / "people.csv").write_text("\n".join(people), encoding="utf-8")
    units = "id,name,kind,territory\ndiscipline,纪委,discipline,620922\n"
    (folder / "units.csv").write_text(units, encoding="utf-8")
    return folder


def test_loading_is_proportional_and_resolving_constant(tmp_path: Path) -> None:
    """Counted in calls, so that the machine's speed plays no part."""
    small, large = write_large(tmp_path / "small", 20), write_large(tmp_path / "large", 200)
    load_org(small, "Asia/Shanghai")  # imports and caches are paid for once
    cost = [calls(lambda folder=folder: load_org(folder, "UTC")) for folder in (small, large)]  # type: ignore[misc]
    assert 8 < cost[1] / cost[0] < 11

    few, many = load_org(small, "UTC"), load_org(large, "UTC")
    assert len(many.content.people) == 6_600
    for target in (Target(relative="grid"), Target(relative="county"), Target(unit="discipline")):
        asked = [
            calls(lambda org=org, t=target: org.resolve(t, "620922100007003", NIGHT, "", NOBODY))  # type: ignore[misc]
            for org in (few, many)
        ]
        assert asked[0] == asked[1]
