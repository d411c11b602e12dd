"""Accusations: sealed before routing, passed over by everyone, also when they come late."""

from __future__ import annotations

import pytest

from referral_engine.model import command as c
from referral_engine.model import event as e
from tests.unit.flow.play import CENTRE, SEALS, Play, by


def test_an_accusation_is_sealed_before_anyone_is_chosen() -> None:
    play = Play(category="X02", text="举报", accused=("620922100",))
    kinds = play.kinds()
    assert kinds.index("barred") < kinds.index("sealed") < kinds.index("decided")
    assert kinds.index("sealed") < kinds.index("offered")
    assert (play.case.sealed, play.case.holder, play.case.owner) == (
        "accusation", "discipline", "discipline")  # fmt: skip


def test_the_accused_holds_the_case_not_even_at_its_first_event() -> None:
    play = Play(
        category="X02", text="举报", accused=("620922100",), who=by("dispatcher", "620922100")
    )
    assert "620922100" not in {event.owner for event in play.events}
    assert play.case.first != "620922100"
    assert "620922100" not in [notice.to for notice in play.notices]


def test_an_accused_lead_is_passed_over_and_a_lead_is_always_found() -> None:
    play = Play(category="M04", accused=("ecology",))
    assert play.lead().unit == "discipline"
    assert "ecology" not in [r.unit for r in play.case.referrals]


@pytest.mark.parametrize("accused", ["police_100", "police", "traffic_police"])
def test_recusal_covers_the_whole_line_of_an_office(accused: str) -> None:
    play = Play(category="P05", text="户口", accused=(accused,))
    assert {"police", "police_100", "traffic_police"} <= set(play.case.barred)
    assert not [r for r in play.case.referrals if set(r.units) & set(play.case.barred)]


def test_where_discipline_is_accused_somebody_else_holds_it() -> None:
    play = Play(category="X02", text="举报", accused=("discipline",))
    assert play.case.holder not in ("discipline", "")
    assert play.case.owner not in play.case.barred
    both = Play(category="X02", text="举报", accused=("discipline", "centre", "620922100"))
    assert both.case.owner == both.case.holder == "county_government"


def test_a_late_accusation_ends_the_referral_and_revokes_access_at_once() -> None:
    play = Play().claimed()
    ecology = by("officer", "ecology")
    assert play.sees(ecology) == "full"
    play.do(c.AddAccused(("ecology",), "took money"), CENTRE)
    assert play.referral("ecology").state == "cancelled"
    assert play.sees(ecology) == "none"
    assert play.refused(c.Contact(play.referral("ecology").id), ecology) == "UNKNOWN_CASE"
    assert (play.case.sealed, play.case.owner) == ("accusation", "discipline")
    assert "designate" in play.open_clocks()
    assert [call.verb for call in play.calls if call.unit == "ecology"][-1] == "withdraw"


def test_a_unit_that_is_not_accused_keeps_what_it_has_in_hand() -> None:
    play = Play().claimed()
    play.do(c.AddAccused(("620922100",)), by("officer", "ecology"))
    assert (play.lead().unit, play.case.owner, play.case.holder) == (
        "ecology", "ecology", "discipline")  # fmt: skip
    assert play.sees(by("officer", "ecology")) == "full"
    assert play.sees(by("dispatcher", "620922100")) == "none"


def test_an_accusation_goes_over_any_other_seal() -> None:
    play = Play(text="人脸").claimed()
    play.do(c.AddAccused(("620922100",)), by("officer", "ecology"))
    assert (play.case.sealed, play.case.holder) == ("accusation", "discipline")
    assert play.sees(CENTRE) == "none"


def test_an_accusation_names_somebody() -> None:
    play = Play()
    assert play.refused(c.AddAccused(()), CENTRE) == "NO_ACCUSED"


def test_any_other_seal_goes_to_the_nearest_unit_with_a_contact() -> None:
    play = Play(category="D01", text="家暴")
    assert (play.case.sealed, play.case.holder) == ("domestic_violence", "centre")
    assert play.sees(by("sealed_contact", "centre")) == "full"
    assert play.sees(by("dispatcher", "620922100")) == "full"  # it leads, by the rules above


def test_no_step_up_leads_to_the_accused_however_long_it_takes() -> None:
    play = Play(category="X02", text="举报", accused=("person:t1001",))
    play.until("2027-09-01 09:00")
    owners = {event.owner for event in play.events}
    assert "620922100" not in owners
    assert owners == {"discipline"} or "centre" in owners
    assert "620922100" not in {notice.to for notice in play.notices}


def test_the_seal_of_a_case_is_never_linked_by_what_came_before() -> None:
    from referral_engine.flow.facts import Past, Twin

    twins = (Twin("other", 99.0),)
    past = tuple(Past(f"p{n}", at_, closed=True) for n, at_ in enumerate([Play().now] * 3))
    facts = {"twins": twins, "past": past, "problem": "S1"}
    sealed = Play(category="D01", text="家暴", facts=facts)
    assert (sealed.case.links, sealed.case.problem, sealed.follow_ups) == ((), "", [])
    open_ = Play(category="M04", facts=facts)
    assert "other" in open_.case.links
    assert open_.case.problem == "S1"


def test_bar_and_seal_are_recorded_with_who_holds_from_then_on() -> None:
    play = Play(category="X02", text="举报", accused=("620922100",))
    assert play.bodies(e.Barred)[0].units == ("620922100",)
    assert play.bodies(e.Sealed)[0].holder == "discipline"
    assert play.refused(c.Merge("other"), SEALS) == "SEALED"
