"""What the pytest plugin gives to the test of a department's plugin."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from referral_engine import Department, Handler, Polling, Report
from referral_engine.clock import VirtualClock
from referral_engine.testing.engine import START, Engine
from referral_engine.testing.outside import Order, Outside

EVERY = timedelta(minutes=5)


@pytest.fixture
def departments(outside_system: Outside) -> list[Department]:
    """A bureau whose system is polled, but for what it answers wrongly by itself."""
    housing = Department("housing", "住建局", "1.0", reach=Polling(outside_system.url, every=EVERY))

    @housing.handles(when=lambda referral: referral.mentions(("坏",)))
    class Wrong(Handler):
        def offered(self, referral: object) -> Report:
            return Report("还没接就反馈")

    return [housing]


def test_a_case_goes_from_offer_to_report_in_virtual_time(
    engine: Engine, outside_system: Outside, virtual_clock: VirtualClock
) -> None:
    for number, order in enumerate(get_args(Order), 1):
        code = engine.refer(f"第{number}楼的楼道灯不亮", people=3)
        lead = engine.box.case(code).lead()
        assert lead is not None
        assert (engine.state(code), engine.did(code)) == ("assigned", [])
        outside_system.order = order
        outside_system.tell(lead.id, {"act": "claim"}, {"act": "contact", "note": "已联系"})
        outside_system.tell(lead.id, {"act": "report", "text": "修好了"})
        engine.pass_time(EVERY)
        assert virtual_clock.now() == START + number * EVERY
        assert engine.did(code) == ["claimed", "contacted", "reported"], order
        assert engine.state(code) == "resolved"
    assert engine.failures() == []


def test_what_the_plugin_did_wrong_is_told(engine: Engine) -> None:
    code = engine.refer("楼道灯坏了")
    engine.pass_time(timedelta(days=2))
    assert engine.did(code) == []
    (failure,) = engine.failures()
    assert "garbage" in failure
