"""A unit's part: claim, contact, arrive, progress, hand off, not needed."""

from __future__ import annotations

import pytest

from referral_engine.model import command as c
from tests.unit.flow.play import CENTRE, Play, at, by


def test_a_claim_meets_its_clock_and_gives_the_unit_the_case() -> None:
    play = Play().until("10-12 10:59").claimed()
    assert (play.case.state, play.case.owner) == ("in_progress", "ecology")
    assert (play.clock("claim", "ecology").state, play.clock("claim", "ecology").late) == (
        "met", False)  # fmt: skip
    assert play.lead().claimed_at == at("10-12 10:59")


def test_a_late_claim_is_met_and_late() -> None:
    play = Play(silent=True).until("10-12 11:30").claimed()
    assert (play.clock("claim", "ecology").state, play.clock("claim", "ecology").late) == (
        "met", True)  # fmt: skip


def test_a_claim_after_step_up_leaves_leadership_in_charge() -> None:
    play = Play().until("10-12 14:40")
    assert play.case.owner == "centre"
    play.claimed()
    assert (play.case.owner, play.case.state) == ("centre", "in_progress")


def test_contact_and_arrival_meet_their_clocks_once_claimed() -> None:
    play = Play(category="S03")
    lead = play.lead().id
    officer = by("officer", "gas_company")
    assert play.refused(c.Contact(lead), officer) == "REFERRAL_STATE"
    play.claimed()
    play.do(c.Contact(lead, "on our way"), officer)
    play.do(c.Arrive(lead), officer)
    assert play.clock("contact", "gas_company").state == "met"
    assert play.clock("arrive", "gas_company").state == "met"
    assert play.lead().arrived_at == play.now


def test_a_support_acts_before_the_lead_has_claimed() -> None:
    play = Play(category="S03")
    fire, officer = play.referral("fire"), play.officer("fire")
    play.do(c.Claim(fire.id), officer)
    play.do(c.Arrive(fire.id), officer)
    assert play.case.state == "assigned"
    play.do(c.Report(fire.id, "valve shut"), officer)
    assert play.referral("fire").state == "reported"
    assert play.lead().state == "offered"
    assert play.case.owner == "gas_company"


def test_a_required_support_reports_after_the_lead_has() -> None:
    play = Play(category="S03").reported()
    assert play.case.state == "resolved"
    fire, officer = play.referral("fire"), play.officer("fire")
    assert fire.state == "offered"
    assert play.referral("housing").state == "cancelled"
    play.do(c.Claim(fire.id), officer)
    play.do(c.Report(fire.id, "checked"), officer)
    assert play.referral("fire").state == "reported"
    assert play.case.state == "resolved"


def test_a_support_may_be_not_needed_the_lead_may_not() -> None:
    play = Play()
    assert play.refused(c.NotNeeded(play.lead().id), play.officer()) == "LEAD_DECLINES"
    play.do(c.NotNeeded(play.referral("police").id), play.officer("police"))
    police = play.referral("police")
    assert (police.state, police.not_needed) == ("cancelled", True)
    assert not [d for d in play.case.deadlines if d.referral == police.id and d.open]


def test_progress_meets_a_named_clock_and_starts_what_waited_for_it() -> None:
    play = Play(category="D02", text="院墙")
    assert play.clock("mediate", "620922100").state == "waiting"
    play.claimed()
    assert play.due("mediate", "620922100") == "11-11 18:00"
    play.do(c.Progress(play.lead().id, meets="mediate"), play.officer())
    assert play.clock("mediate", "620922100").state == "met"


@pytest.mark.parametrize("clock", ["claim", "contact", "arrive", "report", "answer"])
def test_progress_meets_no_clock_that_has_its_own_command(clock: str) -> None:
    play = Play().claimed()
    word = c.Progress(play.lead().id, meets=clock)
    assert play.refused(word, play.officer()) == "OWN_COMMAND"


def test_handing_off_counts_as_claim_and_is_told_at_any_hour() -> None:
    play = Play("10-12 23:40", category="S03")
    off = c.HandOff("119", "7712", "接警员 3", play.lead().id)
    play.do(off, CENTRE)
    lead = play.lead()
    assert (lead.state, lead.handed_off_to, play.case.state) == ("claimed", "119", "in_progress")
    assert play.clock("claim", "gas_company").state == "met"
    assert play.clock("arrive", "gas_company").state == "cancelled"
    told = next(n for n in play.notices if n.subject == "handed_off")
    assert (told.to, told.not_before) == ("reporter", None)


def test_handing_off_a_case_that_nobody_leads_makes_the_centre_its_lead() -> None:
    play = Play(auto_accept=False)
    play.do(c.HandOff("110", "1", "接警员"), by("dispatcher", "620922100"))
    assert (play.lead().unit, play.case.state) == ("620922100", "in_progress")


def test_every_plugin_call_has_a_key_of_referral_verb_and_round() -> None:
    play = Play()
    offered = [call for call in play.calls if call.verb == "offered"]
    assert {call.key for call in offered} == {f"{r.id}/offered/1" for r in play.case.referrals}
    assert {call.unit for call in offered} == {"ecology", "police"}  # departments, not stations
