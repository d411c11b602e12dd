"""The plugin on the real engine, in virtual time: `python -m pytest examples/housing`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from referral_engine.testing.engine import Engine


def test_a_leak_is_looked_at_put_right_and_reported(engine: Engine) -> None:
    code = engine.refer("三号楼楼顶漏水。", category="D15")
    assert engine.did(code) == ["claimed", "contacted"]
    engine.pass_time(timedelta(hours=6))
    assert engine.did(code)[2:] == ["arrived", "progressed"]
    engine.pass_time(timedelta(days=2))
    assert engine.did(code)[4:] == ["reported"]
    assert engine.state(code) == "resolved"


@pytest.mark.parametrize("text", ["电梯坏了三天。", "物业费乱涨价。"])
def test_what_is_anothers_is_handed_back(engine: Engine, text: str) -> None:
    code = engine.refer(text, category="D15")
    assert engine.did(code) == ["declined"]
    assert engine.failures() == []


def test_whoever_is_shut_in_is_left_to_people(engine: Engine) -> None:
    code = engine.refer("有人被困在电梯里。", category="D15")
    engine.pass_time(timedelta(minutes=10))
    assert engine.did(code) == []
