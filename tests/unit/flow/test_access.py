"""Who sees a case, and how much."""

from __future__ import annotations

import pytest

from referral_engine.model import command as c
from referral_engine.model.principal import Principal
from tests.unit.flow.play import CENTRE, SEALS, Play, by, reporter


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (reporter(), "full"),
        (reporter("r2"), "none"),
        (by("officer", "ecology"), "full"),  # leads
        (by("officer", "police_100"), "full"),  # supports
        (by("officer", "police"), "full"),
        (by("officer", "housing"), "none"),  # no part in it
        (by("dispatcher", "620922100"), "full"),  # holds it
        (by("dispatcher", "centre"), "full"),  # the county is above
        (by("callback_officer", "centre"), "full"),
        (by("dispatcher", "620922101"), "none"),  # another township
        (by("village_director", "620922100001"), "full"),
        (by("grid_member", "620922100001001"), "masked"),
        (by("grid_member", "620922100001002"), "none"),
        (by("auditor", "centre"), "masked"),
        (by("administrator", ""), "masked"),
        (Principal("nobody", (), ""), "none"),
    ],
)
def test_an_open_case(who: Principal, seen: str) -> None:
    assert Play().sees(who) == seen


def test_a_unit_sees_a_case_as_long_as_it_has_a_part_in_it() -> None:
    play = Play()
    ecology = by("officer", "ecology")
    play.do(c.Decline(play.lead().id, "outside_remit", "police"), ecology)
    assert play.sees(ecology) == "none"
    assert play.sees(by("officer", "police_100")) == "full"


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (reporter(), "full"),
        (by("officer", "discipline"), "full"),  # leads
        (SEALS, "full"),
        (CENTRE, "none"),
        (by("county_leader", "centre"), "none"),
        (by("auditor", "centre"), "none"),
        (by("dispatcher", "620922100"), "none"),
        (by("sealed_contact", "women_federation"), "none"),  # a contact elsewhere
    ],
)
def test_a_sealed_case(who: Principal, seen: str) -> None:
    assert Play(category="X02", text="举报").sees(who) == seen


def test_a_seal_over_faces_leaves_the_matter_to_whoever_directs_it() -> None:
    play = Play(text="拍到人脸")
    assert play.case.sealed == "privacy"
    assert play.sees(by("officer", "ecology")) == "full"
    assert play.sees(CENTRE) == "masked"
    assert play.sees(by("grid_member", "620922100001001")) == "masked"
    assert play.sees(by("officer", "housing")) == "none"
    assert play.sees(by("sealed_contact", "centre")) == "full"


def test_the_barred_see_nothing_whatever_their_post() -> None:
    play = Play(accused=("person:t1001",))
    assert "620922100" in play.case.barred
    for role in ("dispatcher", "township_director", "reviewer"):
        assert play.sees(by(role, "620922100")) == "none"  # type: ignore[arg-type]
    elsewhere = Principal("t1001", ("auditor",), "centre")
    assert play.sees(elsewhere) == "none"


def test_whoever_reported_the_same_sees_the_matter_and_not_the_other_reporter() -> None:
    play = Play()
    play.do(c.Absorb("other", "r2"), Principal("engine", ("engine",)))
    assert play.sees(reporter("r2")) == "masked"
    assert play.sees(reporter("r1")) == "full"
