"""Playing an outside system, for a plugin that has none behind it yet.

The same case always takes the same course, in the acting office's hours and within the deadlines
the engine set. A department that uses this says so: ``Department(..., rehearsal=True)``.
"""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta, timezone

from referral_engine.plugins.acts import Wait
from referral_engine.plugins.view import Referral

__all__ = ["file_number", "pick", "wait_within"]

_SHARE = 0.7
"""Of the time left: the rest is for whoever must step in when something goes wrong."""
_LEAST = timedelta(minutes=1)
_STEPS = 1000
# Files are numbered by the year in Beijing, wherever the machine stands.
_BEIJING = timezone(timedelta(hours=8))


def pick(referral: Referral, step: str, count: int) -> int:
    """A number from 0 below ``count``, by the message, the round and the step alone."""
    said = f"{referral.words}|{referral.territory}|{referral.round}|{step}"
    return zlib.crc32(said.encode()) % count


def wait_within(
    referral: Referral,
    step: str,
    least: timedelta,
    most: timedelta,
    by: datetime | None = None,
) -> Wait:
    """The `Wait` for a step that takes between ``least`` and ``most``; ``step`` is its bookmark.

    It ends while the office is open, and after seven tenths of the time left until ``by`` (the
    report's deadline unless another is given) at the latest.
    """
    wanted = least + (most - least) * (pick(referral, step, _STEPS) / _STEPS)
    end = referral.opening(referral.now + wanted)
    due = by if by is not None else referral.report_by
    if due is not None and due > referral.now:
        end = min(end, _last_open(referral, referral.now + (due - referral.now) * _SHARE))
    return Wait(max(end - referral.now, _LEAST), step)


def file_number(referral: Referral, series: str) -> str:
    """A number as the office's register might give it, e.g. 信登〔2026〕0417号 for 信登."""
    year = referral.received_at.astimezone(_BEIJING).year
    return f"{series}〔{year}〕{pick(referral, series, 10_000):04}号"


def _last_open(referral: Referral, moment: datetime) -> datetime:
    """``moment`` itself while the office is open, else when it closed; itself if that is past."""
    begun = [each for each in referral.open_hours if each.opens <= moment]
    return min(moment, begun[-1].closes) if begun else moment
