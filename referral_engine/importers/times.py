"""Moments as exports write them, read into aware datetimes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

__all__ = ["SPECIAL_FORMATS", "moment"]

# Formats that strptime does not have.
SPECIAL_FORMATS = frozenset({"iso", "epoch", "epoch_ms", "excel"})

# What offices write besides ISO 8601: 2018/2/8 15:34, 2018.02.08, 2018年2月8日 15:34:40.
_LOOSE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T\u3000]+(\d{1,2})[:\uff1a时](\d{1,2})分?(?:[:\uff1a]?(\d{1,2})秒?(?:\.\d+)?)?)?",
    re.ASCII,
)
# A year outside is a slip of the pen (0218, 20188); it would also overflow in another zone.
_FIRST_YEAR, _LAST_YEAR = 1970, 2099
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone


def moment(
    value: object, formats: tuple[str, ...], zone: tzinfo, mistaken_for: tzinfo | None = None
) -> datetime:
    """The aware datetime that ``value`` means.

    A value without an offset is in ``zone``. ``formats`` are strptime formats or one of
    SPECIAL_FORMATS, tried in order; without any, ISO 8601 and the usual written forms. A bare
    date means its midnight. ``mistaken_for`` undoes a conversion made once too often: the
    exporter held local times for times of that zone and turned them into ``zone`` again. Raises
    ValueError when none fits or the year is not 1970 to 2099.
    """
    found = _cell(value) if not isinstance(value, str | int | float) else None
    if found is None:
        found = _first(value, formats or ("iso",))
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    if mistaken_for is not None:
        found = found.astimezone(mistaken_for).replace(tzinfo=zone)
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(found.year)
    return found


def _cell(value: object) -> datetime:
    """A spreadsheet's own date cell."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise ValueError(value)


def _first(value: object, formats: tuple[str, ...]) -> datetime:
    for name in formats:
        try:
            return _read(value, name)
        except (ValueError, OverflowError, TypeError):
            continue
    raise ValueError(value)


def _read(value: object, name: str) -> datetime:
    text = str(value).strip()
    if name in {"epoch", "epoch_ms"}:
        seconds = float(text) / (1000 if name == "epoch_ms" else 1)
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    if name == "excel":
        return _EXCEL_EPOCH + timedelta(days=float(text))
    if name == "iso":
        return _written(text)
    return datetime.strptime(text, name)  # noqa: DTZ007 - the caller adds the zone


def _written(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        if (match := _LOOSE.fullmatch(text)) is None:
            raise
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - zone added later
