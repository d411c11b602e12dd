"""Which days are worked: a weekly pattern, its exceptions, and how far ahead they are settled."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Literal

import msgspec

__all__ = ["DayKind", "Days", "china", "weekdays"]

DayKind = Literal["workday", "restday", "holiday"]
"""``restday`` is the weekly rest; ``holiday`` a day off by decree, a weekend inside it included."""


class Days(msgspec.Struct, frozen=True, eq=False):
    """The days of a country, before and after an administrator's overrides.

    ``exceptions``  what differs from the weekly pattern
    ``horizon``     the last day that is settled; later days are guessed from the pattern
    ``rest_days``   the weekly rest, 0 is Monday
    ``version``     changes whenever any of the above does, so it can be stored with a deadline
    """

    name: str
    exceptions: Mapping[date, DayKind]
    horizon: date
    rest_days: frozenset[int] = frozenset({5, 6})

    def kind(self, day: date) -> DayKind:
        """Workday, restday or holiday; beyond the horizon what the weekly pattern says."""
        found = self.exceptions.get(day)
        if found is not None:
            return found
        return "restday" if day.weekday() in self.rest_days else "workday"

    def overridden(self, exceptions: Mapping[date, DayKind], known_until: date | None) -> Days:
        """These days with an administrator's own laid over them.

        `known_until` says that every day up to it is settled. It moves a country's horizon on,
        never back; a bare pattern ends there, for it knows no holidays but the written ones.
        """
        latest = min if self.horizon == date.max else max
        return Days(
            name=self.name,
            exceptions={**self.exceptions, **exceptions},
            horizon=latest(self.horizon, known_until or self.horizon),
            rest_days=self.rest_days,
        )

    @property
    def version(self) -> str:
        """The name and eight hexadecimal digits over everything that can move a deadline."""
        parts = [f"{day}={kind}" for day, kind in sorted(self.exceptions.items())]
        parts += [str(self.horizon), *map(str, sorted(self.rest_days))]
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return f"{self.name}-{digest[:8]}"


@cache
def china() -> Days:
    """The State Council's calendar as chinesecalendar knows it, swapped days (调休) included.

    The notice for a year may still change the last days of December before it: it did in 2006,
    2007, 2011, 2018, 2022 and 2023, never before the 29th. The last year is therefore settled up
    to 28 December only, until a release knows the next one.
    """
    import chinese_calendar

    exceptions: dict[date, DayKind] = dict.fromkeys(chinese_calendar.holidays, "holiday")
    exceptions.update(dict.fromkeys(chinese_calendar.workdays, "workday"))
    last_year = max(chinese_calendar.holidays).year
    return Days(
        name=f"china-{chinese_calendar.__version__}",
        exceptions=exceptions,
        horizon=date(last_year + 1, 1, 1) - timedelta(days=4),
    )


@cache
def weekdays() -> Days:
    """Monday to Friday and nothing else, for ever settled; holidays come from overrides, which
    say how far they are known."""
    return Days(name="weekdays", exceptions={}, horizon=date.max)
