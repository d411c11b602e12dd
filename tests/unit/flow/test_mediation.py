"""Mediation is voluntary; parties, challenge, agreement, promises."""

from __future__ import annotations

from datetime import date

import pytest

from referral_engine.model import command as c
from referral_engine.model.principal import Principal
from tests.unit.flow.play import CENTRE, Play, by, reporter

MEDIATOR = by("mediator", "620922100")


def mediating() -> Play:
    play = Play(category="D02", text="院墙").claimed()
    for name in ("甲", "乙"):
        play.do(c.AddParty("party", name), by("officer", "620922100"))
    return play


def test_names_of_parties_stay_out_of_the_chain() -> None:
    play = mediating()
    assert [p.id for p in play.case.parties] == ["Y1", "Y2"]
    assert "甲" not in repr(play.events)


def test_nothing_is_agreed_before_every_party_has_consented() -> None:
    play = mediating()
    agree = c.Agree(play.lead().id, "terms")
    assert play.refused(agree, MEDIATOR) == "CONSENT_MISSING"
    play.do(c.Consent("Y1", given=True), MEDIATOR)
    play.do(c.Consent("Y2", given=False), MEDIATOR)
    assert play.refused(agree, MEDIATOR) == "CONSENT_MISSING"
    play.do(c.Consent("Y2", given=True), MEDIATOR)
    play.do(agree, MEDIATOR)
    assert play.clock("mediate", "620922100").state == "met"


def test_an_agreement_starts_the_thirty_days_and_watches_its_dates() -> None:
    play = mediating()
    for party in ("Y1", "Y2"):
        play.do(c.Consent(party, given=True), MEDIATOR)
    dates = (date(2026, 11, 30), date(2027, 1, 29))
    play.do(c.Agree(play.lead().id, "t", confirmation=True, performance=dates), MEDIATOR)
    assert play.due("confirm") == "11-11 18:00"
    due = [d.due for d in play.case.deadlines if d.name == "perform"]
    assert len(due) == 2
    play.reported("mediated")
    play.do(c.Review(passed=True), by("reviewer", "centre"))
    play.called_back()
    play.do(c.Close(), CENTRE)
    assert play.open_clocks() == ["archive", "confirm", "perform", "perform"]
    play.until("11-30 18:00")
    assert play.case.state == "archived"
    assert "perform_due" in play.told("620922100")
    play.do(c.Settle(clock="perform", note="paid"), by("officer", "620922100"))
    play.until("2027-01-29 18:00")
    assert play.told("620922100").count("perform_due") == 2


def performing(*days: date, confirmation: bool = False) -> Play:
    """Agreed, closed and archived, with promises on the clock."""
    play = mediating()
    for party in ("Y1", "Y2"):
        play.do(c.Consent(party, given=True), MEDIATOR)
    play.do(c.Agree(play.lead().id, "t", confirmation, days), MEDIATOR)
    play.reported("mediated")
    play.do(c.Review(passed=True), by("reviewer", "centre"))
    play.called_back()
    play.do(c.Close(), CENTRE)
    return play


def test_a_broken_promise_takes_an_archived_case_to_the_step_that_begins_with_it() -> None:
    play = performing(date(2026, 11, 30), date(2027, 1, 29))
    play.until("11-30 18:00")
    assert play.case.state == "archived"
    play.do(c.Settle(clock="perform", note="not paid", kept=False), by("officer", "620922100"))
    assert (play.case.state, play.case.path_step, play.lead().unit) == (
        "assigned", "enforce", "legal_aid",
    )  # fmt: skip
    assert "answer" in play.open_clocks(), "an answer is owed anew"
    assert [d.state for d in play.case.deadlines if d.name == "perform"] == ["cancelled", "running"]


def test_a_promise_that_no_step_begins_with_is_told_to_the_holder() -> None:
    play = performing(confirmation=True)
    play.do(c.Settle(clock="confirm", kept=False), by("officer", "620922100"))
    assert play.case.state == "closed"
    assert "promise_broken" in play.told("620922100")
    again = c.Settle(clock="confirm", kept=False)
    assert play.refused(again, by("officer", "620922100")) == "NO_RUNNING_CLOCK"


def test_a_challenged_mediator_leaves_the_case_to_a_colleague() -> None:
    play = mediating()
    play.do(c.Challenge(play.lead().id, MEDIATOR.id, "a cousin"), reporter())
    for party in ("Y1", "Y2"):
        play.do(c.Consent(party, given=True), by("officer", "620922100"))
    agree = c.Agree(play.lead().id, "terms")
    assert play.refused(agree, MEDIATOR) == "CHALLENGED"
    play.do(agree, Principal("m2", ("mediator",), "620922100"))
    assert "mediator_challenged" in play.told("620922100")


def test_a_group_sends_at_most_five() -> None:
    play = Play(category="D10", text="工资")
    six = c.AddParty("representative", count=6)
    assert play.refused(six, CENTRE) == "TOO_MANY_REPRESENTATIVES"
    play.do(c.AddParty("representative", count=5), CENTRE)
    assert play.refused(c.AddParty("representative"), CENTRE) == "TOO_MANY_REPRESENTATIVES"
    play.do(c.AddParty("worker", count=30), CENTRE)
    assert len(play.case.parties) == 35


@pytest.mark.parametrize("count", [0, -1, 1_001])
def test_a_count_is_a_count(count: int) -> None:
    assert Play().refused(c.AddParty("worker", count=count), CENTRE) == "HOW_MANY"


def test_what_was_paid_is_kept_by_person() -> None:
    play = Play(category="D10", text="工资").claimed()
    play.do(c.AddParty("worker", count=2), play.officer())
    play.do(c.Settle(party="Y2"), play.officer())
    assert [p.settled_at for p in play.case.parties] == [None, play.now]
    assert play.refused(c.Settle(party="Y3"), play.officer()) == "NO_SUCH_PARTY"
    assert play.refused(c.Settle(clock="perform"), play.officer()) == "NO_RUNNING_CLOCK"
