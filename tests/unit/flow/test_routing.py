"""Routing as the flow carries it out: trace, values, path, whistle, somebody always leads."""

from __future__ import annotations

import pytest

from referral_engine.flow.apply import apply, replay
from referral_engine.flow.sampling import sampled
from referral_engine.model import command as c
from referral_engine.model import event as e
from tests.unit.flow.play import CENTRE, CODE, SEALS, Play, setting, to


def test_a_decision_keeps_its_trace() -> None:
    decided = Play(facts={"answers": {"repeats(category;30d)": 2}}).bodies(e.Decided)[-1]
    assert (decided.rule, decided.matched, decided.file) == ("noise", ("noise",), "decide.yaml")
    assert decided.seen
    assert decided.answers == {"repeats(category;30d)": 2}
    assert decided.rule_set == setting().rules.hash
    assert decided.org == setting().org.hash
    assert decided.calendar


def test_the_trace_holds_no_words_of_the_reporter() -> None:
    play = Play(category="D01", text="家暴，我叫张三，电话 13900000000")
    assert "张三" not in repr(play.events)
    assert "13900000000" not in repr(play.events)


def test_the_default_leads_where_no_rule_is_true() -> None:
    play = Play(category="D12", text="退货")
    assert (play.case.rule, play.lead().unit) == ("default", "620922100")


def test_a_case_of_an_unknown_place_is_the_countys() -> None:
    play = Play(category="D12", text="退货", territory="")
    assert (play.case.holder, play.case.owner, play.lead().unit) == ("centre", "centre", "centre")


def test_a_rule_that_only_suggests_leaves_the_choice_to_the_centre() -> None:
    play = Play(category="D20")
    decided = play.bodies(e.Decided)[-1]
    assert decided.suggested == (("housing", 0.5), ("620922100", 0.3), ("police", 0.1))
    assert play.case.referrals == ()
    assert play.case.owner == play.case.holder
    assert any(deadline.name == "designate" for deadline in play.case.deadlines)
    play.do(c.Dispatch(lead=to("housing")), CENTRE)
    assert (play.case.state, play.lead().unit) == ("assigned", "housing")


def test_an_accused_unit_is_not_suggested() -> None:
    play = Play(category="D20", accused=("housing",))
    assert "housing" not in dict(play.bodies(e.Decided)[-1].suggested)
    assert play.bodies(e.Decided)[-1].suggested


def test_a_path_begins_at_its_first_step() -> None:
    play = Play(category="D02", text="院墙")
    assert (play.case.path, play.case.path_step, play.lead().path_step) == (
        "mediation", "mediate", "mediate")  # fmt: skip


def test_an_emergency_whistles_for_all_at_once() -> None:
    play = Play(category="S03")
    assert play.bodies(e.Whistled)[-1].units == ("gas_company", "fire", "housing")
    assert {r.whistle for r in play.case.referrals} == {"emergency"}
    assert play.referral("fire").required


@pytest.mark.parametrize("target", ["@grid", "@village", "@township", "@county", "@first"])
def test_a_relative_target_is_the_unit_of_the_place(target: str) -> None:
    play = Play()
    play.do(c.Dispatch(lead=to(target)), CENTRE)
    wanted = {"@grid": "620922100001001", "@village": "620922100001", "@township": "620922100",
              "@county": "centre", "@first": "620922100"}  # fmt: skip
    assert play.lead().unit == wanted[target]


def test_a_dispatch_to_nobody_is_refused() -> None:
    play = Play()
    assert play.refused(c.Dispatch(lead=to("nobody")), CENTRE) == "NO_SUCH_UNIT"
    barred = Play(category="X02", text="举报", accused=("ecology",))
    assert barred.refused(c.Dispatch(lead=to("ecology")), SEALS) == "NO_SUCH_UNIT"


def test_events_fold_in_their_order_alone() -> None:
    play = Play()
    assert replay([]) is None
    with pytest.raises(ValueError, match="does not follow"):
        replay(play.events[1:])
    with pytest.raises(ValueError, match="does not follow"):
        apply(play.case, play.events[-1])


def test_samples_are_repeatable_and_of_the_size_asked_for() -> None:
    codes = [f"{CODE}{n}" for n in range(2_000)]
    chosen = [code for code in codes if sampled(code, "review", 30)]
    assert chosen == [code for code in codes if sampled(code, "review", 30)]
    assert 0.25 < len(chosen) / len(codes) < 0.35
    assert chosen != [code for code in codes if sampled(code, "call_back", 30)]
    assert not any(sampled(code, "review", 0) for code in codes)
    assert all(sampled(code, "review", 100) for code in codes)
