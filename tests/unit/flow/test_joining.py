"""Merging, taking apart again, splitting."""

from __future__ import annotations

from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.issue import Issue
from referral_engine.model.principal import ENGINE
from tests.unit.flow.play import CENTRE, CODE, SEALS, Play, at


def part(text: str = "另一件") -> Issue:
    return Issue("hotline", at("10-12 09:00"), text=text, category="M04", territory="620922100")


def test_a_merge_keeps_both_codes_and_asks_the_other_case_to_answer_both() -> None:
    play = Play()
    play.do(c.Merge("other", "the same"), CENTRE, other="open")
    assert (play.case.state, play.case.merged_into, play.case.owner) == (
        "merged", "other", "620922100")  # fmt: skip
    assert play.open_clocks() == []
    assert all(not r.open for r in play.case.referrals)
    absorb = play.follow_ups[-1].request
    assert (absorb.case, absorb.by) == ("other", ENGINE)
    assert absorb.command == c.Absorb(CODE, "r1", at("12-11 18:00"))
    assert play.told("reporter")[-1] == "merged"


def test_what_is_unknown_over_or_itself_takes_no_merge() -> None:
    play = Play()
    assert play.refused(c.Merge("other"), CENTRE) == "UNKNOWN_CASE"
    assert play.refused(c.Merge("other"), CENTRE, other="over") == "NOT_MERGEABLE"
    assert play.refused(c.Merge(CODE), CENTRE, other="open") == "SAME_CASE"


def test_a_sealed_case_is_never_merged() -> None:
    play = Play(category="X02", text="举报")
    assert play.refused(c.Merge("other"), SEALS, other="open") == "SEALED"


def test_the_earlier_deadline_holds() -> None:
    play = Play("10-12 09:00")
    play.do(c.Absorb("other", "r2", at("11-20 18:00")), ENGINE)
    assert play.due("answer") == "11-20 18:00"
    assert play.case.reporters == ("r2",)
    play.do(c.Absorb("third", "r3", at("12-20 18:00")), ENGINE)
    assert play.due("answer") == "11-20 18:00"
    play.until("11-20 18:00")
    assert play.clock("answer").state == "missed"


def test_taken_apart_a_case_goes_on_by_itself_with_its_own_clock() -> None:
    play = Play("10-12 09:00")
    play.do(c.Merge("other"), CENTRE, other="open")
    play.later(days=2)
    play.do(c.Unmerge("not the same"), CENTRE)
    assert (play.case.state, play.case.merged_into, play.case.owner) == (
        "accepted", "", "620922100")  # fmt: skip
    assert play.due("answer") == "12-11 18:00"  # from the receipt, as before
    assert "designate" in play.open_clocks()
    assert play.follow_ups[-1].request.command == c.Release(CODE, "r1")


def test_release_forgets_the_other_reporter() -> None:
    play = Play()
    play.do(c.Absorb("other", "r2"), ENGINE)
    play.do(c.Release("other", "r2"), ENGINE)
    assert (play.case.absorbed, play.case.reporters) == ((), ())


def test_an_answer_is_passed_on_only_while_the_cases_are_one() -> None:
    play = Play()
    play.do(c.Merge("other"), CENTRE, other="open")
    play.do(c.PassAnswer("other", "solved"), ENGINE)
    assert play.case.answered_at is not None
    assert play.bodies(e.Answered)[-1].by_way == "merged"
    apart = Play()
    assert apart.do(c.PassAnswer("other", "solved"), ENGINE) is None


def test_a_split_makes_linked_cases_and_leaves_nothing_here() -> None:
    play = Play()
    play.do(c.Split((part(), part("第三件"))), CENTRE)
    assert (play.case.state, play.open_clocks()) == ("split", [])
    made = [f.request.command for f in play.follow_ups]
    assert [m.follows for m in made if isinstance(m, c.Register)] == [CODE, CODE]
    assert len({f.request.key for f in play.follow_ups}) == 2


def test_an_unlinked_part_leaves_no_trace_in_either_case() -> None:
    play = Play(category="X02", text="举报")
    play.do(c.Split((part(),), unlinked=True), SEALS)
    assert play.case.state == "assigned"
    request = play.follow_ups[-1].request
    assert isinstance(request.command, c.Register)
    assert (request.command.follows, request.command.sealed) == ("", "")
    assert CODE not in request.key
    assert play.bodies(e.SplitOff)[-1].keys == ()


def test_a_linked_part_of_a_sealed_case_is_sealed_itself() -> None:
    play = Play(category="X02", text="举报")
    play.do(c.Split((part(),)), SEALS)
    command = play.follow_ups[-1].request.command
    assert isinstance(command, c.Register)
    assert (command.follows, command.sealed) == (CODE, "accusation")
    made = Play(sealed=command.sealed, follows=command.follows)
    assert (made.case.sealed, made.case.holder) == ("accusation", "discipline")


def test_a_split_names_its_parts() -> None:
    assert Play().refused(c.Split(()), CENTRE) == "NO_PARTS"
