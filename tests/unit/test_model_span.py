"""Lengths of time as people write them."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.model.span import UNITS, Span

spans = st.builds(Span, st.integers(1, 2_500), st.sampled_from(UNITS))


@given(spans)
def test_what_is_written_is_read_back(span: Span) -> None:
    assert Span.parse(str(span)) == span
    assert hash(Span.parse(f" {span} ")) == hash(span)
    assert msgspec.json.decode(msgspec.json.encode(span), type=Span) == span


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2",
        "wh",
        "2 wh",
        "-2h",
        "1.5h",
        "2w",
        "2WH",
        "2h30m",
        "１h",
        "٣d",
        "2hh",
        "1_000m",
        "2h\n1",
    ],
)
def test_what_is_no_span_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is no length of time; write it like 15m") as caught:
        Span.parse(text)
    assert f"`{text}`" in str(caught.value)


@pytest.mark.parametrize("text", ["0d", "0wd"])
def test_days_are_counted_from_one(text: str) -> None:
    with pytest.raises(ValueError, match=f"`{text}` is too short"):
        Span.parse(text)


def test_no_time_at_all_is_a_span() -> None:
    assert Span.parse("0m") == Span(0, "m")
    with pytest.raises(ValueError, match="`-1m` is too short"):
        Span(-1, "m")


@pytest.mark.parametrize("text", ["5256001m", "87601h", "3651d", "20001wh", "2501wd"])
def test_a_slip_of_the_pen_is_no_clock(text: str) -> None:
    with pytest.raises(ValueError, match="longer than ten years"):
        Span.parse(text)
    amount = int(text.rstrip("mhdw")) - 1
    assert Span.parse(text.replace(str(amount + 1), str(amount))).amount == amount


@pytest.mark.parametrize(
    ("text", "factor", "expected"),
    [
        ("1h", 0.75, "45m"),
        ("2h", 0.5, "1h"),
        ("5wd", 0.5, "3wd"),
        ("10wd", 0.8, "8wd"),
        ("15m", 1.5, "23m"),
        ("2wh", 1.1, "3wh"),
        ("3d", Fraction(1, 3), "1d"),
        ("30m", 0, "0m"),
        # In binary 3 * 0.1 lies above 0.3, and 30 * 1.1 above 33.
        ("10m", 0.3, "3m"),
        ("30m", 1.1, "33m"),
    ],
)
def test_scaled_gives_nobody_less(text: str, factor: float, expected: str) -> None:
    assert str(Span.parse(text).scaled(factor)) == expected


@given(spans, st.fractions(Fraction(1, 100), 10))
def test_scaled_is_the_next_whole_amount(span: Span, factor: Fraction) -> None:
    scaled = span.scaled(factor)
    per_unit = 60 if (span.unit, scaled.unit) == ("h", "m") else 1
    wanted = span.amount * factor * per_unit
    assert wanted <= scaled.amount < wanted + 1


def test_days_cannot_be_scaled_away() -> None:
    with pytest.raises(ValueError, match="is too short"):
        Span.parse("3d").scaled(0)
    with pytest.raises(ValueError, match="is too short"):
        Span.parse("3h").scaled(-1)


def test_only_elapsed_time_has_a_length() -> None:
    assert Span.parse("90d").elapsed() == timedelta(days=90)
    assert Span.parse("36h").elapsed() == timedelta(hours=36)
    assert [Span(1, unit).working for unit in UNITS] == [False, False, False, True, True]
    with pytest.raises(ValueError, match="`2wh` is working time"):
        Span.parse("2wh").elapsed()
