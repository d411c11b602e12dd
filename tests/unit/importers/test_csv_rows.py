from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from referral_engine.errors import Faulty
from referral_engine.importers.canonical import TEXT_LIMIT
from tests.unit.importers.reading import ZONE, issues, mapping_of, rows

HEADING = "id,received_at,title,text\n"
ROW = "1,2026-09-30 08:00,路灯不亮,西街口\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_every_encoding_an_office_sends_is_read(encoding: str) -> None:
    (issue,) = issues((HEADING + ROW).encode(encoding))
    assert (issue.id, issue.title, issue.text) == ("1", "路灯不亮", "西街口")
    assert issue.received_at == datetime(2026, 9, 30, 8, tzinfo=ZONE)


def test_gb18030_is_recognised_behind_a_long_stretch_of_ascii_and_noted_once() -> None:
    ascii_rows = "".join(f"{n},2026-09-30 08:00,lamp,dark\n" for n in range(5_000))
    read = rows((HEADING + ascii_rows + ROW + ROW).encode("gb18030"))
    assert read[-1].issue is not None
    assert read[-1].issue.title == "路灯不亮"
    assert [bool(row.notes) for row in read[:2]] == [True, False]


def test_a_row_in_another_encoding_is_named_and_the_others_are_taken() -> None:
    read = rows(HEADING.encode() + ROW.encode() + ROW.encode("gbk") + ROW.encode())
    assert [row.line for row in read if row.faults] == [3]
    assert read[1].faults[0].code == "WRONG_ENCODING"
    assert sum(row.issue is not None for row in read) == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_every_way(end: str) -> None:
    read = rows((HEADING + ROW + ROW).replace("\n", end))
    assert [row.line for row in read] == [2, 3]
    assert all(row.issue for row in read)


def test_a_record_over_several_lines_counts_by_where_it_starts() -> None:
    read = rows(HEADING + '1,2026-09-30 08:00,灯,"一\n二\n三"\n2,bad,灯,\n')
    assert [row.line for row in read] == [2, 5]
    assert read[0].issue is not None
    assert read[0].issue.text == "一\n二\n三"
    assert read[1].faults[0].line == 5


def test_blank_lines_and_rows_of_nothing_are_no_rows() -> None:
    assert [row.line for row in rows("\n" + HEADING + "\n,,,\n" + ROW)] == [5]


def test_a_heading_alone_is_a_file_of_no_rows() -> None:
    assert rows(HEADING) == []


def test_a_text_of_the_limit_is_kept_whole_and_one_longer_is_refused_with_the_limit() -> None:
    kept, refused = rows(
        HEADING + "".join(f"{n},2026-09-30,t,{'长' * (TEXT_LIMIT + n)}\n" for n in (0, 1))
    )
    assert kept.issue is not None
    assert len(kept.issue.text) == TEXT_LIMIT == 100_000
    (fault,) = refused.faults
    assert (fault.field, fault.code) == ("text", "TEXT_TOO_LONG")
    assert "100000" in fault.message


def test_a_line_without_end_fills_no_memory_and_costs_one_row() -> None:
    read = rows(HEADING + "1,2026-09-30,t," + "x" * 3_000_000 + "\n" + ROW)
    assert [row.faults[0].code for row in read if row.faults] == ["TEXT_TOO_LONG"]
    assert read[-1].issue is not None


def test_nul_bytes_are_taken_out_and_noted() -> None:
    (row,) = rows(HEADING + "1,2026-09-30,路\0灯,a\x07b\n")
    assert row.issue is not None
    assert (row.issue.title, row.issue.text) == ("路灯", "ab")
    assert len(row.notes) == 2
    assert "title" in row.notes[0]


def test_a_bad_row_has_all_its_faults_and_stops_no_other() -> None:
    read = rows("id,received_at,title,people,severity\n1,yesterday,t,many,7\n2,2026-09-30,t,3,2\n")
    assert [(fault.field, fault.code) for fault in read[0].faults] == [
        ("received_at", "BAD_TIME"),
        ("people", "BAD_NUMBER"),
        ("severity", "OUT_OF_RANGE"),
    ]
    assert read[1].issue is not None
    assert (read[1].issue.people, read[1].issue.severity) == (3, 2)


def test_without_a_mapping_an_unknown_column_gets_the_nearest_field() -> None:
    with pytest.raises(Faulty) as caught:
        rows("received_at,titel\n")
    (fault,) = caught.value.faults
    assert (fault.place.line, fault.place.column) == (1, 2)
    assert "title" in fault.suggestion


def test_parts_of_an_issue_are_columns_with_a_dot() -> None:
    (issue,) = issues(
        "received_at,title,reporter.name,reporter.anonymous,location.lat,location.lon,extra.x,tags\n"
        "2026-09-30,t,王五,否,40.5,95.8,007,欠薪；群体\n"
    )
    assert issue.reporter.name == "王五"
    assert not issue.reporter.anonymous
    assert issue.location is not None
    assert (issue.location.lat, issue.location.lon) == (40.5, 95.8)
    assert issue.extra == {"x": "007"}
    assert issue.tags == ("欠薪", "群体")


def test_the_heading_may_stand_below_a_title(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, "header: {row: 3}\ncolumns: {时间: received_at, 事由: title}\n")
    (row,) = rows("2026 年台账,\n制表：李四,\n时间,事由\n2026-09-30,路灯\n", mapping)
    assert row.line == 4
    assert row.issue is not None


def test_a_column_without_a_name_is_called_by_its_number(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, 'columns: {时间: received_at, 事由: title}\nignore: ["#3"]\n')
    assert issues("时间,事由,\n2026-09-30,路灯,x\n", mapping)


def test_columns_of_the_same_name_may_be_ignored(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, "columns: {a: received_at, b: title}\nignore: [c]\n")
    assert issues("a,b,c,c\n2026-09-30,t,1,2\n", mapping)
