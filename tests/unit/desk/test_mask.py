"""Masks: whatever people put between the digits, no number of a person is left to be dialled."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.desk.mask import (
    mask_id_number,
    mask_name,
    mask_phone,
    mask_text,
    masked,
)
from referral_engine.model.issue import Attachment, Issue, Location, Reporter
from tests.unit.desk.county import START

DIGITS = "0123456789"
WIDE = str.maketrans(DIGITS, "０１２３４５６７８９")
SEPARATORS = ["", "", "", " ", "-", ".", "\u3000", "－", "·"]


def digits(least: int, most: int | None = None) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=least, max_size=most or least)


def number(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


MOBILE = number(st.just("1"), st.sampled_from("3456789"), digits(9))
IDENTITY = number(st.sampled_from("123456"), digits(16), st.sampled_from(DIGITS + "xX"))
AREA = st.just("010") | st.builds("02{}".format, digits(1)) | st.builds("09{}".format, digits(2))
LANDLINE = number(AREA, st.sampled_from("2345678"), digits(6, 7))
# Some signs are no digits and hold one: ㋀ is 1月.
WORDS = st.text(st.characters(exclude_categories=("N", "Cs")), max_size=10).filter(
    lambda text: left(text) == ""
)


@st.composite
def written(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> tuple[str, str]:
    """A number, and a text in which somebody wrote it in some way."""
    plain = draw(numbers)
    spaced = "".join(draw(st.sampled_from(SEPARATORS)) + digit for digit in plain)
    if draw(st.booleans()):
        spaced = spaced.translate(WIDE)
    before, after = draw(WORDS), draw(WORDS)
    return plain, f"{before}|{spaced.strip()}|{after}"


def left(text: str) -> str:
    """The digits that are still to be read, in ASCII."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit() and c.isascii())


@given(written(MOBILE))
def test_of_a_mobile_phone_the_last_four_digits_stay(case: tuple[str, str]) -> None:
    plain, text = case
    assert left(mask_text(text)) == plain[-4:]


@given(written(IDENTITY))
def test_of_an_identity_card_the_area_stays(case: tuple[str, str]) -> None:
    plain, text = case
    assert left(mask_text(text)) == plain[:6]


@given(written(LANDLINE))
def test_of_a_landline_nothing_stays(case: tuple[str, str]) -> None:
    _plain, text = case
    assert left(mask_text(text)) == ""


@given(
    st.lists(MOBILE | IDENTITY, min_size=1, max_size=5), st.sampled_from(["，", "\n", "、", "和"])
)
def test_every_number_of_a_text_is_hidden(numbers: list[str], between: str) -> None:
    shown = mask_text(between.join(numbers))
    assert not any(plain in shown for plain in numbers)
    assert not re.search(r"\d{7}", shown)


@pytest.mark.parametrize(
    "text",
    [
        "我在2026年11月2日上午9点30分打过12345",
        "2026-11-02 09:00 和 20261103",
        "2024-2026年",
        "欠我工资1200000元，另外 5500000 块",
        "三号楼2单元1301室，面积89.5平方米",
        "案件 62092220260930897402191",
        "网格 620922100200001",
        "拨打110、119、120，市话7位以下 552123",
    ],
)
def test_days_sums_and_codes_stay_readable(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("座机5521234", "座机****"),
        ("(0937)5521234 转 2", "**** 转 2"),
        ("（0937）552 1234", "****"),
        ("+86 138 0000 1234", "****1234"),
        ("008613800001234", "****1234"),
        ("旧证620922800101123", "旧证620922************"),
        ("卡号6222 0212 3456 7890 123", "卡号****0123"),
    ],
)
def test_the_ways_numbers_are_written(text: str, shown: str) -> None:
    assert mask_text(text) == shown


def test_what_is_masked_twice_stays_what_it_was() -> None:
    once = mask_text("电话13800001234，身份证62092219800101123X，座机0937-5521234")
    assert mask_text(once) == once


@pytest.mark.parametrize(
    ("name", "shown"), [("张三丰", "张**"), ("欧阳", "欧**"), ("J. Smith", "J**"), ("", "")]
)
def test_names(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_phone_and_identity_card_by_themselves() -> None:
    assert mask_phone("138 0000 1234") == "*******1234"
    assert mask_phone("12345") == "*****"
    assert mask_id_number("62092219800101123X") == "620922************"
    assert mask_id_number("A12345") == "******"


def test_what_is_known_of_the_reporter_is_hidden_wherever_it_stands() -> None:
    who = Reporter(name="张三丰", phone="5521", id_number="A1234567")
    issue = Issue(
        channel="hotline", received_at=START, id="13800001234", title="张三丰反映噪声",
        text="我叫张三丰，住幸福路3号张三丰家，护照A1234567，短号5521",
        reporter=who, location=Location(lat=40.5, lon=95.7, address="幸福路3号张三丰家"),
        attachments=(Attachment("张三丰家.jpg", location=Location(lat=40.5)),),
        extra={"备注": "张三丰 13800001234", "次数": 3},
    )  # fmt: skip
    shown = masked(issue)
    everything = repr(shown)
    for secret in ("三丰", "幸福路", "13800001234", "A1234567", "5521", "40.5", "95.7"):
        assert secret not in everything
    assert (shown.reporter.name, shown.extra["次数"], shown.title) == ("张**", 3, "张**反映噪声")
