"""Which encoding a text file has: offices send UTF-8 with and without mark, and GB18030."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

__all__ = ["LONGEST_LINE", "detect", "lines", "undecodable"]

# No line of a register is longer; a file without line ends must not fill the memory.
LONGEST_LINE = 1_000_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect(stream: BinaryIO) -> str:
    """The encoding of a seekable stream, which is left where it was.

    Decides over the whole file, line by line: a few broken lines do not make UTF-8 another
    encoding, and the first 64 KiB of an export are often pure ASCII.
    """
    start = stream.tell()
    head = stream.read(3)
    stream.seek(start)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    good = broken = 0
    while line := stream.readline(LONGEST_LINE):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            broken += 1
    stream.seek(start)
    return "utf-8" if good >= broken else "gb18030"


def lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines with their ends as they stand; bytes unknown to the encoding become surrogates.

    A line over LONGEST_LINE characters is cut there: no field takes that much, so its row is
    refused for what is left of it.
    """
    # A wrapper closes what it wraps when it is collected; the stream is the caller's.
    text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
    try:
        continued = False
        while piece := text.readline(LONGEST_LINE):
            if not continued:
                yield piece
            continued = not piece.endswith(("\n", "\r"))
    finally:
        with suppress(ValueError):  # the caller may have closed it before this was collected
            text.detach()


def undecodable(text: str) -> bool:
    """Whether the text holds a byte that its encoding did not know."""
    return not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text)
