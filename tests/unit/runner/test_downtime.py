"""While the engine was down nobody could be told: only the highest rung acts, nobody is blamed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.trial.box import Box
from tests.unit.desk.county import HOUR, OFFICER, START, lead, register


@pytest.fixture
def box(any_box: Box) -> Box:
    return any_box


def marks(box: Box, code: str) -> list[tuple[float, str, bool]]:
    bodies = (event.body for event in box.events(code))
    return [
        (b.share, b.skipped, b.excused)
        for b in bodies
        if isinstance(b, e.MarkFired) and b.name == "claim"
    ]


def effects(box: Box, code: str) -> list[str]:
    bodies = (event.body for event in box.events(code))
    return [b.effect for b in bodies if isinstance(b, e.EffectDone)]


def test_after_downtime_only_the_highest_rung_acts(box: Box) -> None:
    """Claim is due at two hours; the engine slept from one to three and a half."""
    code = register(box)
    box.advance_to(START + HOUR)
    box.sleep_until(START + HOUR * 7 // 2)
    assert marks(box, code) == [
        (0.8, "engine_down", False), (1.0, "engine_down", True), (1.5, "", True),
    ]  # fmt: skip
    assert effects(box, code) == ["step_up"]
    assert box.case(code).flags == ("late-claim",), "what became true is known all the same"
    claim = next(d for d in box.case(code).deadlines if d.name == "claim")
    assert (claim.state, claim.excused) == ("missed", True)


def test_one_who_acts_at_once_after_downtime_is_not_late(box: Box) -> None:
    code = register(box)
    box.advance_to(START + HOUR)
    box.sleep_until(START + 3 * HOUR)
    box.do(code, c.Claim(lead(box, code).id), OFFICER)
    met = next(d for d in box.case(code).deadlines if d.name == "claim")
    assert (met.state, met.late, met.excused) == ("met", False, True)


def test_without_downtime_the_same_unit_is_late(box: Box) -> None:
    code = register(box)
    box.advance_to(START + 3 * HOUR)
    box.do(code, c.Claim(lead(box, code).id), OFFICER)
    met = next(d for d in box.case(code).deadlines if d.name == "claim")
    assert (met.state, met.late, met.excused) == ("met", True, False)


def test_a_deadline_before_the_downtime_is_not_excused(box: Box) -> None:
    code = register(box)
    box.advance_to(START + HOUR * 5 // 2)
    box.sleep_until(START + 5 * HOUR)
    assert marks(box, code) == [
        (0.8, "", False), (1.0, "", False), (1.5, "engine_down", True), (2.0, "", True),
    ]  # fmt: skip
    box.do(code, c.Claim(lead(box, code).id), OFFICER)
    met = next(d for d in box.case(code).deadlines if d.name == "claim")
    assert met.late


def test_a_short_pause_is_no_downtime(box: Box) -> None:
    code = register(box)
    box.advance_to(START + timedelta(hours=1, minutes=59))
    box.sleep_until(START + timedelta(hours=2, minutes=1))
    assert marks(box, code) == [(0.8, "", False), (1.0, "", False)]
    with box.store.reading() as reader:
        assert reader.downtime(START, box.now()) == []


@pytest.mark.parametrize("hours", [3, 30, 24 * 40])
def test_however_long_it_was_down_each_rung_is_told_once(box: Box, hours: int) -> None:
    code = register(box)
    box.sleep_until(START + hours * HOUR)
    told = marks(box, code)
    assert [share for share, _why, _excused in told] == [0.8, 1.0, 1.5, 2.0][: len(told)]
    assert [why for _share, why, _excused in told if not why] == [""]
    before = box.events(code)
    box.settle()
    assert box.events(code) == before
