"""Sheets of rules in CSV and XLSX files: every cell a text, and what was retyped is told."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.importers.csv_records import csv_records, sniff
from referral_engine.importers.encoding import detect, lines
from referral_engine.rules.sheet import Cell, Grid

__all__ = ["read_sheet", "write_sheet"]

# What a spreadsheet would take for a formula, a date, or a number with digits to lose.
_TAKEN = re.compile(
    r"[=+\-@'\t].*|0\d+|\d{12,}|\d{1,4}[-/.:]\d{1,2}([-/.:]\d{1,4})?|\d+[eE]\d+", re.DOTALL
)
_TEXT = "@"


def write_sheet(grid: Grid, path: Path) -> None:
    """Writes ``.xlsx`` with every cell a text, else CSV in UTF-8 with a mark, as Excel wants it.

    In CSV an apostrophe stands before what a spreadsheet would retype; it is taken off again.
    """
    rows = [[cell.text for cell in row] for row in (grid.headings, *grid.rows)]
    if path.suffix.lower() == ".xlsx":
        _write_book(rows, path)
        return
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_guarded(text) for text in row] for row in rows])
    path.write_bytes(out.getvalue().encode("utf-8-sig"))


def _guarded(text: str) -> str:
    return f"'{text}" if _TAKEN.fullmatch(text) else text


def _write_book(rows: list[list[str]], path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column, text or None)
            if text:
                cell.data_type = "s"  # an equals sign must not make a formula of a text
            cell.number_format = _TEXT
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    for column in range(1, len(rows[0]) + 1):
        # Also for the rows that are still to be written.
        sheet.column_dimensions[get_column_letter(column)].number_format = _TEXT
        sheet.column_dimensions[get_column_letter(column)].width = 18
    sheet.freeze_panes = "C2"
    book.save(path)


def read_sheet(path: Path) -> Grid:
    """The first sheet of a workbook, or a CSV file in whatever encoding offices use.

    Raises Faulty where the file cannot be read, FileNotFoundError where it is not there.
    """
    name = path.name
    rows = _of_book(path, name) if path.suffix.lower() == ".xlsx" else _of_csv(path, name)
    if not rows:
        raise Faulty([Fault(Place(name), "EMPTY_FILE", _("the first row must name the columns"))])
    return Grid(tuple(rows[0]), tuple(map(tuple, rows[1:])))


def _of_csv(path: Path, name: str) -> list[list[Cell]]:
    stream = io.BytesIO(path.read_bytes())
    text = list(lines(stream, detect(stream)))
    if not text:
        return []
    rows, faults = [], []
    for record in csv_records(text, sniff(text[0])):
        if record.fault:
            faults.append(_broken(Place(name, record.line), record.fault))
        cells = (cell.removeprefix("'") if cell[:1] == "'" else cell for cell in record.cells)
        rows.append(_cells(cells, name, record.line))
    if faults:
        raise Faulty(faults)
    return rows


def _broken(place: Place, code: str) -> Fault:
    if code == "UNCLOSED_QUOTE":
        message = _('a cell begins with " and is never closed')
        return Fault(place, code, message, suggestion=_("close the quote, or double it"))
    message = _("the row has more or fewer cells than the header")
    return Fault(place, code, message, suggestion=_("save it from the spreadsheet again as CSV"))


def _cells(texts: Iterable[str], name: str, line: int) -> list[Cell]:
    return [Cell(text, Place(name, line, column)) for column, text in enumerate(texts, 1)]


def _of_book(path: Path, name: str) -> list[list[Cell]]:
    import openpyxl

    data = io.BytesIO(path.read_bytes())
    if not zipfile.is_zipfile(data):
        message = _("this is no XLSX workbook; save it as .xlsx or as CSV in UTF-8")
        raise Faulty([Fault(Place(name), "NOT_A_SPREADSHEET", message)])
    try:
        sheet = openpyxl.load_workbook(data).worksheets[0]
        rows = [
            [_cell(cell, Place(name, line, column)) for column, cell in enumerate(row, 1)]
            for line, row in enumerate(sheet.iter_rows(), 1)
        ]
    except Exception as error:  # noqa: BLE001 - whatever a broken part of the archive raises
        message = _("the workbook is damaged: {reason}").format(reason=error)
        raise Faulty([Fault(Place(name), "NOT_A_SPREADSHEET", message)]) from None
    return rows if rows and any(cell.text for cell in rows[0]) else []


def _cell(cell: Any, place: Place) -> Cell:
    value = cell.value
    match value:
        case None:
            return Cell("", place)
        case bool():
            return Cell("true" if value else "false", place)
        case int() | float():
            whole = isinstance(value, float) and value.is_integer()
            return Cell(str(int(value)) if whole else str(value), place, "number")
        case datetime() if value.time() == time():
            return Cell(value.date().isoformat(), place, "date")
        case datetime() | date() | time():
            return Cell(value.isoformat(), place, "date")
        case _:
            return Cell(str(value), place, "formula" if cell.data_type == "f" else "")
