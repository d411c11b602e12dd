"""A rule file as text: decoded, free of control characters, and able to show its lines."""

from __future__ import annotations

import re
from pathlib import Path

from referral_engine.errors import Fault, Place
from referral_engine.rules import lint

__all__ = ["SUFFIXES", "decode", "rule_files", "shown_line"]

SUFFIXES = (".yaml", ".yml")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}


def rule_files(paths: list[Path]) -> list[Path]:
    """The YAML files at these paths, folders searched whole, hidden ones left out, sorted.

    Raises FileNotFoundError for a path that is not there.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            inside = (file for suffix in SUFFIXES for file in path.rglob(f"*{suffix}"))
            found.update(file for file in inside if not _hidden(file.relative_to(path)))
        elif path.exists():
            found.add(path)
        else:
            raise FileNotFoundError(path)
    return sorted(found, key=lambda file: file.as_posix())


def decode(data: bytes, file: str) -> str | Fault:
    """The text of the file, a byte order mark removed, or the fault that keeps it from being read.

    Line ends become line feeds.
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return lint.encoding.fault(Place(file), encoding)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _foreign(data, error.start, file)
    return checked(text.replace("\r\n", "\n").replace("\r", "\n"), file)


def checked(text: str, file: str) -> str | Fault:
    """``text`` itself, or the fault of the first control character in it."""
    found = _CONTROL.search(text)
    if found is None:
        return text
    place = _place(text[: found.start()], file)
    return lint.encoding.control(place, found[0])


def shown_line(text: str, line: int) -> str:
    """Line ``line`` of the text, from 1, as written; empty beyond its end."""
    lines = text.split("\n")
    return lines[line - 1] if 0 < line <= len(lines) else ""


def _foreign(data: bytes, start: int, file: str) -> Fault:
    encoding = _guess(data)
    if encoding:
        # Some of its bytes may pass for UTF-8: the first letter beyond ASCII is already wrong.
        start = next(at for at, byte in enumerate(data) if byte >= 0x80)
    before = data[:start].decode("utf-8-sig", errors="replace")
    return lint.encoding.fault(_place(before, file), encoding)


def _guess(data: bytes) -> str:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "GBK"


def _place(before: str, file: str) -> Place:
    """The place that follows the text ``before``."""
    last = before.rfind("\n")
    return Place(file, before.count("\n") + 1, len(before) - last)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
