"""Clocks: started, waiting, met late or in time, marks that rules and the engine ask for."""

from __future__ import annotations

from referral_engine.model import command as c
from referral_engine.model.principal import ENGINE
from referral_engine.model.span import Span
from tests.unit.flow.play import CENTRE, Play, at, by, to


def test_a_clock_watches_the_shares_that_rules_ask_for_its_end_and_the_backstop() -> None:
    play = Play("10-12 09:00")
    shares = [mark.share for mark in play.clock("claim", "ecology").marks]
    assert shares == [0.8, 1.0, 1.5, 2.0]
    assert [mark.share for mark in play.clock("contact", "ecology").marks] == [1.0]
    silent = Play("10-12 09:00", silent=True)
    assert [mark.share for mark in silent.clock("claim", "ecology").marks] == [1.0, 2.0]


def test_the_next_moment_of_a_case_is_its_earliest_mark() -> None:
    play = Play("10-12 09:00")
    assert play.case.next_at() == at("10-12 10:36")
    play.do(c.NotNeeded(play.referral("police").id), play.officer("police"))
    play.claimed()
    assert play.case.next_at() == at("10-13 18:00")  # the contact


def test_a_clock_that_waits_for_its_moment_begins_with_it() -> None:
    play = Play(category="D02", text="院墙")
    waiting = play.clock("mediate", "620922100")
    assert (waiting.state, waiting.due, waiting.after) == ("waiting", None, "claimed")
    play.until("10-12 10:00").claimed()
    assert (play.clock("mediate", "620922100").since, play.due("mediate", "620922100")) == (
        at("10-12 10:00"), "11-11 18:00")  # fmt: skip


def test_a_clock_may_run_from_the_receipt() -> None:
    play = Play("10-12 09:00", received_at=at("10-10 09:00"))
    within = (("report", Span(2, "wd")),)
    play.do(c.Dispatch(lead=to("housing"), within=within), CENTRE)
    assert play.due("report", "housing") == "10-14 18:00"  # from the offer
    assert play.clock("answer").since == at("10-10 09:00")


def test_working_time_is_that_of_the_unit() -> None:
    play = Play("10-12 20:00", category="P05", text="户口")
    assert play.due("claim", "police") == "10-12 22:00"  # round the clock
    office = Play("10-12 20:00")
    assert office.due("claim", "ecology") == "10-13 10:30"


def test_what_is_met_while_the_engine_was_down_is_excused() -> None:
    play = Play("10-12 09:00")
    play.now = at("10-12 11:30")
    play.downtime = ((at("10-12 10:30"), at("10-12 11:20")),)
    play.claimed()
    met = play.clock("claim", "ecology")
    assert (met.state, met.late, met.excused) == ("met", False, True)


def test_fifteen_working_days_over_the_national_day() -> None:
    play = Play("09-30 13:20")
    within = (("file", Span(15, "wd")),)
    play.do(c.Dispatch(lead=to("market_supervision"), within=within), CENTRE)
    assert play.due("file", "market_supervision") == "10-27 18:00"


def test_event_times_never_decrease_within_a_case() -> None:
    play = Play("10-12 09:00").claimed()
    play.now = at("10-12 08:00")  # a clock that was set back
    play.do(c.Contact(play.lead().id), by("officer", "ecology"))
    recorded = [event.recorded_at for event in play.events]
    assert recorded == sorted(recorded)


def test_a_look_at_a_case_in_which_nothing_is_due_records_nothing() -> None:
    play = Play()
    assert play.do(c.Tick(), ENGINE) is None
