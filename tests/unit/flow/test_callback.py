"""Call-back, rating, rework, closing: the answer every issue is owed."""

from __future__ import annotations

import pytest

from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.principal import ENGINE
from tests.unit.flow.play import CALLER, CENTRE, REVIEWER, Play, by, reporter

NOT_REACHED = c.CallBack(reached=False)


def test_a_call_back_answers_and_asks_for_the_closing() -> None:
    play = Play().reviewed().called_back()
    assert (play.case.state, play.case.call_back, play.case.score) == ("called_back", "resolved", 5)
    assert play.clock("answer").state == "met"
    assert play.open_clocks() == ["close"]


def test_three_tries_in_vain_at_different_hours_are_unverified_never_satisfied() -> None:
    play = Play().reviewed()
    play.do(NOT_REACHED, CALLER)
    play.later(hours=2)
    assert play.refused(NOT_REACHED, CALLER) == "TRY_LATER"
    play.later(hours=1)
    play.do(NOT_REACHED, CALLER)
    assert (play.case.state, play.case.tries) == ("reviewed", 2)
    play.later(hours=3)
    play.do(NOT_REACHED, CALLER)
    assert (play.case.state, play.case.call_back, play.case.score) == (
        "called_back", "unverified", 0)  # fmt: skip
    assert play.case.answered_at is None
    play.do(c.Close(), CENTRE)
    assert play.bodies(e.Answered)[-1].by_way == "letter"  # the answer comes in writing then
    assert play.clock("answer").state == "met"


def test_unhappy_is_another_round_for_the_same_unit() -> None:
    play = Play().reviewed().called_back("no", 1)
    assert (play.case.state, play.case.reworks, play.case.owner) == ("assigned", 1, "ecology")
    assert (play.lead().unit, play.lead().round) == ("ecology", 2)
    assert play.bodies(e.EffectDone)[-1].rule == "unhappy"
    assert [call.key for call in play.calls][-1] == f"{play.lead().id}/offered/2"
    assert "call_back" not in play.open_clocks()


def test_after_two_reworks_comes_a_conference() -> None:
    play = Play().reviewed().called_back("no", 1)
    play.later(hours=1)
    play.reviewed().called_back("no", 1)
    assert play.case.reworks == 2
    play.later(hours=1)
    play.reviewed().called_back("no", 1)
    assert play.case.reworks == 2
    assert (play.case.state, play.case.lead()) == ("accepted", None)
    assert play.case.conferences[-1].members == ("620922100", "ecology", "centre")
    assert {"confer", "designate"} <= set(play.open_clocks())
    assert play.case.owner == "620922100"


@pytest.mark.parametrize(("resolved", "score"), [("no", 5), ("yes", 2), ("partly", 1)])
def test_an_unhappy_rating_before_the_closing_is_a_rework(resolved: str, score: int) -> None:
    play = Play().reviewed()
    play.do(c.Rate(True, resolved, score), reporter())  # type: ignore[arg-type]
    assert (play.case.state, play.case.ratings) == ("assigned", (score,))


def test_a_rating_while_it_is_worked_on_or_afterwards_moves_nothing() -> None:
    play = Play().claimed()
    play.do(c.Rate(True, "no", 1), reporter())
    assert play.case.state == "in_progress"
    closed = Play().closed()
    closed.do(c.Rate(True, "no", 1), reporter())
    assert (closed.case.state, closed.case.ratings) == ("closed", (1,))


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_is_one_to_five(score: int) -> None:
    play = Play().reviewed()
    assert play.refused(c.Rate(True, "yes", score), reporter()) == "BAD_SCORE"
    if score:
        call = c.CallBack(reached=True, resolved="yes", score=score)
        assert play.refused(call, CALLER) == "BAD_SCORE"


def test_a_call_says_how_it_stands() -> None:
    play = Play().reviewed()
    assert play.refused(c.CallBack(reached=True), CALLER) == "HOW_RESOLVED"


def test_one_of_those_concerned_is_called_beside_the_reporter() -> None:
    play = Play(category="D10", text="工资").claimed()
    play.do(c.AddParty("worker", count=3), play.officer())
    play.reviewed()
    play.do(c.CallBack(reached=True, resolved="yes", party="Y1"), CALLER)
    play.do(c.CallBack(reached=False, party="Y2"), CALLER)
    assert (play.case.state, play.case.tries) == ("reviewed", 0)
    assert [p.call_back for p in play.case.parties] == ["resolved", "unreached", ""]
    nobody = c.CallBack(reached=True, resolved="yes", party="Y9")
    assert play.refused(nobody, CALLER) == "NO_SUCH_PARTY"
    play.called_back()
    play.do(c.CallBack(reached=True, resolved="no", party="Y3"), CALLER)
    assert (play.case.state, play.case.reworks) == ("assigned", 1)


def test_the_reporter_is_called_back_once() -> None:
    play = Play().reviewed().called_back()
    again = c.CallBack(reached=True, resolved="yes")
    assert play.refused(again, CALLER) == "CALLED_BACK"


def test_a_required_support_keeps_the_case_open() -> None:
    play = Play(category="S03").reviewed().called_back()
    assert play.refused(c.Close(), CENTRE) == "SUPPORT_OPEN"
    play.do(c.StandDown(), by("duty_leader", "centre"))
    play.do(c.Close(), CENTRE)
    assert play.case.state == "closed"


def test_closing_ends_every_clock_but_the_archive() -> None:
    play = Play().closed()
    assert play.open_clocks() == ["archive"]
    assert (play.case.owner, play.case.closed_at) == ("620922100", play.now)
    play.until("11-30 09:00")
    assert (play.case.state, play.open_clocks(), play.case.next_at()) == ("archived", [], None)


def test_closing_answers_those_whose_cases_were_merged_into_it() -> None:
    play = Play()
    play.do(c.Absorb("other", "r2"), ENGINE)
    play.closed()
    passed = [f.request for f in play.follow_ups if isinstance(f.request.command, c.PassAnswer)]
    assert [(r.case, r.command) for r in passed] == [
        ("other", c.PassAnswer(play.case.code, "solved"))
    ]


def test_a_person_may_order_a_rework() -> None:
    play = Play().reviewed()
    play.do(c.Rework("not what was asked"), REVIEWER)
    assert (play.case.state, play.case.reworks) == ("assigned", 1)


def test_no_machine_closes() -> None:
    play = Play().reviewed().called_back()
    assert play.refused(c.Close(), ENGINE) == "FORBIDDEN"
    play.later(days=60)
    assert play.case.state == "called_back"
