"""Issues as they come in: one township's, in order of time, made when they are asked for."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from referral_engine.model.issue import Issue, Reporter
from referral_engine.planning.profile import Burst, Profile
from referral_engine.planning.townships import Part
from referral_engine.worktime import WorkCalendar

__all__ = ["Arrivals"]

Item = TypeVar("Item")

_HOUR = timedelta(hours=1)
_SUNDAY = 6
_MANY = 60
"""Above this mean a Poisson number is drawn from the normal distribution, which it then is."""


class Arrivals:
    """What one part of the county reports. The same seed gives the same issues, however fast or
    slowly anybody acts on them: two profiles that differ in that alone are asked the same."""

    def __init__(self, profile: Profile, part: Part, seed: int, calendar: WorkCalendar) -> None:
        self._profile = profile
        self._part = part
        self._calendar = calendar
        self._chance = part.chance(seed, "arrivals")
        self._kinds = _Urn(profile.kinds, [kind.weight for kind in profile.kinds])
        self._channels = _Urn(tuple(profile.channels), list(profile.channels.values()))
        self._by_category = {kind.category: kind for kind in profile.kinds}
        hours = profile.rates.hours
        self._of_hour = [weight / sum(hours) for weight in hours]
        self._year = 0
        self._a_day = 0.0
        self._count = 0

    def between(self, first: date, last: date) -> Iterator[Issue]:
        """Those received from the local day `first` to `last`, both included."""
        day = first
        while day <= last:
            expected = self._expected(day)
            # By the day, for where the clocks change an hour of it lies over another.
            drawn = [
                moment
                for hour, share in enumerate(self._of_hour)
                for moment in self._hour(day, hour, expected * share)
            ]
            for at, category in sorted(drawn):
                yield self._issue(at, category)
            day += timedelta(days=1)

    def _hour(self, day: date, hour: int, expected: float) -> Iterator[tuple[datetime, str]]:
        """The moments of an hour at which something comes in, with the category of a burst."""
        zone = self._calendar.zone
        since = datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
        yield from ((at, "") for at in self._moments(expected, since, since + _HOUR))
        for burst in self._profile.bursts:
            yield from ((at, burst.category) for at in self._of_burst(burst, since))

    def _of_burst(self, burst: Burst, hour: datetime) -> Iterator[datetime]:
        """The moments of a burst that lie in an hour."""
        since, until = max(hour, burst.at), min(hour + _HOUR, burst.at + burst.lasts)
        if since >= until or burst.township not in ("", self._part.township):
            return
        share = 1.0 if burst.township else self._part.share
        expected = burst.issues * share * ((until - since) / burst.lasts)
        yield from self._moments(expected, since, until)

    def _moments(self, expected: float, since: datetime, until: datetime) -> Iterator[datetime]:
        """So many moments as are expected, more or less, anywhere between two."""
        for _n in range(_poisson(expected, self._chance)):
            yield since + (until - since) * self._chance.random()

    def _issue(self, at: datetime, category: str) -> Issue:
        chance, people = self._chance, self._profile.people
        kind = self._by_category[category] if category else self._kinds.draw(chance)
        anonymous = chance.random() * 100 < people.anonymous
        group = chance.random() * 100 < people.group
        self._count += 1
        return Issue(
            channel=self._channels.draw(chance),
            received_at=at,
            id=f"{self._part.township}-{self._count}",
            text=_pick(kind.texts, chance),
            category=kind.category,
            territory=_pick(self._part.places, chance),
            reporter=Reporter(anonymous=True) if anonymous else self._reporter(),
            people=chance.randint(*people.group_size) if group else 1,
            severity=kind.severity,
        )

    def _reporter(self) -> Reporter:
        """One of the people of this part; the same one may come again."""
        part = self._part
        here = max(1, round(self._profile.people.reporters * part.share))
        number = part.number * 1_000_000 + self._chance.randrange(here)
        return Reporter(phone=f"199{number:08}")

    def _expected(self, day: date) -> float:
        """How many of this part's issues to expect on a day."""
        if day.year != self._year:
            days = [date(day.year, 1, 1) + timedelta(days=n) for n in range(365)]
            mean = sum(map(self._weight, days)) / len(days)
            self._year, self._a_day = day.year, self._profile.rates.a_year / 365 / mean
        return self._a_day * self._weight(day) * self._part.share

    def _weight(self, day: date) -> float:
        rates = self._profile.rates
        holiday = self._calendar.day_kind(day) == "holiday"
        weekday = _SUNDAY if holiday else day.weekday()
        return rates.weekdays[weekday] * rates.months[day.month - 1]


class _Urn(Generic[Item]):
    """Things drawn by their weights."""

    def __init__(self, items: Sequence[Item], weights: Sequence[float]) -> None:
        self._items = items
        self._up_to = list(accumulate(weights))

    def draw(self, chance: Random) -> Item:
        return self._items[bisect(self._up_to, chance.random() * self._up_to[-1])]


def _pick(items: Sequence[str], chance: Random) -> str:
    return items[int(chance.random() * len(items))]


def _poisson(mean: float, chance: Random) -> int:
    """How many of something that happens `mean` times on average."""
    if mean > _MANY:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    number, left, least = 0, chance.random(), math.exp(-mean)
    while left > least:
        left *= chance.random()
        number += 1
    return number
