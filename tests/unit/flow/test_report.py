"""Feedback, handling at once, review and return, lawful outcomes."""

from __future__ import annotations

from datetime import date

import pytest

from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.span import Span
from referral_engine.model.target import Target
from tests.unit.flow.play import (
    CENTRE,
    COUNTY,
    DUTY,
    REVIEWER,
    Play,
    at,
    by,
    reporter,
)


def test_the_leads_report_resolves_the_case_and_ends_the_supports() -> None:
    play = Play().reported()
    assert (play.case.state, play.case.outcome, play.case.owner) == (
        "resolved", "solved", "620922100")  # fmt: skip
    assert play.referral("police").state == "cancelled"
    assert play.open_clocks() == ["answer", "review"]
    assert play.told("reporter")[-1] == "resolved"


def test_a_supports_report_resolves_nothing() -> None:
    play = Play().claimed()
    play.do(c.Claim(play.referral("police").id), play.officer("police"))
    play.do(c.Report(play.referral("police").id, "we helped", "explained"), play.officer("police"))
    assert play.case.state == "in_progress"
    assert play.referral("police").outcome == "explained"
    assert play.case.proposals == ()  # closing only its own part needs no signature


def test_handling_at_the_spot_is_one_command_without_review() -> None:
    play = Play(category="M01", text="垃圾")
    play.later(minutes=20)
    member = by("grid_member", "620922100001001")
    play.do(c.HandleNow("swept", evidence=()), member)
    assert (play.case.state, play.case.outcome) == ("reviewed", "solved")
    assert play.bodies(e.Reviewed)[-1].skipped == "handled_now"
    unit = "620922100001001"
    assert {play.clock(n, unit).state for n in ("claim", "contact", "report")} == {"met"}
    assert play.open_clocks() == ["answer", "call_back"]


def test_handling_what_another_leads_takes_it_from_them() -> None:
    play = Play()
    member = by("grid_member", "620922100001001")
    play.do(c.HandleNow("turned it down"), member)
    assert play.referral("ecology").state == "cancelled"
    assert play.referral("620922100001001").state == "reported"
    assert play.case.state == "reviewed"


def test_a_returned_report_goes_on_with_the_time_that_was_left() -> None:
    play = Play("10-12 09:00").claimed()
    assert play.due("report", "ecology") == "10-19 18:00"
    play.until("10-15 09:00").reported()
    play.until("10-16 09:00")
    play.do(c.Review(passed=False, reason="no photo"), REVIEWER)
    assert (play.case.state, play.case.owner, play.lead().state) == (
        "in_progress", "ecology", "claimed")  # fmt: skip
    assert play.clock("report", "ecology").state == "running"
    assert play.due("report", "ecology") == "10-20 18:00"  # the day it lay with the centre
    assert play.clock("review").state == "met"
    assert [call.verb for call in play.calls][-1] == "returned"
    play.reported()
    assert play.case.state == "resolved"
    assert play.open_clocks() == ["answer", "review"]


def test_explaining_needs_two_signatures_and_is_an_answer() -> None:
    play = Play().claimed()
    play.do(c.Report(play.lead().id, "the policy", "explained"), play.officer())
    assert (play.case.state, play.case.proposals[0].needed) == ("in_progress", 2)
    sign = c.Sign(play.case.proposals[0].id)
    play.do(sign, DUTY)
    assert play.case.state == "in_progress"
    play.do(sign, COUNTY)
    assert (play.case.state, play.case.outcome) == ("resolved", "explained")
    assert play.case.answered_at == play.now
    assert play.clock("answer").state == "met"
    assert "explained" in play.told("reporter")


def deferred() -> Play:
    play = Play().claimed()
    play.do(c.Defer(date(2027, 3, 31), "no money"), by("officer", "ecology"))
    for signer in (DUTY, COUNTY):
        play.do(c.Sign(play.case.proposals[0].id), signer)
    return play


def test_deferring_needs_two_signatures_and_tells_the_caller_the_day() -> None:
    play = deferred()
    assert (play.case.state, play.case.outcome) == ("reviewed", "deferred")
    assert play.due("deferred") == "03-31 18:00"
    told = next(n for n in play.notices if n.subject == "deferred")
    assert (told.to, told.detail) == ("reporter", {"review_on": "2027-03-31"})
    assert play.case.answered_at is not None


def test_a_deferral_names_a_day_to_come() -> None:
    play = Play().claimed()
    officer = by("officer", "ecology")
    assert play.refused(c.Defer(date(2026, 10, 9), "x"), officer) == "REVIEW_DATE"
    late = c.Report(play.lead().id, "x", "deferred", review_on=date(2026, 10, 1))
    assert play.refused(late, officer) == "REVIEW_DATE"
    none = c.Report(play.lead().id, "x", "deferred")
    assert play.refused(none, officer) == "REVIEW_DATE"


