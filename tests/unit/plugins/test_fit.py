"""What is odd about a department that loads well, and would only show by nothing happening."""

from __future__ import annotations

import pytest

from referral_engine import Department, Handler
from referral_engine.plugins.departments import Loaded, played
from referral_engine.plugins.fit import doubts

UNITS = ("police", "urban_management")
CATEGORIES = ("M01", "M04a", "M04b", "S02a")


def loaded(id: str, *categories: str, rehearsal: bool = False) -> Loaded:
    department = Department(id, "城管", "1", rehearsal=rehearsal)
    department.handles(category=categories)(Handler)
    profile = department.profile()
    return Loaded(
        profile.id, profile.name, profile.version, "here", profile.kinds, profile.categories,
        profile.rehearsal,
    )  # fmt: skip


@pytest.mark.parametrize("categories", [(), ("M01", "M04b"), ("M",), ("M04", "S02")])
def test_a_department_that_fits_raises_no_doubt(categories: tuple[str, ...]) -> None:
    assert list(doubts(loaded("urban_management", *categories), UNITS, CATEGORIES)) == []


def test_an_unknown_unit_and_category_are_named_with_the_nearest() -> None:
    assert list(doubts(loaded("urban_managment", "M4b"), UNITS, CATEGORIES)) == [
        (
            "the organisation has no unit urban_managment, so nothing is referred to it"
            " (did you mean urban_management?)"
        ),
        "it handles M4b, and the rules know no such category (did you mean M04b?)",
    ]


def test_nothing_near_is_not_guessed_at() -> None:
    (told,) = doubts(loaded("xyz"), UNITS, CATEGORIES)
    assert "did you mean" not in told


def test_who_plays_a_department_is_told() -> None:
    real, one, two = loaded("police"), loaded("fire", rehearsal=True), loaded("x", rehearsal=True)
    assert played([real]) == ""
    assert played([real, one, two]).endswith("made up: fire, x")
