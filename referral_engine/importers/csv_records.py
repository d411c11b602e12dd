"""CSV text into records, in such a way that one bad record never swallows its neighbours.

The csv module of the standard library reads on to the end of the file after a quote that is never
closed, and refuses a long cell for the whole process (``field_size_limit`` is global). Here a
record that goes wrong over several lines is given up at its first line, and reading goes on at the
next line that is a complete record on its own.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

__all__ = ["CsvRecord", "csv_records", "sniff"]

DELIMITERS = (",", ";", "\t")

# Everything up to a quote that is not doubled.
_QUOTED = re.compile(r'[^"]*(?:""[^"]*)*')
# A record longer than this has lost its closing quote: ten fields of the longest text.
_LONGEST_RECORD = 1_000_000


class CsvRecord(msgspec.Struct, frozen=True):
    """One record: the line where it starts (from 1), its cells as written, what is wrong.

    ``fault`` is empty, ``UNCLOSED_QUOTE`` or ``WRONG_COLUMNS``.
    """

    line: int
    cells: list[str]
    fault: str = ""


def sniff(heading: str) -> str:
    """The delimiter that occurs most often in a heading, outside quotes; a comma for none."""
    bare = re.sub(r'"[^"]*"', "", heading)
    return max(DELIMITERS, key=bare.count)


def csv_records(lines: Iterable[str], delimiter: str, first: int = 1) -> Iterator[CsvRecord]:
    """Records of the lines; ``first`` is the number of the first line.

    The first record that is not blank decides how many cells all have. Blank records (nothing
    but delimiters and blanks) are passed over.
    """
    source = _Source(lines, first)
    width = 0
    while (taken := source.take()) is not None:
        record = _record(source, *taken, delimiter, width)
        if record.fault == "UNCLOSED_QUOTE" or any(cell.strip() for cell in record.cells):
            yield record
            width = width or len(record.cells)


class _Source:
    """Numbered lines that can be handed back."""

    def __init__(self, lines: Iterable[str], first: int) -> None:
        self._lines = enumerate(lines, start=first)
        self._returned: deque[tuple[int, str]] = deque()

    def take(self) -> tuple[int, str] | None:
        return self._returned.popleft() if self._returned else next(self._lines, None)

    def give_back(self, numbered: list[tuple[int, str]]) -> None:
        self._returned.extendleft(reversed(numbered))


def _record(source: _Source, number: int, text: str, delimiter: str, width: int) -> CsvRecord:
    cells = _Cells(delimiter)
    cells.feed(text)
    used: list[tuple[int, str]] = []
    size = len(text)
    while cells.open and size < _LONGEST_RECORD and (taken := source.take()) is not None:
        used.append(taken)
        size += len(taken[1])
        cells.feed(taken[1])
    fault = "UNCLOSED_QUOTE" if cells.open else cells.trim(width)
    if fault and used:
        _resume(source, used, delimiter, width)
    return CsvRecord(number, cells.done, fault)


def _resume(source: _Source, used: list[tuple[int, str]], delimiter: str, width: int) -> None:
    for index, (_number, text) in enumerate(used):
        alone = _Cells(delimiter)
        alone.feed(text)
        if not alone.open and any(alone.done) and not alone.trim(width):
            source.give_back(used[index:])
            return


class _Cells:
    """Splits a record fed line by line; ``open`` while a quoted cell awaits its end."""

    def __init__(self, delimiter: str) -> None:
        self.done: list[str] = []
        self._delimiter = delimiter
        self._quoted: list[str] | None = None

    @property
    def open(self) -> bool:
        return self._quoted is not None

    def feed(self, line: str) -> None:
        if not self.open and '"' not in line:
            self.done += line.rstrip("\r\n").split(self._delimiter)
            return
        position: int | None = 0
        if self._quoted is not None:
            position = self._close(line, 0, self._quoted)
        while position is not None:
            position = self._cell(line, position)

    def trim(self, width: int) -> str:
        """Drops empty cells beyond the width; the fault when the width is not met."""
        while 0 < width < len(self.done) and not self.done[-1].strip():
            self.done.pop()
        return "WRONG_COLUMNS" if width and len(self.done) != width else ""

    def _cell(self, line: str, position: int) -> int | None:
        if line.startswith('"', position):
            self._quoted = []
            return self._close(line, position + 1, self._quoted)
        return self._plain(line, position, "")

    def _close(self, line: str, position: int, quoted: list[str]) -> int | None:
        match = _QUOTED.match(line, position)
        end = match.end() if match else len(line)
        quoted.append(line[position:end].replace('""', '"'))
        if end == len(line):
            return None
        self._quoted = None
        return self._plain(line, end + 1, "".join(quoted))

    def _plain(self, line: str, position: int, before: str) -> int | None:
        """Takes text up to the delimiter; what follows a closing quote belongs to the cell."""
        end = line.find(self._delimiter, position)
        if end < 0:
            self.done.append(before + line[position:].rstrip("\r\n"))
            return None
        self.done.append(before + line[position:end])
        return end + 1
