"""What is kept of an error: where and how, not whom it was about."""

from __future__ import annotations

import pytest

from referral_engine import Location, Reporter
from referral_engine.plugins.redaction import describe, trace_of
from tests.unit.plugins.offers import offered

REFERRAL = offered(
    title="噪声", text="张三丰说夜里太吵", reporter=Reporter("张三丰", "0937-5521234"),
    location=Location(address="幸福路1号"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("no reply from bureau", "ValueError: no reply from bureau"),
        ("bad name 张三丰", "ValueError: bad name …"),
        ("at 幸福路1号: 张三丰说夜里太吵", "ValueError: at …: …"),
        ("phone 139 1234 5678", "ValueError: phone …"),
        ("id 62092219900101123X", "ValueError: id …"),
        ("status 404", "ValueError: status 404"),
        ("", "ValueError"),
    ],
)
def test_personal_data_is_cut_out_of_a_message(message: str, kept: str) -> None:
    assert describe(ValueError(message), REFERRAL) == kept


def test_a_long_message_is_cut() -> None:
    assert len(describe(ValueError("x" * 5_000))) < 400


def test_a_trace_holds_places_and_no_values() -> None:
    try:
        int("张三丰")
    except ValueError as error:
        trace = trace_of(error)
    assert "test_redaction.py" in trace
    assert trace.endswith("ValueError")
    assert "张三丰" not in trace
