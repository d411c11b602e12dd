"""Who may do what, to which case, in which state."""

from __future__ import annotations

import pytest

from referral_engine.errors import Refused
from referral_engine.flow.decide import decide
from referral_engine.flow.facts import Facts
from referral_engine.lifecycle import STEPS, steps_of
from referral_engine.model import command as c
from referral_engine.model.principal import ROLES, Principal
from tests.unit.flow.play import (
    CALLER,
    CENTRE,
    CODE,
    REVIEWER,
    Play,
    at,
    by,
    reporter,
    setting,
    to,
)


def test_a_role_without_a_row_is_refused_and_told_which_roles_may() -> None:
    play = Play()
    with pytest.raises(Refused) as caught:
        play.do(c.Dispatch(lead=to("housing")), by("officer", "ecology"))
    assert caught.value.code == "FORBIDDEN"
    assert "dispatcher" in caught.value.next_step


def test_a_state_without_a_row_is_refused_and_told_when_it_is_possible() -> None:
    play = Play().claimed()
    with pytest.raises(Refused) as caught:
        play.do(c.Review(passed=True), REVIEWER)
    assert caught.value.code == "WRONG_STATE"
    assert "resolved" in caught.value.next_step


def test_only_the_unit_of_a_referral_acts_on_it() -> None:
    play = Play()
    ours = play.lead().id
    assert play.refused(c.Claim(ours), by("officer", "police_100")) == "NOT_YOUR_REFERRAL"
    assert play.refused(c.Claim(f"{CODE}-9"), by("officer", "ecology")) == "NO_SUCH_REFERRAL"
    play.do(c.Claim(ours), by("officer", "ecology"))
    assert play.referral("ecology").claimed_by == "officer@ecology"


def test_a_department_acts_for_its_station_and_the_station_for_the_department() -> None:
    play = Play(category="P05")
    assert play.referral("police").units == ("police", "police_100")
    play.do(c.Claim(play.lead().id), by("officer", "police"))
    assert play.lead().state == "claimed"
    other = Play(category="P05")
    assert other.refused(c.Claim(other.lead().id), by("officer", "police_101")) == "UNKNOWN_CASE"


def test_what_is_not_claimed_cannot_be_reported() -> None:
    play = Play()
    assert play.refused(c.Report(play.lead().id, "x"), play.officer()) == "REFERRAL_STATE"


def test_who_may_not_see_a_case_is_answered_as_for_one_that_does_not_exist() -> None:
    play = Play()
    unknown = c.Request("nowhere", c.Dispatch(lead=to("housing")), CENTRE)
    with pytest.raises(Refused) as missing:
        decide(None, unknown, Facts(), setting(), at("10-12 09:00"))
    with pytest.raises(Refused) as hidden:
        play.do(c.Dispatch(lead=to("housing")), by("dispatcher", "620922101"))
    assert missing.value.code == hidden.value.code == "UNKNOWN_CASE"
    assert missing.value.message.replace("nowhere", CODE) == hidden.value.message


def test_nobody_reviews_or_calls_back_the_work_of_their_own_unit() -> None:
    play = Play(category="D12", text="退货")  # the township's own
    play.reported()
    own = by("reviewer", "620922100")
    assert play.refused(c.Review(passed=True), own) == "OWN_WORK"
    play.do(c.Review(passed=True), REVIEWER)
    caller = by("callback_officer", "620922100")
    yes = c.CallBack(reached=True, resolved="yes")
    assert play.refused(yes, caller) == "OWN_WORK"
    play.do(yes, CALLER)
    assert play.case.state == "called_back"


def test_a_sealed_case_is_reviewed_by_another_person_of_the_unit() -> None:
    play = Play(category="X02", text="举报")
    officer, contact = by("officer", "discipline", "a"), by("sealed_contact", "discipline", "b")
    play.do(c.Claim(play.lead().id), officer)
    play.do(c.Report(play.lead().id, "x"), officer)
    same = Principal("a", ("sealed_contact",), "discipline")
    assert play.refused(c.Review(passed=True), same) == "OWN_WORK"
    play.do(c.Review(passed=True), contact)
    assert play.case.state == "reviewed"


def test_a_reporter_acts_on_their_own_case_alone() -> None:
    play = Play()
    assert play.refused(c.Withdraw(), reporter("somebody else")) == "UNKNOWN_CASE"
    assert play.refused(c.Withdraw(), Principal("", ("reporter",))) == "UNKNOWN_CASE"
    play.do(c.Withdraw(), reporter())
    assert play.case.state == "withdrawn"


@pytest.mark.parametrize("role", [r for r in ROLES if r not in ("engine", "reporter")])
def test_no_post_may_do_what_is_the_engines_own(role: str) -> None:
    play = Play()
    somebody = Principal("x", (role,), "centre")  # type: ignore[arg-type]
    assert play.refused(c.Absorb("other"), somebody) in ("FORBIDDEN", "UNKNOWN_CASE")
    assert play.refused(c.Tick(), somebody) in ("FORBIDDEN", "UNKNOWN_CASE")


def test_every_command_but_registration_has_a_row_for_people_or_for_the_engine() -> None:
    named = {c.command_name(kind) for kind in c.COMMANDS} - {"register"}
    assert named == {step.command for step in STEPS}
    assert all(steps_of(name) for name in named)


def test_an_act_may_be_recorded_afterwards_within_limits() -> None:
    play = Play("10-12 09:00")
    play.until("10-12 12:00")
    claim = c.Claim(play.lead().id)
    assert play.refused(claim, play.officer(), happened="10-12 12:06") == "IN_THE_FUTURE"
    assert play.refused(claim, play.officer(), happened="10-09 11:00") == "TOO_LONG_AGO"
    play.do(claim, play.officer(), happened="10-12 10:30")
    met = play.clock("claim", "ecology")
    assert (met.state, met.late, met.met_at) == ("met", False, at("10-12 10:30"))
    last = play.events[-1]
    assert (last.happened_at, last.recorded_at) == (at("10-12 10:30"), at("10-12 12:00"))


def test_a_time_without_a_zone_is_refused() -> None:
    play = Play()
    naive = at("10-12 09:00").replace(tzinfo=None)
    request = c.Request(CODE, c.Claim(play.lead().id), play.officer(), happened_at=naive)
    with pytest.raises(Refused, match="NO_ZONE"):
        decide(play.case, request, Facts(), setting(), play.now)
