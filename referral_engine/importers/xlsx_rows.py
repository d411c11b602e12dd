"""XLSX files into rows, read as they come; a heading of merged cells is found and named."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.importers.convert import MakeRows, RowMaker
from referral_engine.importers.heading import fitted, named
from referral_engine.importers.mapping import Header, Mapping
from referral_engine.importers.row import Row, RowFault
from referral_engine.importers.xlsx_merges import MergedCells, merged_cells
from referral_engine.spelling import nearest

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["row_count", "xlsx_rows"]

# Between the headings of two rows: 反映人/电话.
_JOINT = "/"


def xlsx_rows(
    stream: BinaryIO, name: str, mapping: Mapping | None, converter: MakeRows
) -> Iterator[Row]:
    """The rows of one sheet, by default the first.

    Dates may be cells of their own. The heading is read at once: raises Faulty when it is not
    there, is merged, or does not fit the mapping, or when the stream is no workbook.
    """
    book = _opened(stream, name)
    sheet = _sheet(book, name, mapping.sheet if mapping else "")
    header = mapping.header if mapping else Header()
    # Private, but the only name openpyxl gives to the part; a test holds it.
    merges = merged_cells(stream, vars(sheet)["_worksheet_path"])
    records = _records(sheet, header.row)
    heading = [cells for _line, cells in islice(records, header.rows)]
    if not any(cell is not None for cells in heading for cell in cells):
        message = _("sheet {sheet} is empty; its first row must name the columns")
        raise Faulty([Fault(Place(name), "EMPTY_FILE", message.format(sheet=sheet.title))])
    _refuse_merged(heading, merges, header, name)
    names = named(_spread(heading, merges, header))
    convert = converter(fitted(names, mapping, Place(name, header.row)))
    return _rows(records, names, convert, book)


def row_count(stream: BinaryIO, name: str) -> int:
    """Rows that the first sheet says it has, its heading not counted. Raises Faulty."""
    book = _opened(stream, name)
    try:
        return max(0, (_sheet(book, name, "").max_row or 0) - 1)
    finally:
        book.close()


def _opened(stream: BinaryIO, name: str) -> Workbook:
    import openpyxl  # slow to import, and most imports are CSV

    if not zipfile.is_zipfile(stream):
        message = _("this is no XLSX workbook; save it as .xlsx or as CSV in UTF-8")
        raise Faulty([Fault(Place(name), "NOT_A_SPREADSHEET", message)])
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles it does not know are none of our business
            return openpyxl.load_workbook(stream, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - whatever a broken part of the archive raises
        message = _("the workbook is damaged: {reason}").format(reason=error)
        raise Faulty([Fault(Place(name), "NOT_A_SPREADSHEET", message)]) from None


def _sheet(book: Workbook, name: str, title: str) -> Worksheet:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not title and sheets:
        return next(iter(sheets.values()))
    if title in sheets:
        return sheets[title]
    message = _("no sheet {sheet}; the workbook has: {sheets}").format(
        sheet=title, sheets=", ".join(sheets)
    )
    best = nearest(title, sheets)
    suggestion = _("did you mean {best}?").format(best=best) if best else ""
    raise Faulty([Fault(Place(name), "CANNOT_READ", message, suggestion=suggestion)])


def _records(sheet: Worksheet, first: int) -> Iterator[tuple[int, list[Any]]]:
    """Numbered rows; a workbook that says it ends earlier or later than it does is read whole."""
    cast(Any, sheet).reset_dimensions()  # only the streaming kind of sheet has it
    for number, cells in enumerate(sheet.iter_rows(min_row=first, values_only=True), start=first):
        yield number, list(cells)


def _refuse_merged(
    heading: list[list[Any]], merges: list[MergedCells], header: Header, name: str
) -> None:
    """One column, one name: a merge across columns in the last row of the heading hides some."""
    last = header.row + header.rows - 1
    faults = [
        Fault(
            Place(name, merge.top, merge.left),
            "MERGED_HEADER",
            _("cells {range} of the heading are merged ({text})").format(
                range=merge.range, text=_cell(heading, merge.top - header.row, merge.left - 1)
            ),
            suggestion=_(
                "give each column a heading of its own; if the headings stand in the row below, "
                "write row: {row} under header: in the mapping, "
                "or row: {first} and rows: 2 to join both"
            ).format(row=merge.bottom + 1, first=merge.top),
        )
        for merge in merges
        if merge.top <= last <= merge.bottom and merge.left < merge.right
    ]
    if faults:
        raise Faulty(faults)


def _spread(heading: list[list[Any]], merges: list[MergedCells], header: Header) -> list[str]:
    """One name a column: the headings above each other, merged ones over all they cover."""
    width = max(map(len, heading))
    rows = [[_text(cell) for cell in cells] + [""] * (width - len(cells)) for cells in heading]
    for merge in merges:
        for number in range(merge.top - header.row, merge.bottom - header.row + 1):
            if 0 <= number < len(rows) and merge.top >= header.row:
                text = rows[merge.top - header.row][merge.left - 1 : merge.left]
                stop = min(merge.right, width)
                rows[number][merge.left - 1 : stop] = text * (stop - merge.left + 1)
    parts = zip(*rows, strict=True)
    names = [_JOINT.join(dict.fromkeys(text for text in column if text)) for column in parts]
    while names and not names[-1]:
        names.pop()
    return names


def _rows(
    records: Iterator[tuple[int, list[Any]]], names: list[str], convert: RowMaker, book: Workbook
) -> Iterator[Row]:
    line = 0
    try:
        for line, cells in records:
            filled = [*cells, *[None] * (len(names) - len(cells))]
            if any(cell is not None and str(cell).strip() for cell in filled):
                yield convert.row(line, dict(zip(names, filled, strict=False)))
    except Exception as error:  # noqa: BLE001 - whatever a broken part of the archive raises
        message = _("the workbook is damaged from here on: {reason}").format(reason=error)
        yield Row(line + 1, faults=(RowFault(line + 1, "", "DAMAGED", message),))
    finally:
        book.close()


def _cell(heading: list[list[Any]], row: int, column: int) -> str:
    inside = 0 <= row < len(heading) and column < len(heading[row])
    return _text(heading[row][column]) if inside else ""


def _text(cell: Any) -> str:
    return "" if cell is None else " ".join(str(cell).split())
