"""One raw cell into the typed value of one canonical field."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, tzinfo

import msgspec

from referral_engine.i18n import _
from referral_engine.importers.canonical import Canonical
from referral_engine.importers.times import moment
from referral_engine.model.issue import Attachment

__all__ = ["CellFault", "Reading", "typed"]

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]*")
_LIST = re.compile(r"[;；,，、|]")
_TRUE = frozenset({"true", "yes", "y", "1", "是", "匿名"})
_FALSE = frozenset({"false", "no", "n", "0", "否", "实名"})
# A list longer than this is not a list of tags but a slipped delimiter.
_MOST_ITEMS = 200
# How much of a wrong value a message repeats: enough to find it, too little to leak a letter.
_SHOWN = 40


class CellFault(Exception):
    """A cell that cannot be read: ``code`` of ``codes.ROW_CODES`` and the reason for people."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


class Reading(msgspec.Struct, frozen=True):
    """How the cells of one column are read. ``split`` empty means the usual list marks.

    ``mistaken_for`` is the zone whose times the exporter held the column's local times for.
    """

    zone: tzinfo
    formats: tuple[str, ...] = ()
    split: str = ""
    mistaken_for: tzinfo | None = None


def typed(field: Canonical, raw: object, reading: Reading) -> object:
    """The value for ``field``; the raw value is neither missing nor dirty. Raises CellFault."""
    return _KINDS[field.kind](field, raw, reading)


def shown(raw: object) -> str:
    """A value as a message may repeat it: on one line, short, in quotes."""
    text = " ".join(str(raw).split())
    return f'"{text[:_SHOWN]}…"' if len(text) > _SHOWN else f'"{text}"'


def _text(field: Canonical, raw: object, _reading: Reading) -> str:
    text = _plain(raw).strip()
    if len(text) > field.limit:
        raise CellFault(
            "TEXT_TOO_LONG",
            _("{length} characters; at most {limit} are taken").format(
                length=len(text), limit=field.limit
            ),
        )
    return text


def _scalar(field: Canonical, raw: object, reading: Reading) -> str | int | float | bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int | float):
        number = _bounded(field, _finite(raw), raw)
        return int(number) if number.is_integer() else number
    return _text(field, raw, reading)


def _line(field: Canonical, raw: object, reading: Reading) -> str:
    return " ".join(_text(field, raw, reading).split())


def _code(field: Canonical, raw: object, reading: Reading) -> str:
    code = _text(field, raw, reading)
    if not _CODE.fullmatch(code):
        raise CellFault(
            "BAD_CODE",
            _("{value} is no area code: only letters, digits and - may stand in one").format(
                value=shown(code)
            ),
        )
    return code


def _time(_field: Canonical, raw: object, reading: Reading) -> datetime:
    try:
        return moment(raw, reading.formats, reading.zone, reading.mistaken_for)
    except (ValueError, OverflowError):
        expected = ", ".join(reading.formats) or "2026-09-30T23:50+08:00, 2026-09-30 23:50"
        raise CellFault(
            "BAD_TIME",
            _("{value} is no time; expected: {expected}").format(
                value=shown(raw), expected=expected
            ),
        ) from None


def _int(field: Canonical, raw: object, _reading: Reading) -> int:
    number = _finite(raw)
    if not number.is_integer():
        raise CellFault("BAD_NUMBER", _("{value} is no whole number").format(value=shown(raw)))
    return int(_bounded(field, number, raw))


def _number(field: Canonical, raw: object, _reading: Reading) -> float:
    return _bounded(field, _finite(raw), raw)


def _finite(raw: object) -> float:
    try:
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            raise ValueError(raw)
        number = float(raw.strip()) if isinstance(raw, str) else float(raw)
    except (ValueError, OverflowError):
        number = math.nan
    # float() takes 1_000, nan and infinity; people who write them mean something else.
    if not math.isfinite(number) or (isinstance(raw, str) and "_" in raw):
        raise CellFault("BAD_NUMBER", _("{value} is no number").format(value=shown(raw)))
    return number


def _bounded(field: Canonical, number: float, raw: object) -> float:
    if not field.low <= number <= field.high:
        raise CellFault(
            "OUT_OF_RANGE",
            _("{value} lies outside {low:g} to {high:g}").format(
                value=shown(raw), low=field.low, high=field.high
            ),
        )
    return number


def _bool(_field: Canonical, raw: object, _reading: Reading) -> bool:
    word = str(raw).strip().casefold()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise CellFault("BAD_VALUE", _("{value} is neither yes nor no").format(value=shown(raw)))


def _list(field: Canonical, raw: object, reading: Reading) -> tuple[str, ...]:
    items = (_line(field, item, reading) for item in _items(raw, reading))
    return tuple(dict.fromkeys(item for item in items if item))


def _items(raw: object, reading: Reading) -> list[object]:
    if isinstance(raw, list | tuple):
        items: list[object] = list(raw)
    else:
        text = _plain(raw)
        items = [*(text.split(reading.split) if reading.split else _LIST.split(text))]
    if len(items) > _MOST_ITEMS:
        raise CellFault(
            "BAD_VALUE",
            _("a list of {count}; at most {limit} are taken").format(
                count=len(items), limit=_MOST_ITEMS
            ),
        )
    return items


def _attachments(field: Canonical, raw: object, reading: Reading) -> tuple[Attachment, ...]:
    return tuple(_attachment(field, item, reading) for item in _items(raw, reading) if item)


def _attachment(field: Canonical, item: object, reading: Reading) -> Attachment:
    if not isinstance(item, dict):
        return Attachment(name=_line(field, item, reading))
    try:
        attachment = msgspec.convert(item, Attachment, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise CellFault(
            "BAD_VALUE", _("not an attachment: {reason}").format(reason=error)
        ) from None
    if unknown := sorted(map(str, item.keys() - set(Attachment.__struct_fields__))):
        raise CellFault("BAD_VALUE", _("an attachment has no {key}").format(key=unknown[0]))
    return attachment


def _plain(raw: object) -> str:
    """A scalar as text: a spreadsheet's 12345.0 is the code 12345, its date an ISO date."""
    if isinstance(raw, bool) or raw is None or isinstance(raw, list | tuple | dict):
        raise _wrong_type(raw)
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.isoformat(sep=" ")
    if isinstance(raw, date):
        return raw.isoformat()
    return str(raw)


def _wrong_type(raw: object) -> CellFault:
    return CellFault("BAD_VALUE", _("{value} is no text").format(value=shown(raw)))


_KINDS: dict[str, Callable[[Canonical, object, Reading], object]] = {
    "scalar": _scalar,
    "line": _line,
    "text": _text,
    "code": _code,
    "time": _time,
    "int": _int,
    "number": _number,
    "bool": _bool,
    "list": _list,
    "attachments": _attachments,
}
