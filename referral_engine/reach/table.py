"""Tables that are exchanged as files: CSV in UTF-8 (GB 18030 is read too) and XLSX."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from referral_engine.i18n import _
from referral_engine.reach.matter import Unreadable

__all__ = ["Row", "read", "written"]

Row = dict[str, str]
"""The cells of a row by the name of their column; empty ones are left out."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read(name: str, content: bytes) -> list[Row]:
    """The rows of a file below its heading, a row without any cell included as an empty one.

    Raises Unreadable for what is no table, or not wholly there yet.
    """
    lines = _xlsx(content) if Path(name).suffix.lower() == ".xlsx" else _csv(content)
    if not lines or not any(lines[0]):
        raise Unreadable(_("there is no heading"))
    head, *rows = lines
    return [
        {column: cell for column, cell in zip(head, row, strict=False) if column and cell}
        for row in rows
    ]


def written(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """CSV with a mark by which Excel knows UTF-8. What it would compute is marked as text."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(columns)
    writer.writerows([_plain(row.get(column, "")) for column in columns] for row in rows)
    return made.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _csv(content: bytes) -> list[list[str]]:
    if not content.endswith(b"\n"):
        raise Unreadable(_("the last line is not ended: it may still be written"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise Unreadable(_("neither UTF-8 nor GB 18030")) from None
    try:
        return [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), strict=True)
        ]
    except csv.Error as error:
        raise Unreadable(str(error)) from None


def _xlsx(content: bytes) -> list[list[str]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        return [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError, EOFError) as error:
        raise Unreadable(f"XLSX: {type(error).__name__}") from None


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()