def test_a_due_deferral_comes_back_and_is_not_archived_under_peoples_hands() -> None:
    play = deferred()
    play.called_back("partly", 3)
    play.do(c.Close(), CENTRE)
    assert play.case.outcome == "deferred"
    play.until("2027-03-31 18:00")
    assert play.case.state == "accepted"
    assert play.case.owner == play.case.holder == "620922100"
    assert sorted(play.open_clocks()) == ["answer", "designate"]
    play.until("2027-05-30 09:00")
    assert play.case.state == "accepted"


def test_a_deferral_due_before_the_archive_stops_it() -> None:
    play = Play().claimed()
    play.do(c.Defer(date(2026, 10, 20), "no money"), by("officer", "ecology"))
    for signer in (DUTY, COUNTY):
        play.do(c.Sign(play.case.proposals[0].id), signer)
    play.called_back("partly", 3)
    play.do(c.Close(), CENTRE)
    assert play.due("archive") == "11-11 18:00"
    play.until("11-30 09:00")
    assert play.case.state == "accepted"
    assert play.clock("archive").state == "cancelled"


def test_a_path_moves_on_by_failure_and_ends_by_success() -> None:
    play = Play(category="D02", text="院墙").reported("not_mediated")
    assert (play.case.state, play.lead().unit, play.case.path_step) == (
        "assigned", "legal_aid", "guide")  # fmt: skip
    play.reported()
    assert play.case.state == "resolved"
    settled = Play(category="D02", text="院墙").reported("mediated")
    assert (settled.case.state, settled.case.outcome) == ("resolved", "mediated")


def test_reporting_ends_a_clock_stop() -> None:
    play = Play().claimed()
    play.do(c.Hold("expert", until=at("10-30 18:00")), play.officer())
    play.do(c.Sign(play.case.proposals[0].id), CENTRE)
    assert play.clock("answer").state == "paused"
    play.later(hours=2)
    play.reported()
    assert play.clock("answer").state == "running"
    assert all(p.until is not None for p in play.case.pauses)
    play.do(c.Review(passed=False), REVIEWER)
    play.do(c.Hold("again", until=at("10-30 18:00")), play.officer())  # not held any more


@pytest.mark.parametrize("percent", [0, 100])
def test_a_sample_is_reviewed_and_called_back(percent: int) -> None:
    from msgspec.structs import replace

    play = Play()
    policy = replace(play.setting.policy, review_share=percent, call_back_share=percent)
    play.setting = replace(play.setting, policy=policy)
    play.reported()
    if percent:
        assert (play.case.state, play.open_clocks()) == ("resolved", ["answer", "review"])
    else:
        assert (play.case.state, play.open_clocks()) == ("reviewed", ["answer", "close"])
        assert play.bodies(e.Reviewed)[-1].skipped == "not_sampled"


def test_objection_takes_the_case_up_again_with_an_answer_owed() -> None:
    play = Play().closed()
    play.later(days=3)
    play.do(c.Object("it is back"), reporter())
    assert (play.case.state, play.case.owner) == ("accepted", "620922100")
    assert sorted(play.open_clocks()) == ["answer", "designate"]
    play.later(days=40)
    assert play.case.state == "accepted", "the archive clock of the closing runs no more"


def test_an_objection_comes_in_time() -> None:
    """By the close of business of the fifteenth day, which here is a Tuesday."""
    play = Play().closed().until("10-27 18:00")
    play.do(c.Object("in time"), reporter())
    assert play.case.state == "accepted"
    late = Play().closed().until("10-27 18:01")
    assert late.refused(c.Object("late"), reporter()) == "OBJECTION_TOO_LATE"


def test_extension_by_two_hands_counts_on_from_the_end() -> None:
    play = Play().claimed()
    play.do(c.Extend(Span(3, "wd"), "tests"), play.officer())
    assert play.due("report", "ecology") == "10-19 18:00"
    play.do(c.Sign(play.case.proposals[0].id), CENTRE)
    assert play.due("report", "ecology") == "10-22 18:00"


def test_a_unit_designated_on_a_path_goes_on_with_its_step() -> None:
    play = Play(category="D02", text="院墙")
    before = play.lead().path_step
    play.do(c.Designate(Target(unit="housing")), CENTRE)
    assert (play.lead().unit, play.lead().path_step) == ("housing", before)
    assert before
