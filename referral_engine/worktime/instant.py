"""Moments as whole microseconds since 1970 UTC, in which all counting is done.

Integers are exact, compare fast and know no zone, so a change of the clocks in spring or autumn
can neither lose nor invent working time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["DAY", "HOUR", "MINUTE", "NEVER", "from_micros", "to_micros"]

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

NEVER = 1 << 62
"""Later than every moment a datetime can hold, and an ordinary integer."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware `moment`; raises TypeError for a naive one."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(micros: int) -> datetime:
    """The UTC moment that many microseconds after 1970."""
    return _EPOCH + timedelta(0, 0, micros)
