"""Every key of a column, and of the fields made of several."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.importers.reading import ZONE, issues, mapping_of, rows

BASE = "  t: received_at\n"


def read(folder: Path, columns: str, cells: str, more: str = ""):
    """The one issue of a row ``2026-09-30,<cells>`` under columns t, a, b, c."""
    mapping = mapping_of(folder, f"columns:\n{BASE}{columns}unmapped: ignore\n{more}")
    (row,) = rows(f"t,a,b,c\n2026-09-30,{cells}\n", mapping)
    return row


@pytest.mark.parametrize(
    ("spec", "cell", "title"),
    [
        ("title", "灯", "灯"),
        ('{to: title, missing: ["-", 无], default: 未写}', "无", "未写"),
        ("{to: title, normalise: strip_brackets}", "城管局（坪山）", "城管局"),
        ("{to: title, map: {1: 投诉, 2: 咨询}}", "2", "咨询"),
        ("{to: title, map: {1: 投诉}}", "9", "9"),
        ("{to: title, map: {1: 投诉}, otherwise: missing, default: 其他}", "9", "其他"),
        ('{to: title, prefix: "事由："}', "灯", "事由：灯"),
        ("{to: title, default: 未写}", "", "未写"),
    ],
)
def test_a_converter_makes_the_title(tmp_path: Path, spec: str, cell: str, title: str) -> None:
    issue = read(tmp_path, f"  a: {spec}\n", f"{cell},,").issue
    assert issue is not None
    assert issue.title == title


def test_a_value_that_the_map_does_not_list_is_named_with_its_column(tmp_path: Path) -> None:
    spec = "  b: title\n  a: {to: severity, map: {急: 2}, otherwise: error}\n"
    (fault,) = read(tmp_path, spec, "慢,灯,").faults
    assert (fault.line, fault.field, fault.code) == (2, "severity", "UNLISTED_VALUE")
    assert "a" in fault.message
    assert "急" in fault.message


@pytest.mark.parametrize(
    ("spec", "cell", "expected"),
    [
        ("received_at", "2026-09-30T08:00+00:00", datetime(2026, 9, 30, 8, tzinfo=UTC)),
        ("received_at", "2026/9/30 8:05", datetime(2026, 9, 30, 8, 5, tzinfo=ZONE)),
        ("received_at", "2026年9月30日", datetime(2026, 9, 30, tzinfo=ZONE)),
        (
            '{to: received_at, format: ["%d.%m.%Y", "%d.%m.%Y %H:%M"]}',
            "30.09.2026 08:05",
            datetime(2026, 9, 30, 8, 5, tzinfo=ZONE),
        ),
        (
            "{to: received_at, zone: UTC}",
            "2026-09-30 08:00",
            datetime(2026, 9, 30, 8, tzinfo=UTC),
        ),
        ("{to: received_at, format: epoch}", "0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("{to: received_at, format: epoch_ms}", "1000", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ("{to: received_at, format: excel}", "46295.25", datetime(2026, 9, 30, 6, tzinfo=ZONE)),
    ],
)
def test_times_are_read_as_written_and_get_a_zone(
    tmp_path: Path, spec: str, cell: str, expected: datetime
) -> None:
    mapping = mapping_of(tmp_path, f"columns:\n  t: {spec}\n  a: title\n")
    (issue,) = issues(f"t,a\n{cell},灯\n", mapping)
    assert issue.received_at == expected
    assert issue.received_at.tzinfo is not None


@pytest.mark.parametrize(
    ("cell", "local"),
    [
        ("2015-01-05 03:30:00", "2015-01-05T08:30:00-05:00"),
        ("2015-07-05 04:30:00", "2015-07-05T08:30:00-04:00"),
        # One in the morning was held for one in the morning of UTC.
        ("2015-12-31 20:10:00", "2016-01-01T01:10:00-05:00"),
    ],
)
def test_a_conversion_made_once_too_often_is_undone(tmp_path: Path, cell: str, local: str) -> None:
    spec = "{to: received_at, zone: America/New_York, mistaken_for: UTC}"
    mapping = mapping_of(tmp_path, f"columns:\n  t: {spec}\n  a: title\n")
    (issue,) = issues(f"t,a\n{cell},pothole\n", mapping)
    assert issue.received_at.isoformat() == local


def test_the_zone_of_the_mapping_goes_before_the_countys(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, "zone: UTC\ncolumns: {t: received_at, a: title}\n")
    (issue,) = issues("t,a\n2026-09-30 08:00,灯\n", mapping)
    assert issue.received_at == datetime(2026, 9, 30, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell", ["2026-02-30", "0218-01-01", "20188-01-01", "25:00", "nan", "1e400"]
)
def test_what_is_no_time_is_named(cell: str) -> None:
    (row,) = rows(f"received_at,title\n{cell},灯\n")
    assert [fault.code for fault in row.faults] == ["BAD_TIME"]


def test_columns_are_joined_without_those_that_are_missing(tmp_path: Path) -> None:
    fields = 'missing: ["-"]\nfields:\n  title: {join: [a, b, c], with: "/"}\n'
    issue = read(tmp_path, "", "甲,-,丙", fields).issue
    assert issue is not None
    assert issue.title == "甲/丙"


def test_the_first_column_with_a_value_is_taken(tmp_path: Path) -> None:
    issue = read(tmp_path, "", ",乙,丙", "fields: {title: {first_of: [a, b, c]}}\n").issue
    assert issue is not None
    assert issue.title == "乙"


def test_a_field_may_have_the_same_value_in_every_row(tmp_path: Path) -> None:
    issue = read(tmp_path, "  a: title\n", "灯,,", "fields: {channel: {value: letter}}\n").issue
    assert issue is not None
    assert issue.channel == "letter"


def test_columns_joined_to_tags_are_as_many_tags(tmp_path: Path) -> None:
    issue = read(tmp_path, "  a: title\n", "灯,急,急", "fields: {tags: {join: [a, b, c]}}\n").issue
    assert issue is not None
    assert issue.tags == ("灯", "急")


def test_a_list_is_split_where_the_mapping_says(tmp_path: Path) -> None:
    columns = '  a: title\n  b: {to: tags, split: "+"}\n'
    issue = read(tmp_path, columns, "灯,城管；街道+公安,").issue
    assert issue is not None
    assert issue.tags == ("城管；街道", "公安")


def test_one_column_may_fill_two_fields(tmp_path: Path) -> None:
    columns = "  a: title\n  b:\n    - {to: channel, map: {热线: hotline}}\n    - extra.source\n"
    issue = read(tmp_path, columns, "灯,热线,").issue
    assert issue is not None
    assert (issue.channel, issue.extra) == ("hotline", {"source": "热线"})


def test_unmapped_columns_may_be_kept(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, "columns: {t: received_at, a: title}\nunmapped: extra\n")
    (issue,) = issues("t,a,科室\n2026-09-30,灯,一科\n", mapping)
    assert issue.extra == {"科室": "一科"}


TERRITORY = """
territory:
  code: "440310"
  name: 坪山区
  level: county
  levels:
    - {level: township, code: a, name: b, map: {"104": "001"}}
    - {level: village, code: c, name: d, digits: 3}
