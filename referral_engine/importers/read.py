"""Files into rows: recognises the kind of file and hands it to its reader."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import tzinfo
from pathlib import Path
from typing import BinaryIO, Literal, cast

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.importers.assemble import Defaults
from referral_engine.importers.convert import Converter, MakeRows
from referral_engine.importers.csv_rows import csv_rows
from referral_engine.importers.mapping import Mapping
from referral_engine.importers.row import Row

__all__ = ["read_issues", "read_rows", "total_hint"]

Format = Literal["csv", "xlsx", "json"]
ReadRows = Callable[[BinaryIO, str, Mapping | None, MakeRows], Iterator[Row]]

_SUFFIXES: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv",
    ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".json": "json", ".jsonl": "json", ".ndjson": "json",
}  # fmt: skip
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
# Enough to tell the kinds of file apart.
_HEAD = 512
# Standard input up to this many bytes stays in memory, more goes to a temporary file.
_SPOOLED = 8 << 20


def read_issues(
    source: Path | str | BinaryIO,
    mapping: Mapping | None,
    zone: tzinfo,
    defaults: Defaults = Defaults(),  # noqa: B008 - frozen
) -> Iterator[Row]:
    """The rows of a file, ``-`` for standard input, or a binary stream.

    ``zone`` is the county's: it holds for times without an offset where the mapping names no zone.
    Without a mapping, CSV and XLSX columns and JSON keys are named like the fields of an issue.
    Blank rows are no rows. The heading is read at once, the rows as they are asked for.

    Raises Faulty when the file as a whole cannot be read (``codes.FILE_CODES``). A faulty row never
    raises: it comes as a row with its faults.
    """
    return read_rows(source, mapping, lambda fit: Converter(fit, zone, defaults))


def read_rows(
    source: Path | str | BinaryIO, mapping: Mapping | None, make: MakeRows
) -> Iterator[Row]:
    """``read_issues`` with something else than issues made of the records."""
    stack = ExitStack()
    with ExitStack() as opening:
        stream, name = _open(source, opening)
        rows = _reader(stream, name, mapping, make, opening)
        stack = opening.pop_all()
    return _closing(rows, stack)


def total_hint(source: Path | str) -> int | None:
    """About how many rows a file has, for a progress bar; None when only reading would tell."""
    path = Path(source)
    if str(source) == "-" or not path.is_file():
        return None
    with path.open("rb") as stream:
        kind = _format(stream.read(_HEAD), path.name)
        stream.seek(0)
        if kind == "xlsx":
            from referral_engine.importers.xlsx_rows import row_count

            try:
                return row_count(stream, path.name)
            except Faulty:
                return None
        ends = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))
    return ends if kind == "json" else max(0, ends - 1)


def _closing(rows: Iterator[Row], stack: ExitStack) -> Iterator[Row]:
    with stack:
        yield from rows


def _open(source: Path | str | BinaryIO, stack: ExitStack) -> tuple[BinaryIO, str]:
    if not isinstance(source, str | Path):
        return source, str(getattr(source, "name", "-"))
    if str(source) == "-":
        return sys.stdin.buffer, "-"
    try:
        return stack.enter_context(Path(source).open("rb")), str(source)
    except FileNotFoundError:
        raise _unreadable(str(source), _("there is no such file")) from None
    except OSError as error:
        raise _unreadable(str(source), error.strerror or str(error)) from None


def _reader(
    stream: BinaryIO,
    name: str,
    mapping: Mapping | None,
    make: MakeRows,
    stack: ExitStack,
) -> Iterator[Row]:
    if not stream.seekable():
        # JSON lines of a pipe are read as they come. The encoding of CSV and the directory of
        # XLSX are known only at the end.
        if isinstance(stream, io.BufferedReader) and _format(stream.peek(_HEAD), name) == "json":
            return _reads("json")(stream, name, mapping, make)
        stream = _spooled(stream, stack)
    kind = _format(stream.read(_HEAD), name)
    stream.seek(0)
    return _reads(kind)(stream, name, mapping, make)


def _reads(kind: Format) -> ReadRows:
    """The reader of a kind of file; what another kind needs is not even loaded."""
    if kind == "csv":
        return csv_rows
    if kind == "json":
        from referral_engine.importers.json_lines import json_rows

        return json_rows
    from referral_engine.importers.xlsx_rows import xlsx_rows

    return xlsx_rows


def _spooled(stream: BinaryIO, stack: ExitStack) -> BinaryIO:
    import shutil
    import tempfile

    copy = tempfile.SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115 - the stack closes it
    stack.callback(copy.close)
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return cast(BinaryIO, copy)


def _format(head: bytes, name: str) -> Format:
    """By its first bytes where they are plain, else by its name, else CSV."""
    if head.startswith((_ZIP, _OLD_OFFICE)):
        return "xlsx"  # whose reader says what to do with an old .xls
    known = _SUFFIXES.get(Path(name).suffix.lower())
    if known:
        return known
    return "json" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "csv"


def _unreadable(name: str, reason: str) -> Faulty:
    message = _("{file} cannot be read: {reason}").format(file=name, reason=reason)
    return Faulty([Fault(Place(name), "CANNOT_READ", message)])
