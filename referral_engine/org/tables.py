"""CSV files of an organisation: a header row, then one entry a row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

from referral_engine.i18n import _
from referral_engine.org.fields import SECTIONS, Field, Section
from referral_engine.org.record import Position, Record
from referral_engine.org.source import Faults, Source

__all__ = ["read_table"]

_LIST = re.compile(r"[\s;；,，、]+")


def read_table(source: Source, faults: Faults) -> list[Record]:
    """The entries of one file; line numbers count the header as 1."""
    section = _section(source, faults)
    if section is None:
        return []
    rows = _rows(source, faults)
    if not rows:
        message = _("the file has no header row")
        faults.add(source, (1, 1), "org-missing-field", message)
        return []
    columns = _columns(source, section, rows[0][1], faults)
    return _records(source, section, columns, rows[1:], faults) if columns else []


def _section(source: Source, faults: Faults) -> Section | None:
    stem = Path(source.name).stem
    for section in SECTIONS.values():
        if section.is_named_by(stem):
            return section
    names = ", ".join(section.files[0] for section in SECTIONS.values())
    faults.add(
        source,
        (1, 1),
        "org-file-name",
        _("the file's name does not say what it lists"),
        _("begin its name with one of: {names}").format(names=names),
    )
    return None


def _rows(source: Source, faults: Faults) -> list[tuple[int, list[str]]]:
    """Every row that is not blank, with the line it starts on."""
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((start, row))
            start = reader.line_num + 1
    except csv.Error as error:
        message = _("the row cannot be read: {reason}").format(reason=error)
        faults.add(source, (start, 1), "org-row", message)
    return rows


def _columns(source: Source, section: Section, header: list[str], faults: Faults) -> list[Field]:
    """The field of each column; empty where the header has a fault."""
    words = section.words()
    columns: list[Field] = []
    sound = True
    for index, cell in enumerate(header):
        word = cell.strip()
        field = words.get(word)
        if field is None or field in columns:
            position = _cell_position(source, 1, index)
            _header_fault(source, section, word, field, position, faults)
            sound = False
        else:
            columns.append(field)
    for field in section.fields:
        if field.required and field not in columns and sound:
            message = _("the column {name} is missing").format(name=field.name)
            faults.add(source, (1, 1), "org-missing-field", message)
            sound = False
    return columns if sound else []


def _header_fault(
    source: Source,
    section: Section,
    word: str,
    field: Field | None,
    position: Position,
    faults: Faults,
) -> None:
    if field is not None:
        message = _("the column {name} appears twice").format(name=field.name)
        faults.add(source, position, "org-duplicate-key", message)
        return
    message = _("{section} has no column {word}").format(section=section.name, word=word or "''")
    suggestion = faults.nearest(source, word, section.words())
    faults.add(source, position, "org-unknown-field", message, suggestion)


def _records(
    source: Source,
    section: Section,
    columns: list[Field],
    rows: list[tuple[int, list[str]]],
    faults: Faults,
) -> list[Record]:
    index_of = {field.name: index for index, field in enumerate(columns)}
    required = [field.name for field in columns if field.required]
    records: list[Record] = []
    for line, row in rows:
        if len(row) != len(columns):
            message = _("the row has {count} cells, the header {wanted}")
            message = message.format(count=len(row), wanted=len(columns))
            faults.add(source, (line, 1), "org-row", message)
            continue
        values: dict[str, str | tuple[str, ...]] = {}
        for field, cell in zip(columns, row, strict=True):
            text = cell.strip()
            if text:
                values[field.name] = tuple(_LIST.split(text)) if field.many else text
        locate = _locator(source, line, index_of)
        record = Record(section.name, source, (line, 1), values, locate, faults)
        missing = [name for name in required if name not in values]
        for name in missing:
            message = _("{name} is empty").format(name=name)
            faults.add(source, locate(name, 0), "org-missing-field", message)
        if not missing:
            records.append(record)
    return records


def _locator(source: Source, line: int, index_of: dict[str, int]) -> Callable[[str, int], Position]:
    return lambda field, _index: _cell_position(source, line, index_of[field])


def _cell_position(source: Source, line: int, index: int) -> Position:
    """Where the cell of a row begins, quoted cells and line ends in them counted."""
    column, quoted = 1, False
    while line <= len(source.lines):
        for column, sign in enumerate(source.lines[line - 1], start=1):
            if index == 0:
                return (line, column)
            if sign == '"':
                quoted = not quoted
            elif sign == "," and not quoted:
                index -= 1
        if index == 0 or not quoted:
            return (line, column + 1)
        line += 1
    return (line - 1, column)
