"""Near-duplicates are linked, a third recurrence names a problem, incidents are joined."""

from __future__ import annotations

from datetime import timedelta

from referral_engine.flow.facts import Past, Twin
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.principal import ENGINE
from tests.unit.flow.play import CODE, Play, at


def past(*days: int, closed: bool = True) -> tuple[Past, ...]:
    now = at("10-12 09:00")
    return tuple(Past(f"p{day}", now - timedelta(days=day), closed=closed) for day in days)


def test_twins_are_linked_from_both_ends_and_merged_by_nobody() -> None:
    play = Play(facts={"twins": (Twin("other", 90.0),)})
    assert (play.case.links, play.case.state) == (("other",), "assigned")
    follow = play.follow_ups[-1].request
    assert (follow.case, follow.command) == ("other", c.Link(CODE, "near_duplicate"))


def test_the_third_time_in_ninety_days_is_a_problem_with_a_named_owner() -> None:
    play = Play(facts={"past": past(20, 80, 150), "problem": "S1"})
    named = play.bodies(e.ProblemNamed)[-1]
    assert (named.problem, named.owner, named.times, named.leader) == ("S1", "centre", 3, "p0001")
    assert set(play.case.links) == {"p20", "p80", "p150"}  # half a year back, so nobody retells
    marked = {f.request.case for f in play.follow_ups
              if isinstance(f.request.command, c.MarkRecurred)}  # fmt: skip
    assert marked == {"p20", "p80", "p150"}
    assert "problem_named" in play.told("centre")
    assert play.bodies(e.EffectDone)[-1].rule == "again"  # an occasion for the rules as well


def test_an_earlier_case_that_is_still_open_did_not_recur() -> None:
    play = Play(facts={"past": past(20, 80, closed=False), "problem": "S1"})
    assert play.case.problem == "S1"
    assert not [f for f in play.follow_ups if isinstance(f.request.command, c.MarkRecurred)]


def test_twice_is_no_problem() -> None:
    play = Play(facts={"past": past(20, 100), "problem": "S1"})
    assert play.case.problem == ""


def test_a_closed_case_is_marked_as_recurred() -> None:
    play = Play().closed()
    play.do(c.MarkRecurred("later", "S1"), ENGINE)
    assert (play.case.recurred, play.case.problem, play.case.state) == (True, "S1", "closed")


def test_cases_of_one_event_are_one_incident() -> None:
    first = Play(category="E01", text="食堂")
    assert first.case.incident == f"I{CODE}"
    second = Play(category="E01", text="食堂", facts={"incident": first.case.incident})
    assert second.case.incident == first.case.incident
