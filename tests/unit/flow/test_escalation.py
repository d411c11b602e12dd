"""Marks fire, rules conclude, effects happen once each; the engine's own backstop."""

from __future__ import annotations

from datetime import timedelta

from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.principal import ENGINE
from tests.unit.flow.play import CENTRE, COUNTY, DUTY, SEALS, Play, at, by


def fired(play: Play) -> list[tuple[str, float, str]]:
    return [(m.name, m.share, m.skipped) for m in play.bodies(e.MarkFired)]


def test_the_ladder_of_a_claim() -> None:
    play = Play("10-12 09:00")
    play.until("10-12 10:36")
    assert play.told("ecology")[-1] == "reminder"
    play.until("10-12 11:00")
    assert play.clock("claim", "ecology").state == "missed"
    assert play.case.flags == ("late-claim",)
    assert play.due("supervise", "ecology") == "10-14 18:00"
    assert play.case.owner == "ecology"
    play.until("10-12 12:00")
    assert (play.case.owner, play.case.holder, play.case.steps) == ("centre", "centre", 1)
    assert "stepped_up" in play.told("centre")
    assert play.lead().state == "offered"  # the unit goes on acting


def test_an_effect_happens_once_for_its_occasion() -> None:
    play = Play().until("10-12 11:00")
    before = play.case
    play.do(c.Tick(), ENGINE)
    assert play.case == before
    keys = [effect.key for effect in play.bodies(e.EffectDone)]
    assert len(keys) == len(set(keys))
    ours = play.lead().id
    assert f"{ours}/claim:1/1/supervise/ecology" in keys
    assert not any("late-claim" in key for key in keys), "a renamed rule must not fire again"


def test_two_reminders_by_one_rule_are_two_calls() -> None:
    play = Play().claimed().until("10-19 18:00")
    reminders = [call.key for call in play.calls if call.detail == {"effect": "remind"}]
    assert len(reminders) == len(set(reminders)) >= 1
    play = Play().until("10-17 18:00")
    reminded = {call.key.rpartition("/")[2] for call in play.calls if "remind" in call.key}
    assert reminded == {"claim:0.8", "report:0.8"}


def test_after_downtime_the_highest_rung_alone_acts_and_nobody_is_blamed() -> None:
    play = Play("10-12 09:00")
    play.downtime = ((at("10-12 09:30"), at("10-12 15:00")),)
    play.now = at("10-12 15:00")
    play.do(c.Tick(), ENGINE)
    lead = play.clock("claim", "ecology").id
    marks = [
        (m.share, m.skipped, m.excused) for m in play.bodies(e.MarkFired) if m.deadline == lead
    ]
    assert marks == [
        (0.8, "engine_down", False), (1.0, "engine_down", True), (1.5, "", True),
    ]  # fmt: skip
    assert play.bodies(e.Supervised) == []  # the rung below did not act
    assert play.clock("claim", "ecology").excused
    play.claimed()
    met = play.clock("claim", "ecology")
    assert (met.state, met.late, met.excused) == ("met", False, True)


def test_a_slow_tick_without_downtime_overtakes_and_blames() -> None:
    play = Play("10-12 09:00")
    play.now = at("10-12 11:30")
    play.do(c.Tick(), ENGINE)
    lead = play.clock("claim", "ecology").id
    skipped = [m.skipped for m in play.bodies(e.MarkFired) if m.deadline == lead]
    assert skipped == ["overtaken", ""]
    assert not play.clock("claim", "ecology").excused


def test_where_rules_are_silent_the_engine_brings_a_stalled_lead_to_leadership() -> None:
    play = Play("10-12 09:00", silent=True).until("10-12 14:59")
    assert play.case.owner == "ecology"
    play.until("10-12 16:00")
    up = play.bodies(e.SteppedUp)[-1]
    assert (up.unit, up.reason, play.case.owner) == ("centre", "backstop:claim", "centre")


def test_a_stalled_support_takes_no_case_from_a_lead_that_acts() -> None:
    play = Play("10-12 09:00", silent=True).claimed().until("10-14 09:00")
    assert play.case.owner == "ecology"
    assert "support_stalls" in play.told("ecology")
    assert "support_stalls" in play.told("620922100")


def test_a_case_that_nobody_ever_answers_reaches_the_county_whatever_the_rules() -> None:
    for silent in (False, True):
        play = Play(silent=silent).until("2027-06-30 09:00")
        assert play.case.owner == "centre"
        assert play.case.level == "county"


def test_a_grid_steps_up_by_one_level_at_a_time() -> None:
    play = Play(category="M01", text="垃圾")
    member = by("grid_member", "620922100001001")
    owners = []
    for _level in range(4):
        play.do(c.StepUp("too much for me"), member)
        owners.append((play.case.owner, play.case.holder))
    assert owners == [
        ("620922100001", "620922100"),
        ("620922100", "620922100"),
        ("centre", "centre"),
        ("centre", "centre"),
    ]
    assert play.bodies(e.SteppedUp)[-1].unit == "centre"  # asked at the top: recorded all the same
    assert play.told("centre")[-1] == "at_the_top"


def test_an_accused_level_is_passed_over() -> None:
    play = Play(accused=("620922100",))
    assert play.case.holder == "discipline"
    play.do(c.StepUp("more"), SEALS)
    assert play.case.owner == "discipline"
    assert "620922100" not in {event.owner for event in play.events}
    village = Play(category="M01", text="垃圾", accused=("620922100001",))
    village.until("2027-02-01 09:00")
    assert "620922100001" not in {event.owner for event in village.events}


def test_a_rung_of_the_ladder_is_proposed_and_signed_by_a_named_person() -> None:
    play = Play().claimed().until("10-23 10:00")
    proposal = play.case.proposals[0]
    assert (proposal.kind, proposal.by, proposal.detail["step"]) == (
        "recommend", "engine", "yellow_card")  # fmt: skip
    assert play.bodies(e.Recommended) == []
    assert play.refused(c.Sign(proposal.id), CENTRE) == "NOT_A_SIGNER"
    play.do(c.Sign(proposal.id), COUNTY)
    signed = play.bodies(e.Recommended)[-1]
    assert (signed.step, signed.against) == ("yellow_card", "ecology")
    assert "recommended" in play.told("ecology")


def test_supervision_has_its_own_clock_and_tells_the_unit() -> None:
    play = Play().claimed()
    play.do(c.Supervise(reason="hurry"), DUTY)
    assert play.due("supervise", "ecology") == "10-14 18:00"
    assert (play.lead().supervised, play.told("ecology")[-1]) == (1, "supervised")


def test_quiet_hours_keep_words_back_but_not_for_an_emergency() -> None:
    night = Play("10-12 22:30")
    offered = next(n for n in night.notices if n.to == "ecology")
    assert offered.not_before == at("10-13 08:00")
    emergency = Play("10-12 22:30", category="S03")
    assert all(n.not_before is None for n in emergency.notices if n.subject == "offered")
    coming = next(n for n in emergency.notices if n.subject == "help_is_coming")
    assert (coming.to, coming.not_before) == ("reporter", None)


def test_shuffled_and_repeated_looks_come_to_the_same() -> None:
    often, once = Play("10-12 09:00"), Play("10-12 09:00")
    for minutes in range(0, 120, 7):
        often.now = at("10-12 09:00") + timedelta(minutes=minutes)
        often.do(c.Tick(), ENGINE)
    once.until("10-12 10:59")
    assert fired(often) == fired(once)
