"""Letters, and what comes too late or from outside."""

from __future__ import annotations

from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.principal import ENGINE
from tests.unit.flow.play import CENTRE, CODE, Play, by, setting


def test_letters_are_numbered_and_their_delivery_kept() -> None:
    play = Play()
    play.do(c.SendLetter("notice", "reporter", "Dear 张三"), CENTRE)
    play.do(c.SendLetter("notice", "ecology", "…"), CENTRE)
    assert [letter.number for letter in play.bodies(e.LetterSent)] == [f"{CODE}-L1", f"{CODE}-L2"]
    play.do(c.LetterDelivered(f"{CODE}-L1", "signed"), CENTRE)
    assert play.bodies(e.LetterReceived)[-1].number == f"{CODE}-L1"
    assert "张三" not in repr(play.events)


def test_a_late_answer_is_kept_without_effect() -> None:
    play = Play().closed()
    before = play.case.state
    play.do(c.LateAnswer(f"{CODE}-1", "work", "too late"), ENGINE)
    assert (play.case.state, play.kinds()[-1]) == (before, "answered_late")


def test_a_department_that_cannot_be_reached_leaves_the_referral_to_its_people() -> None:
    play = Play()
    play.do(c.CallFailed(play.lead().id, "offered", "hung"), ENGINE)
    assert play.lead().state == "offered"
    assert play.told("ecology")[-1] == "system_unreachable"


def test_a_failed_call_for_a_case_that_nobody_leads_wakes_the_centre() -> None:
    play = Play()
    lead = play.lead().id
    play.do(c.Decline(lead, "outside_remit"), by("officer", "ecology"))
    play.do(c.CallFailed(lead, "withdraw", "hung"), ENGINE)
    assert [d.name for d in play.case.deadlines].count("designate") == 1
    assert play.told("620922100").count("designate") == 2


def test_a_running_case_is_migrated_by_name_to_a_published_rule_set() -> None:
    from msgspec.structs import replace

    play = Play()
    other = setting(silent=True).rules
    who = by("administrator", "centre")
    assert play.refused(c.Migrate(other.hash), who) == "UNKNOWN_RULE_SET"
    own = play.setting.rules
    play.setting = replace(play.setting, published={each.hash: each for each in (own, other)})
    assert play.refused(c.Migrate(own.hash), who) == "SAME_RULES"
    fired = play.until("10-12 11:00").case.deadlines
    play.do(c.Migrate(other.hash, "new rules"), who)
    assert play.case.rule_set == other.hash
    assert play.case.deadlines == fired  # nothing fires again, nothing is reset
    assert play.bodies(e.RulesMigrated)[-1].before == setting().rules.hash
