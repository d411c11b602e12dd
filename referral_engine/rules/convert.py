"""Written values as typed ones, by the declared type of their field.

A scalar is converted from its source text: ``10:00``, ``no``, ``010`` and ``1_000`` are a text
where the field is text, and 10 or 1000 only where it is a number.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, tzinfo

from yaml.nodes import Node

from referral_engine.i18n import _
from referral_engine.model.span import Span
from referral_engine.rules import lint
from referral_engine.rules.reader import Reader
from referral_engine.rules.tree import HoursWindow, Season

__all__ = [
    "hours",
    "read_bool",
    "read_day",
    "read_int",
    "read_moment",
    "read_number",
    "read_span",
    "read_window",
    "season",
]

_TRUE = frozenset({"true", "yes", "on", "是"})
_FALSE = frozenset({"false", "no", "off", "否"})
_INT = re.compile(r"[+-]?\d+(_\d+)*")
_NUMBER = re.compile(r"[+-]?(\d+(_\d+)*\.?\d*|\.\d+)([eE][+-]?\d+)?")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–~]\s*(\d{1,2}):(\d{2})")
_SEASON = re.compile(r"(\d{1,2})-(\d{1,2})\s*\.\.\s*(\d{1,2})-(\d{1,2})")
_WEEKS = re.compile(r"([0-9]{1,3})w")
_LONGEST_DAY = 24 * 60


def read_bool(reader: Reader, node: Node) -> bool | None:
    """``true yes on 是`` or ``false no off 否``."""
    word = reader.text(node).casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    if word:
        reader.wrong(node, _("yes or no"))
    return None


def read_int(reader: Reader, node: Node) -> int | None:
    """A whole number; underscores may group its digits."""
    text = reader.text(node).strip()
    # More digits than a 64-bit number has are a slip, and no store keeps them.
    if _INT.fullmatch(text) and len(text) <= 18:
        return int(text)
    if text:
        reader.wrong(node, _("a whole number"))
    return None


def read_number(reader: Reader, node: Node) -> float | None:
    """A number, or a percentage: ``80%`` is 0.8."""
    text = reader.text(node).strip()
    percent = text.endswith("%")
    digits = text.removesuffix("%").rstrip()
    if _NUMBER.fullmatch(digits):
        value = float(digits)
        if math.isfinite(value):
            return round(value / 100, 12) if percent else value
    if text:
        reader.wrong(node, _("a number"))
    return None


def read_span(reader: Reader, node: Node) -> Span | None:
    """A length of time such as ``2wh``."""
    text = reader.text(node)
    if not text:
        return None
    try:
        return Span.parse(text)
    except ValueError as error:
        reader.report(lint.bad_span.fault(reader.place(node), str(error)))
        return None


def read_window(reader: Reader, node: Node) -> Span | None:
    """A stretch of history: elapsed time, weeks (``4w``) included, which become days."""
    found = _WEEKS.fullmatch(reader.text(node).strip())
    if found and (weeks := int(found[1])) <= 520:
        return Span(7 * weeks, "d")
    span = read_span(reader, node)
    if span is not None and span.working:
        message = _("history is counted in m, h, d or w, not in working time")
        reader.report(lint.bad_span.fault(reader.place(node), message))
        return None
    return span


def read_moment(reader: Reader, node: Node) -> datetime | None:
    """An ISO 8601 moment, made aware in the county's zone where it has no offset."""
    text = reader.text(node)
    if not text:
        return None
    moment = _moment(text, reader.known.names.zone)
    if moment is None:
        reader.wrong(node, _("a time such as 2026-09-30T08:00+08:00"))
    return moment


def read_day(reader: Reader, node: Node) -> date | None:
    """A calendar day such as ``2026-01-01``."""
    text = reader.text(node)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        reader.wrong(node, _("a day such as 2026-01-01"))
        return None


def hours(reader: Reader, node: Node) -> HoursWindow | None:
    """``22:00-06:00``: a daily window that may cross midnight; ``24:00`` is a day's end."""
    text = reader.text(node)
    found = _HOURS.fullmatch(text.strip())
    minutes = [int(part) for part in found.groups()] if found else []
    if not minutes or minutes[1] > 59 or minutes[3] > 59:
        if text:
            reader.wrong(node, _("hours such as 22:00-06:00"))
        return None
    start, end = minutes[0] * 60 + minutes[1], minutes[2] * 60 + minutes[3]
    if start >= _LONGEST_DAY or end > _LONGEST_DAY:
        reader.wrong(node, _("hours such as 22:00-06:00"))
        return None
    if start == end:
        first, last = text.replace(" ", "").split("-", 1)
        reader.report(lint.bad_window.fault(reader.place(node), first, last))
        return None
    return HoursWindow(start, end)


def season(reader: Reader, node: Node) -> Season | None:
    """``11-15..03-15``: days of the year, both included, that may cross New Year."""
    text = reader.text(node)
    found = _SEASON.fullmatch(text.strip())
    if found:
        first, last = (int(found[1]), int(found[2])), (int(found[3]), int(found[4]))
        if _is_day(*first) and _is_day(*last):
            return Season(first, last)
    if text:
        reader.wrong(node, _("days of the year such as 11-15..03-15"))
    return None


def _moment(text: str, zone: tzinfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def _is_day(month: int, day: int) -> bool:
    try:
        date(2024, month, day)  # a leap year: 29 February is a day of the year
    except ValueError:
        return False
    return True
