"""Rows of an office's list: known by what they say, read in both encodings, from Excel too."""

from __future__ import annotations

import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from referral_engine import Arrive, Claim, HandOff, Message, Progress, Report
from referral_engine.reach.matter import Unreadable
from referral_engine.reach.rows import ACTS, COLUMNS, Read, messages
from referral_engine.reach.table import Row, read, written

ZONE = ZoneInfo("Asia/Shanghai")


def told(*rows: Row) -> list[Read]:
    return list(messages(rows, ZONE))


def test_a_row_is_the_message_it_amounts_to() -> None:
    found = told(
        {"编号": "B1", "派单号": "C1-1", "序号": "1", "动作": "签收", "备注": "随便写"},
        {"referral": "C1-1", "key": "B2", "act": "arrive", "at": "2026-10-12 09:30"},
        {
            "referral": "C1-1",
            "key": "B3",
            "动作": "反馈",
            "办理情况": "修好了",
            "办理结果": "partly",
        },
        {
            "referral": "C1-1",
            "key": "B4",
            "动作": "移交",
            "移交": "110",
            "说明": "A7",
            "接收人": "王",
        },
        {"referral": "C1-1", "key": "B5", "动作": "进展", "状态": "sent"},
    )
    arrived = datetime(2026, 10, 12, 9, 30, tzinfo=ZONE)
    assert [each.message for each in found] == [
        Message("B1", "C1-1", (Claim(),), 1),
        Message("B2", "C1-1", (Arrive(at=arrived),)),
        Message("B3", "C1-1", (Report("修好了", outcome="partly"),)),
        Message("B4", "C1-1", (HandOff(to="110", number="A7", receiver="王"),)),
        Message("B5", "C1-1", (Progress(status="sent"),)),
    ]


def test_a_row_without_a_key_is_known_by_what_it_says_in_whichever_list() -> None:
    visit: Row = {"派单号": "C1-1", "动作": "进展", "说明": "又去了一次"}
    other: Row = {"派单号": "C1-1", "动作": "签收"}
    short = [each.message.key for each in told(visit, visit) if each.message]
    longer = [each.message.key for each in told(other, visit, {}, visit) if each.message]
    assert len(set(short)) == 2
    assert longer[1:] == short


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"派单号": "C1-1", "动作": "跳舞"}, "the act is none of"),
        ({"动作": "签收"}, "length >= 1"),
        ({"派单号": "C1-1", "动作": "签收", "时间": "昨天"}, "the time is none such"),
        ({"派单号": "C1-1", "动作": "反馈"}, "missing required field `text`"),
        ({"派单号": "C1-1", "动作": "签收", "结果": "x", "办理结果": "solved"}, "unknown field"),
    ],
)
def test_a_row_that_cannot_be_used_says_why_at_its_line(row: Row, reason: str) -> None:
    (found,) = told({}, row)
    assert (found.line, found.message) == (3, None)
    assert reason in found.fault


def test_no_name_of_a_column_or_act_means_two() -> None:
    for names in (COLUMNS, ACTS):
        words = [word for name, others in names.items() for word in (name, *others)]
        assert len(words) == len(set(words))


def test_a_table_is_read_in_either_encoding_and_from_excel() -> None:
    text = "派单号,动作\nC1-1,签收\n"
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["派单号", "序号", "日期"])
    book.active.append(["C1-1", 3.0, date(2026, 10, 12)])
    saved = io.BytesIO()
    book.save(saved)
    wanted = [{"派单号": "C1-1", "动作": "签收"}]
    assert read("a.csv", text.encode("utf-8-sig")) == wanted
    assert read("a.CSV", text.encode("gb18030")) == wanted
    assert read("a.xlsx", saved.getvalue()) == [
        {"派单号": "C1-1", "序号": "3", "日期": "2026-10-12T00:00:00"}
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "派单号,动作\nC1-1,签".encode()),
        ("a.csv", b""),
        ("a.csv", b"\n"),
        ("a.csv", b"\xff\xff\n"),
        ("a.csv", b'referral,act\n"C1-1,claim\n'),
        ("a.xlsx", b"PK\x03\x04 half a book"),
    ],
)
def test_what_is_not_wholly_there_or_no_table_is_not_read(name: str, content: bytes) -> None:
    with pytest.raises(Unreadable):
        read(name, content)


def test_what_a_spreadsheet_would_compute_is_written_as_text() -> None:
    content = written(("text",), [{"text": '=HYPERLINK("http://x")'}, {"text": "电梯坏了"}])
    assert content.decode("utf-8-sig").splitlines() == [
        "text", '"\'=HYPERLINK(""http://x"")"', "电梯坏了",
    ]  # fmt: skip
