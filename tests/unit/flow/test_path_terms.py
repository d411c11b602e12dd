"""What a path says of its steps beside their clocks: declining, more time, stops, the way beyond.

The path is that of petitions: the handling, a review, a re-examination, and then it is closed.
The dates lie about National Day: 1 to 7 October off, Saturday the 10th worked.
"""

from __future__ import annotations

import pytest

from referral_engine.model import command as c
from referral_engine.model.span import Span
from tests.unit.flow.play import CENTRE, COUNTY, DUTY, Play, at, by, reporter, to


def petition(when: str = "09-28 09:00") -> Play:
    return Play(when, silent=True, category="X01", text="安置房三年未交付")


def closed_again(play: Play) -> Play:
    """The step at hand is answered, looked at, called back and closed."""
    return play.closed()


def signed(play: Play, command: c.Command) -> None:
    play.do(command, play.officer())
    play.do(c.Sign(play.case.proposals[-1].id), CENTRE)


def test_a_unit_has_the_time_of_the_path_to_decline() -> None:
    """Five working days from Monday the 28th: over the holiday, to the worked Saturday."""
    late = petition().until("10-10 18:01")
    ground = c.Decline(late.lead().id, "other_owner", "police")
    assert late.refused(ground, late.officer()) == "DECLINE_TOO_LATE"
    play = petition().until("10-10 17:59")
    play.do(ground, play.officer())
    assert play.lead().unit == "police"


def test_a_clock_is_extended_once_and_by_no_more_than_the_path_allows() -> None:
    play = petition().claimed()
    lead = play.lead().id
    assert play.due("report", "housing") == "11-27 18:00"
    much = c.Extend(Span(31, "d"), "复杂", lead)
    assert play.refused(much, play.officer()) == "EXTENSION_TOO_LONG"
    other = c.Extend(Span(1, "d"), "复杂", lead, "accept")
    assert play.refused(other, play.officer()) == "NOT_EXTENDED"
    signed(play, c.Extend(Span(30, "d"), "复杂", lead))
    assert play.due("report", "housing") == "12-28 18:00", "the 27th is a Sunday"
    again = c.Extend(Span(1, "d"), "还是复杂", lead)
    assert play.refused(again, play.officer()) == "NOT_EXTENDED"


def test_two_askers_do_not_get_twice_what_the_path_allows() -> None:
    play = petition().claimed()
    lead = play.lead().id
    play.do(c.Extend(Span(30, "d"), "一", lead), play.officer())
    play.do(c.Extend(Span(29, "d"), "二", lead), play.officer())
    first, second = (proposal.id for proposal in play.case.proposals)
    play.do(c.Sign(first), CENTRE)
    assert play.refused(c.Sign(second), DUTY) == "NOT_EXTENDED"


def test_the_cases_own_clock_follows_the_step_of_its_lead() -> None:
    play = petition().claimed()
    longer = c.Extend(Span(30, "d"), "复杂", "", "answer")
    assert play.refused(longer, CENTRE) == "NOT_EXTENDED"


@pytest.mark.parametrize("ground", ["", "hearing"])
def test_no_clock_stops_where_the_path_has_no_ground_for_it(ground: str) -> None:
    play = petition().claimed()
    for referral in (play.lead().id, ""):
        stop = c.Hold("听证", at("10-20 09:00"), referral, ground)
        assert play.refused(stop, CENTRE) == "NO_SUCH_STOP"


def test_an_objection_leads_to_review_and_re_examination_and_then_it_is_closed() -> None:
    play = petition().closed()
    assert play.now == at("09-28 09:00")
    play.until("10-28 18:00").do(c.Object("不服"), reporter())
    assert (play.lead().unit, play.lead().path_step) == ("county_government", "review")
    assert (play.case.state, play.case.owner) == ("assigned", "county_government")
    assert play.due("report", "county_government") == "11-27 18:00"
    play.closed().do(c.Object("还不服"), reporter())
    assert (play.lead().unit, play.lead().path_step) == ("petitions", "re-examine")
    play.closed()
    assert play.refused(c.Object("再不服"), reporter()) == "CONCLUDED"
    assert play.case.state == "closed"


def test_after_thirty_days_nobody_is_asked_to_review() -> None:
    play = petition().closed().until("10-28 18:01")
    assert play.refused(c.Object("不服"), reporter()) == "OBJECTION_TOO_LATE"


def test_a_last_day_of_rest_rolls_on_to_the_next_working_day() -> None:
    """The thirtieth day after 4 September is Sunday 4 October, in the holiday."""
    in_time, late = "10-08 18:00", "10-08 18:01"
    assert petition("09-04 09:00").closed().until(late).refused(c.Object("不服"), reporter()) == (
        "OBJECTION_TOO_LATE"
    )
    play = petition("09-04 09:00").closed().until(in_time)
    play.do(c.Object("不服"), reporter())
    assert play.lead().path_step == "review"


def test_time_for_a_hearing_is_left_out_at_the_re_examination_alone() -> None:
    play = petition("09-21 09:00").closed()
    play.do(c.Object("不服"), reporter())
    play.closed().do(c.Object("还不服"), reporter())
    play.claimed()
    assert play.due("report", "petitions") == "10-21 18:00"
    hearing = c.Hold("听证", at("09-30 09:00"), play.lead().id, "hearing")
    other = c.Hold("忙", at("09-30 09:00"), play.lead().id, "expertise")
    assert play.refused(other, play.officer()) == "NO_SUCH_STOP"
    signed(play, hearing)
    play.until("09-30 09:00")
    assert play.due("report", "petitions") == "10-30 18:00", "nine days later"


def test_units_in_dispute_are_for_the_superior_they_have_in_common() -> None:
    """Two county departments of a township's case: not the township, but the county's centre."""
    play = Play("09-28 09:00", category="X01", text="安置房三年未交付")
    assert play.case.holder == "620922100"
    play.do(c.Decline(play.lead().id, "other_owner", "police"), play.officer())
    play.do(c.Decline(play.lead().id, "other_owner", "housing"), play.officer())
    assert (play.case.owner, play.lead().unit) == ("centre", "housing")
    assert "stepped_up" in play.told("centre")
    play.do(c.Designate(to("police")), COUNTY)
    assert play.lead().unit == "police"
    assert play.refused(c.Decline(play.lead().id, "x"), by("officer", "police")) == "DESIGNATED"
