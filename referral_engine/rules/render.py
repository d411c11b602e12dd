"""Faults for people, for programs and for a code review: text, JSON, GitHub annotations."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from referral_engine.errors import Fault
from referral_engine.i18n import _, ngettext

__all__ = ["as_github", "as_records", "as_text", "summary"]

_LONGEST_LINE = 120
_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def as_text(faults: Iterable[Fault]) -> str:
    """``file:line:col CODE severity: message``, the source line with a caret, the suggestion."""
    return "\n".join(_block(fault) for fault in faults)


def as_records(faults: Iterable[Fault]) -> list[dict[str, str | int]]:
    """One mapping a fault: file, line, column, code, severity, message, rule, suggestion."""
    return [
        {
            "file": fault.place.file,
            "line": fault.place.line,
            "column": fault.place.column,
            "code": fault.code,
            "severity": fault.severity,
            "message": fault.message,
            "rule": fault.rule,
            "suggestion": fault.suggestion,
        }
        for fault in faults
    ]


def as_github(faults: Iterable[Fault]) -> str:
    """One workflow command a line, which GitHub shows at the line of the changed file."""
    return "\n".join(_annotation(fault) for fault in faults)


def summary(faults: Sequence[Fault]) -> str:
    """How many errors, warnings and hints; the empty string when there is no fault."""
    counts = {level: sum(fault.severity == level for fault in faults) for level in _LEVELS}
    said = (
        ngettext("{count} error", "{count} errors", counts["error"]),
        ngettext("{count} warning", "{count} warnings", counts["warning"]),
        ngettext("{count} hint", "{count} hints", counts["info"]),
    )
    parts = zip(said, counts.values(), strict=True)
    return ", ".join(text.format(count=count) for text, count in parts if count)


def _block(fault: Fault) -> str:
    severity = {"error": _("error"), "warning": _("warning"), "info": _("hint")}[fault.severity]
    lines = [f"{fault.place} {fault.code} {severity}: {fault.message}"]
    if fault.source.strip():
        source, column = _excerpt(fault.source, fault.place.column)
        lines += [f"    {source}", f"    {_gap(source, column)}^"]
    if fault.suggestion:
        lines.append(f"    = {fault.suggestion}")
    return "\n".join(lines)


def _excerpt(source: str, column: int) -> tuple[str, int]:
    """The part of a long line around the column, and the column within it."""
    if len(source) <= _LONGEST_LINE:
        return source.rstrip(), column
    start = max(0, column - 1 - _LONGEST_LINE // 2)
    part = source[start : start + _LONGEST_LINE]
    head = "…" if start else ""
    tail = "…" if start + _LONGEST_LINE < len(source) else ""
    return head + part + tail, column - start + len(head)


def _gap(source: str, column: int) -> str:
    """What stands before the caret: as wide on the screen as the text above it."""
    before = source[: column - 1]
    return "".join("\t" if letter == "\t" else " " * _cells(letter) for letter in before) + " " * (
        column - 1 - len(before)
    )


def _cells(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _annotation(fault: Fault) -> str:
    place = fault.place
    where = f"file={_property(place.file)},line={place.line},col={place.column}"
    text = fault.message + (f"\n{fault.suggestion}" if fault.suggestion else "")
    title = _property(fault.code)
    return f"::{_LEVELS[fault.severity]} {where},title={title}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
