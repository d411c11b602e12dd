"""When the next thing happens. Without an outside system this plays one: the same case, the same
times, always within the deadline that the engine set."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

from referral_engine import Referral

# Of the time left: the rest is for whoever must step in when something goes wrong.
_SHARE = 0.7
_LEAST = timedelta(minutes=1)


def pick(referral: Referral, step: str, count: int) -> int:
    """A number below `count` that depends on the message and the step alone."""
    said = f"{referral.words}|{referral.territory}|{referral.round}|{step}"
    return zlib.crc32(said.encode()) % count


def after(
    referral: Referral, step: str, least: timedelta, most: timedelta, by: datetime | None
) -> timedelta:
    """A time between `least` and `most`, cut so that it ends well before `by`."""
    wanted = least + (most - least) * (pick(referral, step, 1000) / 1000)
    if by is not None and by > referral.now:
        wanted = min(wanted, (by - referral.now) * _SHARE)
    return max(wanted, _LEAST)
