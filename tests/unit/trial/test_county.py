"""A generated county: what was ordered, sound, the same for a seed, loaded in proportion."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from referral_engine.errors import Faulty, Refused
from referral_engine.model.target import Target
from referral_engine.org import Org, load_org
from referral_engine.shipped import template_root
from referral_engine.trial.county import Plan, Township, generate, read_townships
from referral_engine.trial.county.lots import Lots

ZONE = "Asia/Shanghai"
# Real codes and names of Guazhou and Suiping, of every kind: town, township, street, zone.
TOWNSHIPS = """\
code,name,areaCode
620922100,渊泉镇,620922
620922212,七墩回族东乡族乡,620922
411728001,瞿阳街道,411728
411728102,玉山镇,411728
411728204,槐树乡,411728
411728500,嵖岈山风景区,411728
"""
NOW = datetime(2026, 9, 28, 2, tzinfo=UTC)


@pytest.fixture
def townships(tmp_path: Path) -> tuple[Township, ...]:
    file = tmp_path / "townships.csv"
    file.write_text(TOWNSHIPS, "utf-8")
    return read_townships(file, "411728")


@pytest.fixture
def plan(townships: tuple[Township, ...]) -> Callable[..., Plan]:
    def make(grids: int = 60, villages: int = 24, people: int | None = None, seed: int = 7) -> Plan:
        return Plan("411728", "遂平县", townships, villages, grids, people, seed)

    return make


def written(plan: Plan, folder: Path) -> Path:
    folder.mkdir()
    for name, text in generate(plan).items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def county(plan: Callable[..., Plan], tmp_path: Path) -> Org:
    return load_org(written(plan(people=400), tmp_path / "org"), ZONE)


def test_it_is_as_large_as_was_ordered(county: Org) -> None:
    levels = Counter(each.level for each in county.content.territories)
    assert levels == {"county": 1, "township": 4, "village": 24, "grid": 60}
    assert len(county.content.people) == 400


def test_the_townships_are_the_real_ones(county: Org) -> None:
    names = county.territory_names()
    assert {code: names[code] for code in names if len(code) == 9} == {
        "411728001": "瞿阳街道",
        "411728102": "玉山镇",
        "411728204": "槐树乡",
        "411728500": "嵖岈山风景区",
    }


def test_every_place_has_a_unit_and_every_grid_a_person(county: Org) -> None:
    for place in county.content.territories:
        assert county.lines.responsible[place.code], place
        if place.level == "grid":
            assert len(county.holders("grid_member", place.code)) == 1
        if place.level == "village":
            assert county.holders("village_director", place.code)
        if place.level in ("county", "township"):
            assert county.leader(place.code, place.level, frozenset()) is not None


def test_every_township_is_served_by_a_station_of_each_department_that_has_any(
    county: Org,
) -> None:
    departments = {unit.of for unit in county.content.units if unit.of}
    assert {"police", "justice", "market_supervision"} <= departments
    for department in departments:
        served = Counter(
            code for unit in county.content.units if unit.of == department for code in unit.serves
        )
        assert served == dict.fromkeys(("411728001", "411728102", "411728204", "411728500"), 1)


def test_departments_are_those_of_the_shipped_county(county: Org) -> None:
    shipped = load_org(template_root() / "rules" / "org", ZONE)
    kinds = {"department", "institution", "utility", "court", "procuratorate", "discipline"}
    ours, theirs = (
        {unit.id: (unit.kind, unit.hours, unit.presence) for unit in org.content.units
         if unit.kind in kinds and not unit.of}
        for org in (county, shipped)
    )  # fmt: skip
    assert ours == theirs
    told = " ".join(unit.name for unit in county.content.units)
    assert "遂平县供水有限公司" in told
    assert "示范" not in told


def test_a_case_in_a_grid_finds_who_is_on_duty_and_who_answers(county: Org) -> None:
    grid = next(each.code for each in county.content.territories if each.level == "grid")
    answer = county.resolve(Target(relative="township"), grid, NOW, "", frozenset())
    assert answer == grid[:9]
    assert county.station("police", grid) == f"police_{grid[6:9]}"
    evening = datetime(2026, 9, 28, 12, tzinfo=UTC)
    assert county.on_duty("centre", evening) is not None
    assert county.on_duty(grid[:9], evening) is not None


def test_people_beyond_the_posts_are_contacts(plan: Callable[..., Plan], tmp_path: Path) -> None:
    posts = load_org(written(plan(), tmp_path / "posts"), ZONE).content.people
    more = load_org(written(plan(people=len(posts) + 9), tmp_path / "more"), ZONE).content.people
    assert more[: len(posts)] == posts
    roles = [[post.role for post in person.posts] for person in more[len(posts) :]]
    assert roles == [["household_contact"]] * 9


def test_a_seed_gives_the_same_county_and_another_seed_another(
    plan: Callable[..., Plan],
) -> None:
    assert generate(plan()) == generate(plan())
    assert generate(plan())["grids.csv"] != generate(plan(seed=8))["grids.csv"]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"grids": 3, "villages": 3}, "DOES_NOT_FIT"),
        ({"grids": 23, "villages": 24}, "DOES_NOT_FIT"),
        ({"grids": 4_000, "villages": 4}, "DOES_NOT_FIT"),
        ({"grids": 1_000, "villages": 797}, "DOES_NOT_FIT"),
        ({"people": 60}, "TOO_FEW_PEOPLE"),
    ],
)
def test_what_does_not_go_together_is_refused(
    plan: Callable[..., Plan], order: dict[str, int], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        generate(plan(**order))
    assert caught.value.code == code
    assert caught.value.next_step


def test_the_fullest_county_fits(plan: Callable[..., Plan], tmp_path: Path) -> None:
    org = load_org(written(plan(grids=796, villages=796), tmp_path / "full"), ZONE)
    assert sum(each.level == "village" for each in org.content.territories) == 796


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("name,area\n镇,411728\n", [(1, "org-missing-field")]),
        ("", [(1, "org-missing-field")]),
        ("code,name\n4117281,镇\n411728102,\n", [(2, "org-bad-code"), (3, "org-missing-field")]),
        ("code,name\n411728102,镇\n411728102000,镇\n", [(3, "org-duplicate")]),
    ],
)
def test_every_fault_of_the_list_is_named(
    tmp_path: Path, text: str, places: list[tuple[int, str]]
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(Faulty) as caught:
        read_townships(file, "411728")
    assert [(fault.place.line, fault.code) for fault in caught.value.faults] == places


@pytest.mark.parametrize(("county", "code"), [("4117", "BAD_COUNTY"), ("100000", "NO_TOWNSHIP")])
def test_a_county_that_is_not_in_the_list_is_refused(
    tmp_path: Path, county: str, code: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(TOWNSHIPS, "utf-8")
    with pytest.raises(Refused) as caught:
        read_townships(file, county)
    assert caught.value.code == code


@pytest.mark.parametrize(("total", "parts", "most"), [(1, 1, 1), (13_215, 293, 999), (99, 50, 2)])
def test_portions_add_up_within_their_bounds(total: int, parts: int, most: int) -> None:
    dealt = Lots(3).portions(total, parts, most)
    assert (len(dealt), sum(dealt)) == (parts, total)
    assert min(dealt) >= 1
    assert max(dealt) <= most


def calls_of(work: Callable[[], Any]) -> int:
    """How many calls, of Python and of C, a piece of work takes: a measure without a clock."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_loading_takes_work_in_proportion_to_the_size(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    """The same villages with 200, 400, 800 grids: each further grid costs what the last one did."""
    one, two, four = (
        calls_of(lambda size=size: load_org(tmp_path / str(size), ZONE))
        for size in (200, 400, 800)
        if written(plan(grids=size), tmp_path / str(size))
    )
    assert four - two == pytest.approx(2 * (two - one), rel=0.1)


@pytest.mark.data
def test_a_county_of_suipings_size(shared_data: Path, tmp_path: Path) -> None:
    """13,215 grids with a person each, and every one of them finds its unit and its people."""
    townships = read_townships(shared_data / "townships_seed_counties.csv", "411728")
    assert 15 <= len(townships) <= 23
    plan = Plan("411728", "遂平县", townships, 293, 13_215, None, 1)
    org = load_org(written(plan, tmp_path / "suiping"), ZONE)
    grids = [each.code for each in org.content.territories if each.level == "grid"]
    assert len(grids) == 13_215
    for grid in grids:
        assert org.responsible(grid, "grid") == grid
        assert org.holders("grid_member", grid)
        assert org.station("police", grid).startswith("police_")
