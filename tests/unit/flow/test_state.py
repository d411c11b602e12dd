"""The snapshot that escalation rules see."""

from __future__ import annotations

from referral_engine.flow.draft import Draft
from referral_engine.flow.facts import Facts
from referral_engine.flow.state import state_of
from referral_engine.model import command as c
from referral_engine.model.principal import ENGINE
from referral_engine.rules.tree import Occasion
from tests.unit.flow.play import CENTRE, CODE, Play


def snapshot(play: Play, occasion: Occasion, referral: str = "") -> dict[str, object]:
    request = c.Request(CODE, c.Tick(), ENGINE)
    draft = Draft(play.case, request, Facts(), play.setting, play.now)
    return dict(state_of(draft, occasion, referral))


def test_it_tells_case_referral_and_clock() -> None:
    play = Play("10-12 09:00", silent=True).until("10-12 12:00")
    values = snapshot(play, Occasion("claim", 1.0), play.lead().id)
    assert values["unit"] == values["lead"] == values["owner"] == "ecology"
    assert (values["role"], values["referral_state"], values["share"]) == ("lead", "offered", 1.0)
    assert (values["overdue_h"], values["remaining_h"]) == (1.0, -1.0)
    assert isinstance(values["urban"], bool)


def test_a_field_without_a_value_is_absent() -> None:
    values = snapshot(Play(), Occasion("unhappy"))
    for field in ("whistle", "path", "ground", "score", "share", "resolved"):
        assert field not in values
    assert "" not in values.values()
    assert None not in values.values()


def test_nothing_personal_is_in_it() -> None:
    play = Play(text="我叫张三")
    assert "张三" not in repr(snapshot(play, Occasion("unhappy")))
    assert "r1" not in snapshot(play, Occasion("unhappy")).values()


def test_it_tells_what_was_refused_and_that_supervision_runs() -> None:
    play = Play()
    play.do(c.Decline(play.lead().id, "outside_remit", "police"), play.officer())
    play.do(c.Supervise(), CENTRE)
    values = snapshot(play, Occasion("declined"))
    assert (values["ground"], values["returns"], values["supervised"]) == ("outside_remit", 1, True)
