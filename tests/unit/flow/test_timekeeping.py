"""More time and stopped time."""

from __future__ import annotations

from msgspec.structs import replace

from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.principal import ENGINE
from referral_engine.model.span import Span
from referral_engine.worktime import WorkCalendar, china
from tests.unit.flow.play import CENTRE, Play, at


def asked(play: Play, command: c.Command) -> c.Sign:
    play.do(command, play.officer())
    return c.Sign(play.case.proposals[-1].id)


def test_an_extension_needs_another_person_and_counts_from_the_end_of_what_there_was() -> None:
    play = Play().claimed()
    sign = asked(play, c.Extend(Span(5, "wd"), "tests take long"))
    assert play.due("report", "ecology") == "10-19 18:00"
    assert play.refused(sign, play.officer()) == "FORBIDDEN"
    play.do(sign, CENTRE)
    assert play.due("report", "ecology") == "10-26 18:00"
    assert play.told("ecology")[-1] == "extended"


def test_what_has_passed_is_not_extended() -> None:
    play = Play(silent=True).claimed().until("10-19 18:01")
    late = c.Extend(Span(1, "wd"), "x")
    assert play.refused(late, play.officer()) == "NO_RUNNING_CLOCK"
    asked_in_time = Play(silent=True).claimed()
    sign = asked(asked_in_time, c.Extend(Span(1, "wd"), "x"))
    asked_in_time.until("10-19 18:01")
    assert asked_in_time.refused(sign, CENTRE) == "NO_RUNNING_CLOCK"


def test_marks_ahead_are_computed_anew_and_fired_ones_stay_fired() -> None:
    play = Play().claimed().until("10-16 18:00")  # 80 % of five working days
    fired = [m.share for m in play.clock("report", "ecology").marks if m.fired]
    assert fired == [0.8]
    play.do(asked(play, c.Extend(Span(5, "wd"), "x")), CENTRE)
    marks = {m.share: m for m in play.clock("report", "ecology").marks}
    assert marks[0.8].fired
    assert marks[1.0].at == at("10-26 18:00")
    clock, before = play.clock("report", "ecology").id, len(play.bodies(e.MarkFired))
    play.until("10-23 18:00")
    later = play.bodies(e.MarkFired)[before:]
    assert not [m for m in later if (m.deadline, m.share) == (clock, 0.8)]


def test_a_stop_of_one_referral_leaves_the_case_and_the_others_running() -> None:
    play = Play().claimed()
    lead = play.lead().id
    play.do(asked(play, c.Hold("expert", until=at("10-14 18:00"), referral=lead)), CENTRE)
    assert play.clock("report", "ecology").state == "paused"
    assert play.clock("report", "police").state == "running"
    assert play.clock("answer").state == "running"
    assert play.due("report", "ecology") == ""
    assert "held" in play.told("reporter")


def test_a_stop_ends_by_itself_and_the_remainder_is_kept() -> None:
    play = Play("10-12 09:00").claimed()
    assert play.due("report", "ecology") == "10-19 18:00"
    play.do(asked(play, c.Hold("expert", until=at("10-14 09:00"))), CENTRE)
    play.until("10-14 09:00")
    assert play.clock("report", "ecology").state == "running"
    assert play.due("report", "ecology") == "10-21 18:00"  # two working days later
    assert all(p.until == at("10-14 09:00") for p in play.case.pauses)
    assert play.clock("hold").state == "met"


def test_resuming_early_ends_the_stop() -> None:
    play = Play("10-12 09:00").claimed()
    play.do(asked(play, c.Hold("expert", until=at("10-30 09:00"))), CENTRE)
    play.until("10-13 09:00")
    play.do(c.Resume(), CENTRE)
    assert play.due("report", "ecology") == "10-20 18:00"
    assert play.clock("hold").state == "met"
    assert play.refused(c.Resume(), CENTRE) == "NOT_HELD"


def test_overlapping_stops_count_once() -> None:
    play = Play("10-12 09:00").claimed()
    lead = play.lead().id
    play.do(asked(play, c.Hold("a", until=at("10-15 09:00"))), CENTRE)
    play.until("10-13 09:00")
    again = c.Hold("a", until=at("10-30 09:00"))
    assert play.refused(again, play.officer()) == "ALREADY_HELD"
    play.do(asked(play, c.Hold("b", until=at("10-14 09:00"), referral=lead)), CENTRE)
    play.until("10-15 09:00")
    assert play.due("report", "ecology") == "10-22 18:00"  # three working days, once


def test_the_end_of_a_stop_lies_ahead_when_asked_and_when_signed() -> None:
    play = Play("10-12 09:00").claimed()
    gone = c.Hold("x", until=at("10-12 08:00"))
    assert play.refused(gone, play.officer()) == "UNTIL_PASSED"
    sign = asked(play, c.Hold("x", until=at("10-12 12:00")))
    play.until("10-12 13:00")
    assert play.refused(sign, CENTRE) == "UNTIL_PASSED"


def test_a_deadline_beyond_the_known_calendar_is_confirmed_once_it_is_known() -> None:
    play = Play("12-20 09:00")
    answer = play.clock("answer")
    assert answer.provisional
    before = answer.due
    known = china().overridden({}, at("2027-12-31 00:00").date())
    play.setting = replace(play.setting, calendar=WorkCalendar(known))
    play.do(c.ConfirmDeadlines(), ENGINE)
    confirmed = play.clock("answer")
    assert not confirmed.provisional
    assert confirmed.calendar != answer.calendar
    changed = [b for b in play.bodies(e.ClockChanged) if b.reason == "deadline_confirmed"]
    assert changed
    assert before is not None
