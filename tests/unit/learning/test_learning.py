"""Rules from recorded referrals: what was the habit is found, and said with its evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from referral_engine.errors import Place, Refused
from referral_engine.importers import Row
from referral_engine.importers.mapping import Truth
from referral_engine.learning import Example, LearntRule, examples, learn, write
from referral_engine.model.issue import Issue
from referral_engine.model.territory import Territory
from referral_engine.model.unit import Unit
from referral_engine.org import Org
from referral_engine.org.content import Content
from referral_engine.rules.tree import Category

NORTH, SOUTH = "620922100", "620922101"
CATEGORIES = {
    "roads": Category("道路"),
    "roads/holes": Category("道路破损", "roads"),
    "noise": Category("噪声"),
}


@pytest.fixture(scope="module")
def org() -> Org:
    """Two towns of one village each; order is kept by a department with a station in each town."""
    places = [
        Territory("620922", "测试县", "county"),
        Territory(NORTH, "北镇", "township", "620922"),
        Territory(NORTH + "001", "北村", "village", NORTH),
        Territory(SOUTH, "南镇", "township", "620922"),
        Territory(SOUTH + "001", "南村", "village", SOUTH),
    ]
    units = [
        Unit(id="centre", name="县中心", kind="centre", territory="620922"),
        Unit(id="roads", name="交通局", kind="department", territory="620922"),
        Unit(id="order", name="执法局", kind="department", territory="620922"),
        Unit(
            id="order-n",
            name="北镇执法队",
            kind="department",
            territory=NORTH,
            of="order",
            serves=(NORTH,),
        ),
        Unit(
            id="order-s",
            name="南镇执法队",
            kind="department",
            territory=SOUTH,
            of="order",
            serves=(SOUTH,),
        ),
        Unit(id="north", name="北村委会", kind="committee", territory=NORTH + "001"),
        Unit(id="south", name="南村委会", kind="committee", territory=SOUTH + "001"),
    ]
    return Org(Content(territories=tuple(places), units=tuple(units)), UTC)


def history(*habits: tuple[str, str, str, int]) -> list[Example]:
    """So many of each (category, territory, target), mixed over time."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    each = [(c, t, u, n / count) for c, t, u, count in habits for n in range(count)]
    return [
        Example(start + timedelta(hours=1000 * at), category, territory, target)
        for category, territory, target, at in each
    ]


def habits() -> list[Example]:
    return history(
        ("roads/holes", NORTH + "001", "roads", 40),
        ("roads/holes", SOUTH + "001", "@village", 40),
        ("noise", NORTH + "001", "order", 40),
        ("noise", SOUTH + "001", "order", 40),
    )


def deciding(rules: list[LearntRule], category: str, place: str) -> LearntRule:
    """The first rule that is true, its places asked as codes above the place."""
    return next(
        rule
        for rule in rules
        if category.startswith(rule.category)
        and (not rule.places or any(place.startswith(code) for code in rule.places))
    )


def test_a_known_structure_is_found_again(org: Org) -> None:
    rules = learn(habits(), org, CATEGORIES)
    found = {
        (category, place): deciding(rules, category, place).best[0][0]
        for category in ("roads/holes", "noise")
        for place in (NORTH + "001", SOUTH + "001")
    }
    assert found == {
        ("roads/holes", NORTH + "001"): "roads",
        ("roads/holes", SOUTH + "001"): "@village",
        ("noise", NORTH + "001"): "order",
        ("noise", SOUTH + "001"): "order",
    }
    assert [rule.places for rule in rules if rule.category == "noise"] == [()]
    holes = [rule for rule in rules if rule.category == "roads/holes" and rule.places]
    assert all((rule.support, rule.tried, rule.right) == (40, 8, 8) for rule in holes)
    assert all(rule.sends(0.6) for rule in holes)


def test_the_order_in_which_referrals_are_given_changes_nothing(org: Org) -> None:
    seen = habits()
    assert learn(seen[::-1], org, CATEGORIES) == learn(seen, org, CATEGORIES)


def test_what_is_not_sure_or_new_is_only_suggested(org: Org) -> None:
    seen = history(
        ("noise", NORTH, "order", 10), ("noise", NORTH, "roads", 9), ("noise", NORTH, "centre", 8),
        ("roads", NORTH, "roads", 4),
    )  # fmt: skip
    rules = learn(seen, org, CATEGORIES)
    assert not any(rule.sends(0.6) for rule in rules)
    noise = next(rule for rule in rules if rule.category == "noise")
    assert [target for target, _share in noise.best] == ["order", "roads", "centre"]
    assert rules[-1].category == ""


def test_a_habit_that_ended_does_not_send(org: Org) -> None:
    early = history(("noise", NORTH, "order", 80))
    late = [
        Example(one.at + timedelta(days=90), "noise", NORTH, "roads")
        for one in history(("noise", NORTH, "roads", 20))
    ]
    noise = next(rule for rule in learn(early + late, org, CATEGORIES) if rule.category == "noise")
    assert noise.confidence >= 0.6
    assert (noise.tried, noise.right, noise.precision) == (20, 0, 0.0)
    assert not noise.sends(0.6)


@pytest.mark.parametrize(
    ("recorded", "territory", "target"),
    [
        ("北镇执法队", NORTH + "001", "order"),
        ("北镇执法队", SOUTH + "001", "order-n"),
        ("北村委会", NORTH + "001", "@village"),
        ("北村委会", SOUTH + "001", "north"),
        ("交通局", NORTH, "roads"),
        ("无此单位", NORTH, ""),
    ],
)
def test_a_unit_is_told_as_an_administrator_would(
    org: Org, recorded: str, territory: str, target: str
) -> None:
    issue = Issue(
        channel="hotline", received_at=datetime(2026, 1, 1, tzinfo=UTC), category="noise",
        territory=territory,
    )  # fmt: skip
    rows = [Row(2, issue, truth={"unit": recorded}), Row(3, None)]
    assert [
        one.target for one in examples(rows, Truth(column="unit", place=Place("m.yaml")), org)
    ] == [target]


def test_nothing_recorded_teaches_nothing(org: Org) -> None:
    assert learn(history(("noise", NORTH, "", 5)), org, CATEGORIES) == []


def test_files_that_somebody_may_have_corrected_are_not_overwritten(
    org: Org, tmp_path: Path
) -> None:
    rules = learn(habits(), org, CATEGORIES)
    written = write(rules, tmp_path, org, CATEGORIES, rank=500, confident=0.6)
    texts = [file.read_text("utf-8") for file in written]
    assert len(texts) == 3
    with pytest.raises(Refused) as refused:
        write(rules, tmp_path, org, CATEGORIES, rank=500, confident=0.6)
    assert refused.value.code == "FOLDER_IN_USE"
    assert [file.read_text("utf-8") for file in written] == texts
