from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from referral_engine.errors import Faulty
from tests.unit.importers.reading import ZONE, mapping_of, rows

EIGHT = datetime(2026, 9, 30, 8, 5, tzinfo=ZONE)


def workbook(cells: list[list[Any]], *merges: str, title: str = "台账") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in cells:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_dates_and_numbers_are_cells_of_their_own() -> None:
    data = workbook(
        [
            ["id", "received_at", "title", "people"],
            [12345.0, EIGHT.replace(tzinfo=None), 110, 3.0],
            ["b", date(2026, 9, 30), "灯", "4"],
        ]
    )
    first, second = rows(data, name="a.xlsx")
    assert first.issue is not None
    assert (first.issue.id, first.issue.title, first.issue.people) == ("12345", "110", 3)
    assert first.issue.received_at == EIGHT
    assert second.issue is not None
    assert second.issue.received_at == datetime(2026, 9, 30, tzinfo=ZONE)


def test_a_workbook_is_known_by_its_first_bytes_whatever_its_name() -> None:
    data = workbook([["received_at", "title"], ["2026-09-30", "灯"]])
    assert rows(data, name="export.csv")[0].issue is not None


def test_a_bad_row_stops_no_other_and_blank_rows_are_none() -> None:
    data = workbook(
        [["received_at", "title"], ["soon", "灯"], [None, " "], [], ["2026-09-30", "灯"]]
    )
    read = rows(data, name="a.xlsx")
    assert [(row.line, bool(row.faults)) for row in read] == [(2, True), (5, False)]


def test_a_heading_merged_across_columns_is_refused_with_range_text_and_advice() -> None:
    data = workbook(
        [["时间", "反映人", None], [None, "姓名", "电话"], ["2026-09-30", "王五", "1"]], "B1:C1"
    )
    with pytest.raises(Faulty) as caught:
        rows(data, name="a.xlsx")
    (fault,) = caught.value.faults
    assert fault.code == "MERGED_HEADER"
    assert (fault.place.line, fault.place.column) == (1, 2)
    assert "B1:C1" in fault.message
    assert "反映人" in fault.message


def test_a_heading_of_two_rows_is_joined_when_the_mapping_says_so(tmp_path: Path) -> None:
    mapping = mapping_of(
        tmp_path,
        "header: {row: 2, rows: 2}\n"
        "columns: {时间: received_at, 反映人/姓名: reporter.name, 反映人/电话: reporter.phone,"
        " 事由: title}\n",
    )
    data = workbook(
        [
            ["2026 年信访台账", None, None, None],
            ["时间", "反映人", None, "事由"],
            [None, "姓名", "电话", None],
            ["2026-09-30", "王五", "138", "灯"],
        ],
        "A1:D1", "B2:C2", "A2:A3", "D2:D3",
    )  # fmt: skip
    (row,) = rows(data, mapping, name="a.xlsx")
    assert row.line == 4
    assert row.issue is not None
    assert (row.issue.reporter.name, row.issue.reporter.phone) == ("王五", "138")


def test_a_title_merged_above_the_heading_is_passed_over(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, "header: {row: 2}\ncolumns: {时间: received_at, 事由: title}\n")
    data = workbook([["台账", None], ["时间", "事由"], ["2026-09-30", "灯"]], "A1:B1")
    assert rows(data, mapping, name="a.xlsx")[0].issue is not None


def test_the_mapping_names_the_sheet(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, "sheet: 台账\ncolumns: {a: received_at, b: title}\n")
    book = openpyxl.Workbook()
    book.create_sheet("台账").append(["a", "b"])
    book["台账"].append(["2026-09-30", "灯"])
    data = io.BytesIO()
    book.save(data)
    assert rows(data.getvalue(), mapping, name="a.xlsx")[0].issue is not None


def test_a_wrong_size_in_the_sheet_hides_no_rows() -> None:
    data = workbook([["received_at", "title"], ["2026-09-30", "灯"], ["2026-09-30", "井"]])
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            part = source.read(name)
            copy.writestr(name, part.replace(b'<dimension ref="A1:B3"', b'<dimension ref="A1:A1"'))
    assert b'ref="A1:A1"' in zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml")
    assert len(rows(target.getvalue(), name="a.xlsx")) == 2


def test_an_old_workbook_is_told_to_be_saved_anew() -> None:
    with pytest.raises(Faulty) as caught:
        rows(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, name="old.xls")
    assert [fault.code for fault in caught.value.faults] == ["NOT_A_SPREADSHEET"]
    assert ".xlsx" in caught.value.faults[0].message
