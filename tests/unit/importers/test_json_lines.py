from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.importers.reading import mapping_of, rows

ISSUE = {
    "id": "1",
    "channel": "app",
    "title": "路灯不亮",
    "received_at": "2026-09-30T00:00:00Z",
    "reporter": {"name": "王五", "phone": "13800000000", "anonymous": True},
    "people": 3,
    "severity": 2,
    "tags": ["照明"],
    "accused": ["gas_company"],
    "location": {"lat": 40.5, "lon": 95.8, "address": "西街"},
    "attachments": [{"name": "a.jpg", "media_type": "image/jpeg"}, "b.jpg"],
    "extra": {"amount": 12.5, "urgent": True, "none": None},
}


def read(*lines: object, mapping=None):
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return rows(text, mapping, name="issues.jsonl")


def test_every_canonical_field_is_read() -> None:
    (row,) = read(ISSUE)
    issue = row.issue
    assert issue is not None
    assert issue.received_at == datetime(2026, 9, 30, tzinfo=UTC)
    assert (issue.reporter.name, issue.reporter.anonymous) == ("王五", True)
    assert (issue.people, issue.severity) == (3, 2)
    assert (issue.tags, issue.accused) == (("照明",), ("gas_company",))
    assert issue.location is not None
    assert issue.location.address == "西街"
    assert [attachment.name for attachment in issue.attachments] == ["a.jpg", "b.jpg"]
    assert issue.extra == {"amount": 12.5, "urgent": True}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"titel": "x"}, "titel", "UNKNOWN_FIELD"),
        ({"reporter": {"fone": "1"}}, "reporter.fone", "UNKNOWN_FIELD"),
        ({"reporter": "王五"}, "reporter", "BAD_VALUE"),
        ({"people": "三"}, "people", "BAD_NUMBER"),
        ({"people": 2.5}, "people", "BAD_NUMBER"),
        ({"people": True}, "people", "BAD_NUMBER"),
        ({"people": 0}, "people", "OUT_OF_RANGE"),
        ({"severity": 0}, "severity", "OUT_OF_RANGE"),
        ({"location": {"lat": 95}}, "location.lat", "OUT_OF_RANGE"),
        ({"received_at": True}, "received_at", "BAD_TIME"),
        ({"received_at": {}}, "received_at", "BAD_TIME"),
        ({"tags": [["a"]]}, "tags", "BAD_VALUE"),
        ({"tags": ["x"] * 500}, "tags", "BAD_VALUE"),
        ({"attachments": [{"name": 5}]}, "attachments", "BAD_VALUE"),
        ({"attachments": [{"name": "a", "nmae": "b"}]}, "attachments", "BAD_VALUE"),
        ({"extra": {"x": [1]}}, "extra.x", "BAD_VALUE"),
        ({"extra": {"x": 2**60}}, "extra.x", "OUT_OF_RANGE"),
    ],
)
def test_a_wrong_value_is_named_by_its_field(change: dict, field: str, code: str) -> None:
    (row, good) = read(ISSUE | change, ISSUE)
    assert [(fault.field, fault.code) for fault in row.faults] == [(field, code)]
    assert good.issue is not None


def test_an_unknown_key_gets_the_nearest_right_one() -> None:
    (row,) = read(ISSUE | {"recieved_at": "x"})
    assert "received_at" in row.faults[0].message


@pytest.mark.parametrize(
    "line",
    [
        "{", "[]", "null", "5", '"text"', '{"title": NaN}', '{"title":"a","title":"b"}',
        '{"people": ' + "9" * 5000 + "}", "[" * 100_000,
    ],
)  # fmt: skip
def test_a_line_that_is_no_object_stops_no_other(line: str) -> None:
    bad, good = read(line, ISSUE)
    assert [fault.code for fault in bad.faults] == ["BAD_JSON"]
    assert (good.line, good.issue is not None) == (2, True)


def test_a_line_that_is_too_long_stops_no_other() -> None:
    bad, good = read('{"title": "' + "x" * 9_000_000 + '"}', ISSUE)
    assert [fault.code for fault in bad.faults] == ["BAD_JSON"]
    assert good.line == 2


def test_half_a_character_is_replaced_and_noted() -> None:
    (row,) = read('{"title": "灯\\ud83d", "received_at": "2026-09-30", "tags": ["\\ud83d"]}')
    assert row.issue is not None
    assert row.issue.title == "灯\N{REPLACEMENT CHARACTER}"
    assert row.issue.tags == ("\N{REPLACEMENT CHARACTER}",)
    assert len(row.notes) == 2


def test_blank_lines_are_no_rows_and_count_as_lines() -> None:
    assert [row.line for row in read("", ISSUE, "", ISSUE)] == [2, 4]


def test_an_empty_file_has_no_rows() -> None:
    assert read("") == []


def test_a_mapping_reads_keys_as_columns(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, "columns: {事由: title, 时间: received_at}\nignore: [x]\n")
    good, bad = read(
        {"事由": "灯", "时间": "2026-09-30", "x": 1},
        {"事由": "灯", "时间": "2026-09-30", "y": 1},
        mapping=mapping,
    )
    assert good.issue is not None
    assert [(fault.field, fault.code) for fault in bad.faults] == [("y", "UNKNOWN_FIELD")]
