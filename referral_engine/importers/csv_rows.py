"""CSV files into rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

import msgspec

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.importers.convert import MakeRows, RowMaker
from referral_engine.importers.csv_records import CsvRecord, csv_records, sniff
from referral_engine.importers.encoding import detect, lines, undecodable
from referral_engine.importers.heading import fitted, named
from referral_engine.importers.mapping import Mapping
from referral_engine.importers.row import Row, RowFault

__all__ = ["csv_rows"]


def csv_rows(
    stream: BinaryIO, name: str, mapping: Mapping | None, converter: MakeRows
) -> Iterator[Row]:
    """The rows of a seekable CSV stream.

    The heading is read at once: raises Faulty when it is not there or does not fit the mapping.
    """
    encoding = (mapping.encoding if mapping else "") or detect(stream)
    text = lines(stream, encoding)
    skipped = (mapping.header.row if mapping else 1) - 1
    for _line in range(skipped):
        next(text, None)
    first, text, number = _first_line(text, skipped + 1)
    delimiter = (mapping.delimiter if mapping else "") or sniff(first)
    records = csv_records(text, delimiter, number)
    heading = next(records, None)
    if heading is None:
        message = _("the file is empty; its first row must name the columns")
        raise Faulty([Fault(Place(name), "EMPTY_FILE", message)])
    names = named(heading.cells)
    fit = fitted(names, mapping, Place(name, heading.line))
    note = _("read as GB18030") if encoding == "gb18030" else ""
    return _rows(records, names, converter(fit), encoding, note)


def _first_line(text: Iterator[str], number: int) -> tuple[str, Iterator[str], int]:
    """The first line with something in it, all lines from it on, and its number."""
    for line in text:
        if line.strip():
            return line, chain([line], text), number
        number += 1
    return "", text, number


def _rows(
    records: Iterable[CsvRecord], names: list[str], converter: RowMaker, encoding: str, note: str
) -> Iterator[Row]:
    for record in records:
        row = _row(record, names, converter, encoding)
        if note:
            row, note = msgspec.structs.replace(row, notes=(note, *row.notes)), ""
        yield row


def _row(record: CsvRecord, names: list[str], converter: RowMaker, encoding: str) -> Row:
    if record.fault:
        message = _structure(record, len(names))
        return Row(record.line, faults=(RowFault(record.line, "", record.fault, message),))
    for name, cell in zip(names, record.cells, strict=True):
        if undecodable(cell):
            message = _("column {column} has bytes that {encoding} does not know").format(
                column=name, encoding=encoding
            )
            return Row(record.line, faults=(RowFault(record.line, "", "WRONG_ENCODING", message),))
    return converter.row(record.line, dict(zip(names, record.cells, strict=True)))


def _structure(record: CsvRecord, width: int) -> str:
    if record.fault == "UNCLOSED_QUOTE":
        return _('a cell begins with " that is never closed; double the quote or close it')
    return _("{count} cells where the heading has {width}; is a delimiter not quoted?").format(
        count=len(record.cells), width=width
    )
