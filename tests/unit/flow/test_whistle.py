"""Dispatch, whistle, stand down, confer."""

from __future__ import annotations

import pytest

from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.span import Span
from tests.unit.flow.play import CENTRE, DUTY, Play, at, by, to


def test_a_dispatch_takes_the_case_from_whoever_led_it() -> None:
    play = Play().claimed()
    play.do(c.Dispatch(lead=to("housing"), within=(("report", Span(1, "wd")),)), CENTRE)
    assert play.referral("ecology").state == "cancelled"
    assert (play.lead().unit, play.case.state) == ("housing", "assigned")
    assert play.due("report", "housing") == "10-13 18:00"


def test_a_support_that_is_dispatched_as_lead_leads_and_supports_no_more() -> None:
    play = Play()
    play.do(c.Dispatch(lead=to("police"), support=(c.Part(to("housing")),)), CENTRE)
    assert [(r.unit, r.role) for r in play.case.referrals if r.open] == [
        ("police", "lead"), ("housing", "support")]  # fmt: skip


def test_a_unit_is_asked_for_support_once() -> None:
    play = Play()
    play.do(c.Dispatch(lead=to("housing"), support=(c.Part(to("police")),)), CENTRE)
    assert [r.unit for r in play.case.referrals if r.open] == ["police", "housing"]


def test_a_whistle_without_a_lead_joins_the_lead_there_is() -> None:
    play = Play().claimed()
    play.do(c.Whistle("joint", support=(c.Part(to("housing")),)), CENTRE)
    assert play.lead().unit == "ecology"
    assert (play.referral("housing").whistle, play.referral("housing").whistler) == (
        "joint", "centre")  # fmt: skip
    assert play.bodies(e.Whistled)[-1].units == ("housing",)
    nobody = c.Whistle("joint")
    assert play.refused(nobody, CENTRE) == "WHISTLE_FOR_WHOM"


def test_an_emergency_runs_at_night() -> None:
    play = Play("10-12 23:00", category="S03")
    assert play.due("claim", "gas_company") == "10-12 23:15"
    assert play.due("arrive", "gas_company") == "10-12 23:30"


def test_the_whistler_is_the_centre_and_stays_it_whoever_passes_the_case_on() -> None:
    play = Play(category="S03")
    assert {r.whistler for r in play.case.referrals} == {"620922100"}
    play.do(c.Decline(play.lead().id, "outside_remit", "water_company"), play.officer())
    assert (play.lead().unit, play.lead().whistler) == ("water_company", "620922100")


def test_the_whistler_stands_it_down_and_rates_who_came() -> None:
    play = Play(category="S03").claimed()
    down = c.StandDown({"gas_company": 5, "fire": 4})
    assert play.refused(down, CENTRE) == "NOT_THE_WHISTLER"
    assert play.refused(c.StandDown({"gas_company": 6}), DUTY) == "BAD_RATING"
    assert play.refused(c.StandDown({"police": 3}), DUTY) == "BAD_RATING"
    play.do(down, by("dispatcher", "620922100"))
    assert play.bodies(e.StoodDown)[-1].ratings == {"gas_company": 5, "fire": 4}
    assert {r.state for r in play.case.referrals if r.role == "support"} == {"cancelled"}
    assert play.lead().state == "claimed"
    assert play.refused(down, DUTY) == "NO_WHISTLE"


def test_a_conference_has_a_clock_and_its_decision_binds() -> None:
    play = Play().claimed()
    play.do(c.Confer((to("ecology"), to("housing")), meet_at=at("10-12 15:00")), CENTRE)
    assert play.due("confer") == "10-12 15:00"
    assert play.told("housing") == ["conference"]
    meeting = play.case.conferences[-1].id
    play.until("10-12 14:50")
    play.do(c.Confer(conference=meeting, minutes="housing leads", lead=to("housing")), CENTRE)
    assert (play.lead().unit, play.clock("confer").state, play.clock("confer").late) == (
        "housing", "met", False)  # fmt: skip
    officer = play.officer()
    assert play.refused(c.Decline(play.lead().id, "outside_remit"), officer) == "DESIGNATED"
    again = c.Confer(conference=meeting, minutes="again")
    assert play.refused(again, CENTRE) == "NO_CONFERENCE"


def test_a_conference_binds_whom_it_calls_to_support_too() -> None:
    play = Play().claimed()
    call = c.Confer((to("ecology"), to("housing")), form="reception", agenda="联合接待三户住户")
    told = play.do(call, CENTRE)
    meeting = play.case.conferences[-1]
    assert told is not None
    assert (meeting.form, told.content[meeting.agenda]) == ("reception", "联合接待三户住户")
    held = c.Confer(
        conference=meeting.id, minutes="m", lead=to("housing"),
        supports=(c.Part(to("ecology"), required=True), c.Part(to("housing"))),
    )  # fmt: skip
    play.do(held, CENTRE)
    assert play.case.conferences[-1].bound == ("housing", "ecology")
    support = play.case.referrals[-1]
    assert (support.unit, support.role, support.required) == ("ecology", "support", True)
    officer = by("officer", "ecology")
    assert play.refused(c.Decline(support.id, "outside_remit"), officer) == "BOUND"


def test_a_conference_calls_supports_to_a_lead_only() -> None:
    play = Play()
    play.do(c.Decline(play.lead().id, "outside_remit"), play.officer())
    play.do(c.Confer((to("ecology"), to("police"))), CENTRE)
    meeting = play.case.conferences[-1].id
    held = c.Confer(conference=meeting, minutes="m", supports=(c.Part(to("ecology")),))
    assert play.refused(held, CENTRE) == "NO_LEAD"
    assert play.case.conferences[-1].held_at is None


def test_a_conference_settles_who_owns_a_contested_case() -> None:
    play = Play()
    play.do(c.Decline(play.lead().id, "outside_remit", "police"), play.officer())
    play.do(c.Decline(play.lead().id, "other_owner"), play.officer())
    play.do(c.Confer((to("ecology"), to("police"))), CENTRE)
    play.do(
        c.Confer(conference=play.case.conferences[-1].id, minutes="m", lead=to("police")), CENTRE
    )
    assert not play.case.contested
    assert play.clock("designate").state == "met"
    assert play.lead().unit == "police"


def test_a_joint_whistle_confers_by_the_whistles_clock() -> None:
    play = Play(category="D10", text="工资")
    assert play.due("confer") == "10-13 10:00"  # 24 hours, but no routine deadline before ten
    play.do(c.Confer((to("housing"),), meet_at=at("10-12 16:00")), CENTRE)
    assert [d.name for d in play.case.deadlines].count("confer") == 1


@pytest.mark.parametrize("members", [(), (to("nobody"),)])
def test_a_conference_has_members(members: tuple[object, ...]) -> None:
    play = Play()
    code = play.refused(c.Confer(members), CENTRE)  # type: ignore[arg-type]
    assert code == ("NO_SUCH_UNIT" if members else "NO_MEMBERS")
