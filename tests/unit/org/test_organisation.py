"""Who is above whom, who is recused with whom, who is here and who leads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from referral_engine.org import Org

NOBODY: frozenset[str] = frozenset()
GRID = "620922100200001"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + "+08:00")


def test_the_tree(county: Org) -> None:
    assert county.ancestors(GRID) == ("620922100200", "620922100", "620922")
    assert county.ancestors("620922") == ()
    assert county.under(GRID, "620922100")
    assert county.under(GRID, GRID)
    assert county.under("620922100000", "620922000000")
    assert not county.under("620922100", GRID)
    assert not county.under("", "620922")
    assert not county.under(GRID, "")
    assert county.at_level(GRID, "township") == "620922100"
    assert county.at_level("620922100", "grid") is None
    assert county.territory("620922100200999") is None


def test_superiors_follow_department_then_place(county: Org) -> None:
    assert county.superiors_of("police_100") == ["police", "centre"]
    assert county.superiors_of(GRID) == ["620922100200", "620922100", "centre"]
    assert county.superior("traffic_police") == "police"
    assert county.superior("property_xingfu") == "620922001001"
    assert county.superior("centre") is None
    assert county.superior_not_in(GRID, frozenset({"620922100200"})) == "620922100"
    assert county.superior_not_in("centre", NOBODY) is None


def test_stepping_up_takes_the_next_level_above_the_unit(county: Org) -> None:
    assert county.step_up(GRID, GRID, NOBODY) == "620922100200"
    assert county.step_up("620922100200", GRID, frozenset({"620922100"})) == "centre"
    assert county.step_up("police_100", GRID, NOBODY) == "centre"
    assert county.step_up("police", GRID, NOBODY) == "centre"
    assert county.step_up("centre", GRID, NOBODY) is None
    assert county.level_of_unit("police_100") == "township"
    assert county.level_of_unit("gas_company") == "county"


def test_a_dispute_goes_to_whoever_is_above_both(county: Org) -> None:
    assert county.common_superior("police_100", "police_101") == "police"
    assert county.common_superior("police", "justice") == "centre"
    assert county.common_superior("police", "police_100") == "centre"
    assert county.common_superior(GRID, "620922100201002") == "620922100"


def test_recusal_covers_the_line_and_ends_where_a_place_begins(county: Org) -> None:
    stations = {f"police_{each}" for each in ("001", "100", "101", "102", "103", "200", "201")}
    line = {"police", "traffic_police", "traffic_police_100", "traffic_police_102"} | stations
    assert county.related("police_100") == line
    assert county.related("police") == line
    assert county.related("620922100") == {"620922100"}
    assert county.related("centre") == {"centre"}
    assert county.related("person:p0002") == {"person:p0002", "centre", "political_legal"}
    assert county.related("person:nobody") == {"person:nobody"}
    assert county.discipline() == "discipline"


@pytest.mark.parametrize("renamed", ["agency", "bureau"])
def test_recusal_reaches_a_unit_under_its_former_name(
    load: Callable[..., Org], renamed: str
) -> None:
    org = load(
        units_csv="id,name,kind,territory,superior,until,succeeded_by\n"
        "agency,工商局,department,620922,,2019-01-01,bureau\n"
        "bureau,市监局,department,620922,,,\nteam,稽查队,department,620922,agency,,\n"
    )
    assert org.related(renamed) == {"agency", "bureau", "team"}


def test_work_follows_the_successor_from_its_day_on(load: Callable[..., Org]) -> None:
    org = load(
        units_csv="id,name,kind,territory,of,serves,from,until,succeeded_by\n"
        "old,工商局,department,620922,,,,2026-10-01,new\n"
        "new,市监局,department,620922,,,2026-10-01,,\n"
        "closed,撤销所,station,620922100,new,620922100,,2026-01-01,\n"
    )
    assert org.current("old", at("2026-09-30T23:59")) == "old"
    assert org.current("old", at("2026-10-01T00:00")) == "new"
    assert org.current("new", at("2026-09-30T23:59")) == "old"
    assert org.current("closed", at("2026-10-01T00:00")) == "new"
    assert org.current("closed", at("2026-09-30T12:00")) == "old"
    assert org.current("nobody", at("2026-10-01T00:00")) == "nobody"


def test_a_renamed_centre_keeps_answering_for_its_place(load: Callable[..., Org]) -> None:
    org = load(
        territories_csv="code,name\n620922101,双墩镇\n",
        units_csv="id,name,kind,territory,from,until,succeeded_by\n"
        "after,新中心,centre,620922101,2026-10-01,,\n"
        "before,旧中心,centre,620922101,,2026-10-01,after\n",
    )
    assert org.responsible("620922101", "township") == "before"
    assert org.current("before", at("2026-10-01T08:00")) == "after"


@pytest.mark.parametrize(
    ("unit", "moment", "present"),
    [
        ("justice", "2026-09-30T10:00", True),
        ("justice", "2026-09-30T13:00", False),
        ("justice", "2026-10-03T10:00", False),
        ("natural_resources", "2026-09-30T10:00", True),
        ("natural_resources", "2026-09-29T10:00", False),
        ("agriculture", "2026-09-28T11:59", True),
        ("agriculture", "2026-09-28T15:00", False),
        ("forestry", "2026-09-30T10:00", False),
        ("emergency", "2026-09-30T20:00", True),
        ("emergency", "2026-10-01T03:00", True),
        ("gas_company", "2026-10-01T03:00", True),
        ("nobody", "2026-09-30T10:00", False),
    ],
)
def test_presence(county: Org, unit: str, moment: str, present: bool) -> None:
    assert county.present(unit, at(moment)) is present


def test_a_dated_shift_replaces_the_weekday_and_a_night_runs_into_the_morning(
    load: Callable[..., Org],
) -> None:
    org = load(
        people_csv="id,name,unit,role\na,甲,centre,duty_leader\nb,乙,centre,duty_leader\n",
        roster_csv="unit,person,date,weekday,shift\ncentre,a,,wed,18:00-08:30\n"
        "centre,b,2026-10-07,,18:00-20:00\n",
    )

    def on_duty(moment: str) -> str | None:
        person = org.on_duty("centre", at(moment))
        return person.id if person else None

    assert on_duty("2026-09-30T17:59") is None
    assert on_duty("2026-09-30T18:00") == "a"
    assert on_duty("2026-10-01T08:29") == "a"
    assert on_duty("2026-10-01T08:30") is None
    assert on_duty("2026-10-07T18:00") == "b"
    assert on_duty("2026-10-07T20:00") is None
    assert on_duty("2026-10-08T08:00") is None
    assert org.on_duty("centre", datetime.fromisoformat("2026-09-30T10:00+00:00")) is not None


def test_leaders_are_passed_over_when_they_or_their_unit_are_barred(county: Org) -> None:
    def leader(level: str, *barred: str) -> str | None:
        person = county.leader(GRID, level, frozenset(barred))
        return person.id if person else None

    assert leader("grid") == "g100200001"
    assert leader("village") == "v100200"
    assert leader("township") == "t1001"
    assert leader("township", "person:t1001") == "p0001"
    assert leader("village", "620922100200") == "t1001"
    assert leader("county", "person:p0001") is None


def test_hours_come_from_the_unit_its_department_or_the_county(county: Org) -> None:
    assert county.hours_of("police_100").around_the_clock
    assert county.hours_of("power_100").around_the_clock
    assert county.hours_of("justice_100") == county.content.hours
    assert county.hours_of("nobody") == county.content.hours
    assert county.hours_of("property_heping").open_at(6, 9 * 60)


def test_people_hold_several_posts_and_their_phone_is_masked(county: Org) -> None:
    director = county.person("v100200")
    assert director is not None
    assert [post.role for post in director.posts] == ["village_director", "mediator"]
    assert director in county.people("620922100200")
    assert director in county.holders("village_director", "620922100200")
    assert director.phone
    assert director.phone not in repr(director)
    assert director.phone[-2:] in repr(director)


def test_a_township_has_its_own_list_or_the_common_one(county: Org) -> None:
    common, street = county.duty_list("620922100"), county.duty_list("620922001")
    assert common is not None
    assert street is not None
    assert common.duty("D15") == "supporting"
    assert street.duty("D15") == "basic"
    assert county.duty_list("620922001001001") == street


def test_the_shipped_county_has_every_target_of_the_categories(county: Org) -> None:
    targets = """police traffic_police justice petitions market_supervision human_resources housing
    agriculture natural_resources ecology health civil_affairs education emergency fire
    culture_tourism urban_management union court procuratorate discipline political_legal
    water_company gas_company power_company disease_control consumer_association women_federation
    insurance_association ambulance_120 forestry centre hotline_12345"""
    assert [each for each in targets.split() if county.unit(each) is None] == []
    grids = [each for each in county.content.territories if each.level == "grid"]
    assert len(grids) == 63
    for grid in grids:
        assert county.responsible(grid.code, "grid") == grid.code
        assert county.people(grid.code)
        assert county.station("police", grid.code) != "police"
        assert county.station("justice", grid.code) != "justice"
        assert county.station("market_supervision", grid.code) != "market_supervision"
