"""When the next thing happens. Without an outside system this plays one: the same case, the same
times, in office hours, always within the deadline that the engine set."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta, timezone

from referral_engine import Referral

_BEIJING = timezone(timedelta(hours=8))
# Of the time left: the rest is for whoever must step in when something goes wrong.
_SHARE = 0.7
_LEAST = timedelta(minutes=1)
_OPENS, _CLOSES = 9, 17
_SATURDAY = 5


def pick(referral: Referral, step: str, count: int) -> int:
    """A number below `count` that depends on the message and the step alone."""
    said = f"{referral.words}|{referral.territory}|{referral.round}|{step}"
    return zlib.crc32(said.encode()) % count


def after(
    referral: Referral, step: str, least: timedelta, most: timedelta, by: datetime | None
) -> timedelta:
    """A time between `least` and `most` that ends while the office is open, well before `by`.

    Monday to Friday by the calendar: swapped working days are the engine's knowledge, and it
    keeps them in `by`.
    """
    wanted = least + (most - least) * (pick(referral, step, 1000) / 1000)
    end = _open(referral.now + wanted)
    if by is not None and by > referral.now:
        end = min(end, referral.now + (by - referral.now) * _SHARE)
    return max(end - referral.now, _LEAST)


def _open(moment: datetime) -> datetime:
    """The moment itself, or the next at which the office is open."""
    local = moment.astimezone(_BEIJING)
    if local.hour >= _CLOSES:
        local = (local + timedelta(days=1)).replace(hour=_OPENS)
    elif local.hour < _OPENS:
        local = local.replace(hour=_OPENS)
    while local.weekday() >= _SATURDAY:
        local = (local + timedelta(days=1)).replace(hour=_OPENS)
    return local
