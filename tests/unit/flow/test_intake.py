"""An issue becomes a case; what a machine may only propose; withdrawal and objection."""

from __future__ import annotations

import pytest

from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.principal import ENGINE
from referral_engine.model.span import Span
from tests.unit.flow.play import CENTRE, COUNTY, DUTY, Play, at, by, reporter, to

TOWNSHIP_LEADER = by("township_director", "620922100")


def test_an_accepted_case_is_routed_at_once_with_every_clock() -> None:
    play = Play("10-12 09:00")
    assert (play.case.state, play.case.owner, play.case.rule) == ("assigned", "ecology", "noise")
    assert play.due("answer") == "12-11 18:00"
    assert play.due("claim", "ecology") == "10-12 11:00"
    assert play.due("contact", "ecology") == "10-13 18:00"
    assert play.due("report", "ecology") == "10-19 18:00"
    assert "contact" not in [d.name for d in play.case.deadlines
                             if d.referral == play.referral("police").id]  # fmt: skip
    assert play.told("reporter") == ["registered"]


def test_a_case_that_waits_for_acceptance_is_held_by_the_centre_with_a_clock() -> None:
    play = Play(auto_accept=False)
    assert (play.case.state, play.case.owner) == ("registered", "620922100")
    assert play.open_clocks() == ["accept", "answer"]
    play.do(c.Accept(category="S03"), by("dispatcher", "620922100"))
    assert (play.case.state, play.case.category, play.lead().unit) == (
        "assigned", "S03", "gas_company")  # fmt: skip
    assert play.clock("accept").state == "met"


def test_the_answer_clock_runs_from_receipt_a_backfills_from_now() -> None:
    late = Play("10-12 09:00", received_at=at("10-10 09:00"))
    assert late.due("answer") == "12-09 18:00"
    old = Play("10-12 09:00", received_at=at("06-01 09:00"))
    assert old.due("answer") == "12-11 18:00"


def test_a_machine_proposes_a_rejection_and_a_leader_signs_it() -> None:
    play = Play(category="Q01", text="问问")
    proposal = play.case.proposals[0]
    assert (play.case.state, proposal.kind, proposal.by) == ("accepted", "reject", "engine")
    assert (play.case.lead(), play.case.owner) == (None, "620922100")
    assert play.due("sign") == "10-13 18:00"
    assert play.refused(c.Sign(proposal.id), CENTRE) == "NOT_A_SIGNER"
    play.do(c.Sign(proposal.id), TOWNSHIP_LEADER)
    assert (play.case.state, play.case.owner) == ("rejected", "620922100")
    assert play.case.answered_at == play.now
    assert (play.told("reporter")[-1], play.open_clocks()) == ("rejected", [])


def test_a_refused_proposal_leaves_the_case_with_the_centre_and_a_clock() -> None:
    play = Play(category="X03", text="判决")
    assert play.case.proposals[0].detail == {"legal_path": "political_legal"}
    play.do(c.Sign(play.case.proposals[0].id, agreed=False), TOWNSHIP_LEADER)
    assert (play.case.state, play.case.proposals[0].state) == ("accepted", "refused")
    assert "designate" in play.open_clocks()
    play.do(c.Dispatch(lead=to("justice")), by("dispatcher", "620922100"))
    assert play.case.owner == "justice_100"


def test_a_rejection_is_not_signed_once_the_case_has_moved_on() -> None:
    play = Play(category="Q01", text="问问")
    play.do(c.Dispatch(lead=to("justice")), by("dispatcher", "620922100"))
    sign = c.Sign(play.case.proposals[0].id)
    assert play.refused(sign, TOWNSHIP_LEADER) == "WRONG_STATE"
    play.do(c.Sign(play.case.proposals[0].id, agreed=False), TOWNSHIP_LEADER)
    assert play.case.state == "assigned"


def test_whoever_asked_does_not_sign_and_nobody_signs_twice() -> None:
    play = Play()
    leader = by("duty_leader", "centre", "p0002")
    play.do(c.Redirect("litigation"), leader)
    sign = c.Sign(play.case.proposals[0].id)
    assert play.refused(sign, leader) == "SECOND_PERSON"
    play.do(sign, COUNTY)
    assert (play.case.state, play.case.outcome) == ("redirected", "guided")
    assert play.referral("ecology").state == "cancelled"


def test_an_exclusion_needs_two_approvers_beside_the_asker_and_lasts_six_months() -> None:
    play = Play().closed()
    play.do(c.Exclude("no_facts"), DUTY)
    sign = c.Sign(play.case.proposals[0].id)
    assert play.refused(sign, DUTY) == "SECOND_PERSON"
    play.do(sign, COUNTY)
    assert play.bodies(e.Excluded) == []
    assert play.refused(sign, COUNTY) == "SECOND_PERSON"
    play.do(sign, by("duty_leader", "centre", "p0003"))
    assert (play.bodies(e.Excluded)[-1].until - play.now).days == 183
    assert play.case.state == "closed"


def test_only_the_reporter_withdraws_others_may_ask() -> None:
    play = Play().claimed()
    play.do(c.Withdraw("settled"), play.officer())
    assert (play.case.state, play.case.proposals[0].kind) == ("in_progress", "withdraw")
    sign = c.Sign(play.case.proposals[0].id)
    assert play.refused(sign, COUNTY) == "NOT_A_SIGNER"
    play.do(sign, reporter())
    assert (play.case.state, play.case.outcome, play.open_clocks()) == (
        "withdrawn", "withdrawn", [])  # fmt: skip
    assert play.referral("ecology").state == "cancelled"


def test_a_withdrawal_takes_nothing_from_others_who_reported_the_same() -> None:
    play = Play()
    play.do(c.Absorb("other", "r2"), ENGINE)
    assert play.refused(c.Withdraw(), reporter("r1")) == "OTHERS_REPORTED_IT"
    assert play.refused(c.Withdraw(), reporter("r2")) == "OTHERS_REPORTED_IT"


def test_an_objection_to_a_rejection_brings_it_back() -> None:
    play = Play(category="Q01", text="问问")
    play.do(c.Sign(play.case.proposals[0].id), TOWNSHIP_LEADER)
    play.do(c.Object("you are wrong"), reporter())
    assert (play.case.state, play.case.closed_at) == ("accepted", None)
    assert play.open_clocks() == ["answer", "designate"]


def test_a_case_without_its_words_cannot_be_routed() -> None:
    play = Play(auto_accept=False)
    play.issue = None  # type: ignore[assignment]
    assert play.refused(c.Accept(), by("dispatcher", "620922100")) == "NO_CONTENT"


@pytest.mark.parametrize("span", ["1wd", "3d"])
def test_what_no_clock_runs_for_is_not_extended(span: str) -> None:
    play = Play()
    ask = c.Extend(Span.parse(span), "x", clock="nothing")
    assert play.refused(ask, play.officer()) == "NO_RUNNING_CLOCK"