"""


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("104,坪山街道,10007,六联社区", "440310001007"),
        ("105,坑梓街道,7,六联社区", "440310105007"),
        ("104,坪山街道,-,-", "440310001"),
        ("3,-,0,-", "440310"),
    ],
)
def test_the_territory_is_as_deep_as_the_row_knows(tmp_path: Path, cells: str, code: str) -> None:
    mapping = mapping_of(
        tmp_path, 'missing: ["-"]\ncolumns: {t: received_at, e: title}\n' + TERRITORY
    )
    (issue,) = issues(f"t,e,a,b,c,d\n2026-09-30,灯,{cells}\n", mapping)
    assert issue.territory == code


def test_the_recorded_answer_is_compared_and_never_part_of_the_issue(tmp_path: Path) -> None:
    mapping = mapping_of(
        tmp_path,
        "columns: {t: received_at, a: title}\ntruth: {b: {normalise: strip_brackets}}\n",
    )
    (row,) = rows("t,a,b\n2026-09-30,灯,市政服务中心（坪山街道办事处）\n", mapping)
    assert row.truth == {"b": "市政服务中心"}
    assert row.issue is not None
    assert "市政" not in repr(row.issue)
    assert mapping.comparable("b", "市政服务中心 (龙田)") == "市政服务中心"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("城管办（坑梓街道办事处）", "城管办"),
        ("自来水公司(坑梓辖区)", "自来水公司"),
        ("区委（区政府）办公室", "区委（区政府）办公室"),
        ("局（一）（二）", "局"),
        ("（无名）", "（无名）"),
    ],
)
def test_only_a_bracketed_suffix_goes(tmp_path: Path, written: str, name: str) -> None:
    issue = read(tmp_path, "  a: {to: title, normalise: strip_brackets}\n", f"{written},,").issue
    assert issue is not None
    assert issue.title == name


def test_a_row_that_says_nothing_is_no_issue() -> None:
    (row,) = rows("received_at,title,extra.a\n2026-09-30,,x\n")
    assert [fault.code for fault in row.faults] == ["EMPTY_ISSUE"]


def test_what_a_row_does_not_say_comes_from_the_defaults() -> None:
    now = datetime(2026, 9, 30, 8, tzinfo=ZONE)
    (row,) = rows("title\n灯\n", channel="window", received_at=now)
    assert row.issue is not None
    assert (row.issue.channel, row.issue.received_at) == ("window", now)
