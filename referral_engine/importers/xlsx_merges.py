"""Which cells of a sheet are merged: openpyxl does not say so when it streams.

The list stands behind the rows in the sheet's XML. It is picked out of the stream without
parsing, so that a large sheet costs its unpacking and no memory.
"""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO

import msgspec

__all__ = ["MergedCells", "merged_cells"]

_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")
_CHUNK = 1 << 20
# Longer than any one element that _MERGE finds, so that none is lost between two chunks.
_OVERLAP = 200


class MergedCells(msgspec.Struct, frozen=True):
    """A merged range; rows and columns count from 1, both ends included."""

    range: str
    top: int
    left: int
    bottom: int
    right: int


def merged_cells(stream: BinaryIO, part: str) -> list[MergedCells]:
    """The merged ranges of a sheet, in the order of the file; ``part`` is its archive member."""
    found: dict[str, MergedCells] = {}
    with zipfile.ZipFile(stream) as archive:
        if part not in archive.namelist():
            return []
        with archive.open(part) as xml:
            tail = b""
            while chunk := xml.read(_CHUNK):
                window = tail + chunk
                for match in _MERGE.finditer(window):
                    merge = _merge(*(group.decode() for group in match.groups()))
                    found[merge.range] = merge
                tail = window[-_OVERLAP:]
    return list(found.values())


def _merge(left: str, top: str, right: str, bottom: str) -> MergedCells:
    return MergedCells(
        f"{left}{top}:{right}{bottom}", int(top), _number(left), int(bottom), _number(right)
    )


def _number(letters: str) -> int:
    """Column A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
