"""Moments as they are stored: whole microseconds since 1970 in UTC.

One integer sorts, compares and indexes alike on SQLite and PostgreSQL, keeps every microsecond of
an event, and can be written without SQLAlchemy's converters in the way.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

__all__ = ["micros", "moment"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@overload
def micros(at: datetime) -> int: ...
@overload
def micros(at: None) -> None: ...
@overload
def micros(at: datetime | None) -> int | None: ...
def micros(at: datetime | None) -> int | None:
    """`at` (aware, any zone) as stored; raises TypeError for a time without a zone."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND


@overload
def moment(stored: int) -> datetime: ...
@overload
def moment(stored: None) -> None: ...
@overload
def moment(stored: int | None) -> datetime | None: ...
def moment(stored: int | None) -> datetime | None:
    """The aware UTC datetime that `stored` stands for."""
    return None if stored is None else _EPOCH + timedelta(microseconds=stored)
