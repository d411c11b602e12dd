"""Declining, passing on, and the centre's word (先办后裁)."""

from __future__ import annotations

import pytest

from referral_engine.model import command as c
from referral_engine.model import event as e
from tests.unit.flow.play import CENTRE, DUTY, Play, by, reporter, to


def contested() -> Play:
    """Ecology and then police decline; ecology acts meanwhile."""
    play = Play()
    play.do(c.Decline(play.lead().id, "outside_remit", "police"), play.officer())
    play.do(c.Decline(play.lead().id, "other_owner", "urban_management"), play.officer())
    return play


def test_a_first_decline_goes_to_the_unit_it_suggests() -> None:
    play = Play()
    play.do(c.Decline(play.lead().id, "outside_remit", "housing"), by("officer", "ecology"))
    assert (play.lead().unit, play.case.owner, play.case.state) == (
        "housing",
        "housing",
        "assigned",
    )
    assert play.referral("ecology").state == "declined"
    assert play.referral("ecology").suggested == "housing"
    assert play.case.returns == 1
    assert {d.state for d in play.case.deadlines if d.referral == play.referral("ecology").id} == {
        "cancelled"
    }
    assert [call.verb for call in play.calls if call.unit == "housing"] == ["offered"]


def test_without_a_suggestion_the_centre_holds_it_and_designates_by_its_clock() -> None:
    play = Play()
    play.do(c.Decline(play.lead().id, "outside_remit"), by("officer", "ecology"))
    assert play.case.lead() is None
    assert (play.case.owner, play.case.state) == ("620922100", "accepted")
    assert play.due("designate") == "10-13 18:00"
    assert "designate" in play.told("620922100")
    play.do(c.Designate(to("housing")), CENTRE)
    assert play.case.owner == "housing"
    assert play.clock("designate").state == "met"


def test_a_suggestion_must_be_a_unit_that_can_take_it() -> None:
    play = Play()
    nobody = c.Decline(play.lead().id, "outside_remit", "nobody")
    assert play.refused(nobody, by("officer", "ecology")) == "NO_SUCH_UNIT"


def test_a_second_decline_is_contested_and_the_first_unit_acts_meanwhile() -> None:
    play = contested()
    assert play.case.contested
    assert (play.lead().unit, play.case.owner) == ("ecology", "ecology")
    assert play.bodies(e.Contested)[-1].units == ("ecology", "police", "urban_management")
    assert play.clock("designate").open
    decline = c.Decline(play.lead().id, "wrong_territory")
    assert play.refused(decline, by("officer", "ecology")) == "ACTS_MEANWHILE"
    play.claimed()
    assert play.case.state == "in_progress"
    assert play.clock("designate").open  # acting settles nothing
    passing = c.Transfer(play.lead().id, to("housing"))
    assert play.refused(passing, by("officer", "ecology")) == "ACTS_MEANWHILE"


def test_the_designated_unit_takes_over_and_may_not_pass_it_on() -> None:
    play = contested().claimed()
    play.do(c.Designate(to("urban_management"), ground="other_owner"), DUTY)
    assert play.lead().unit == "urban_management"
    assert play.case.owner == "urban_management_100"
    assert play.referral("ecology").state == "cancelled"
    assert not play.case.contested
    lead = play.lead().id
    officer = play.officer()
    assert play.refused(c.Decline(lead, "outside_remit"), officer) == "DESIGNATED"
    play.claimed()
    assert play.refused(c.Transfer(lead, to("police")), officer) == "DESIGNATED"


def test_designating_the_unit_that_acts_lets_it_go_on() -> None:
    play = contested().claimed()
    before = play.lead()
    play.do(c.Designate(to("ecology")), DUTY)
    assert play.lead() == before
    assert play.clock("designate").state == "met"


def test_a_ground_is_used_once() -> None:
    play = Play()
    ecology = by("officer", "ecology")
    play.do(c.Decline(play.lead().id, "outside_remit"), ecology)
    play.do(c.Dispatch(lead=to("ecology")), CENTRE)
    assert play.refused(c.Decline(play.lead().id, "outside_remit"), ecology) == "GROUND_USED"


def test_a_decline_comes_within_its_time() -> None:
    play = Play("10-12 09:00").until("10-13 18:01")
    late = c.Decline(play.lead().id, "outside_remit")
    assert play.refused(late, by("officer", "ecology")) == "DECLINE_TOO_LATE"
    in_time = Play("10-12 09:00").until("10-13 17:59")
    in_time.do(c.Decline(in_time.lead().id, "outside_remit"), by("officer", "ecology"))
    assert in_time.case.returns == 1


def test_a_support_leaves_without_a_word_about_the_lead() -> None:
    play = Play()
    lead = play.lead()
    play.do(c.Decline(play.referral("police").id, "outside_remit"), by("officer", "police_100"))
    assert play.lead() == lead
    assert (play.case.returns, play.case.grounds, play.case.state) == (0, (), "assigned")
    assert play.case.owner == "ecology"


def test_a_claimed_referral_may_still_be_declined() -> None:
    play = Play().claimed()
    play.do(c.Decline(play.lead().id, "outside_remit", "housing"), by("officer", "ecology"))
    assert (play.lead().unit, play.case.state) == ("housing", "assigned")


def test_the_third_transfer_goes_to_the_centre_and_the_unit_acts_meanwhile() -> None:
    play = Play()
    for unit in ("housing", "agriculture"):
        play.claimed()
        play.do(c.Transfer(play.lead().id, to(unit)), play.officer())
        assert play.lead().unit == unit
        assert play.case.state == "assigned"
    play.claimed()
    third = play.lead()
    play.do(c.Transfer(third.id, to("forestry")), play.officer())
    assert play.lead() == third
    assert play.case.contested
    assert play.case.transfers == 2
    assert play.clock("designate").open
    assert play.case.state == "in_progress"


@pytest.mark.parametrize("unit", ["ecology", "nobody"])
def test_a_transfer_names_another_unit(unit: str) -> None:
    play = Play().claimed()
    code = play.refused(c.Transfer(play.lead().id, to(unit)), play.officer())
    assert code == ("SAME_UNIT" if unit == "ecology" else "NO_SUCH_UNIT")


def test_a_support_hands_on_its_own_part_alone() -> None:
    play = Play().claimed()
    lead = play.lead()
    play.do(c.Claim(play.referral("police").id), play.officer("police"))
    play.do(c.Transfer(play.referral("police").id, to("housing")), play.officer("police"))
    assert play.lead() == lead
    assert play.referral("housing").role == "support"
    assert (play.case.state, play.case.transfers, play.case.owner) == ("in_progress", 0, "ecology")


def test_the_answer_clock_is_never_reset_by_passing_a_case_on() -> None:
    play = contested()
    answers = [d for d in play.case.deadlines if d.name == "answer"]
    assert len(answers) == 1
    assert play.due("answer") == "12-11 18:00"


def test_once_the_first_unit_has_done_it_the_case_is_no_longer_contested() -> None:
    play = contested()
    play.do(c.Claim(play.lead().id), play.officer())
    assert play.case.contested
    play.do(c.Report(play.lead().id, "done"), play.officer())
    assert (play.case.state, play.case.contested) == ("resolved", False)


def test_with_the_case_ends_what_was_contested() -> None:
    merged, withdrawn = contested(), contested()
    merged.do(c.Merge("other", "the same"), CENTRE, other="open")
    withdrawn.do(c.Withdraw(), reporter())
    for play in (merged, withdrawn):
        assert (play.case.over, play.case.contested) == (True, False)
