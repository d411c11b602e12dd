"""A profile: how many issues of what kind come in when, and how fast a county's people act."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from random import Random

import msgspec

from referral_engine.model.hours import WorkHours
from referral_engine.trial.called import Solved, solved

__all__ = ["Burst", "Centre", "Delay", "Kind", "Manners", "People", "Profile", "Rates"]

_TENTH = 1.2815515655446004
"""How many standard deviations above the median nine tenths of a normal distribution end."""


class Delay(msgspec.Struct, frozen=True):
    """How long people take, in minutes: half of them at most ``half``, nine in ten ``nine``.

    Between and beyond the two it is lognormal: most are quick, a few take very long.
    """

    half: float
    nine: float

    def draw(self, chance: Random) -> int:
        """One length of time, in whole microseconds."""
        spread = math.log(self.nine / self.half) / _TENTH
        return round(self.half * math.exp(spread * chance.gauss(0.0, 1.0)) * 60_000_000)


class Rates(msgspec.Struct, frozen=True):
    """How many issues come in: ``a_year`` on average, laid over the hours by these weights.

    ``hours``     24, from the hour that begins at midnight
    ``weekdays``  7, Monday first; a public holiday counts as a Sunday
    ``months``    12, January first
    """

    a_year: float
    hours: tuple[float, ...]
    weekdays: tuple[float, ...]
    months: tuple[float, ...]


class Kind(msgspec.Struct, frozen=True):
    """Issues of one category, ``weight`` of them beside those of the others."""

    category: str
    weight: float
    texts: tuple[str, ...]
    severity: int = 4


class People(msgspec.Struct, frozen=True):
    """Who reports: so many ``reporters`` in the county, percentages of issues that come without a
    name and that stand for a ``group`` of ``group_size`` people, from and to."""

    reporters: int
    anonymous: float = 0.0
    group: float = 0.0
    group_size: tuple[int, int] = (5, 30)


class Burst(msgspec.Struct, frozen=True):
    """So many more ``issues`` of one category from a local moment on, evenly over ``lasts``; in
    one township, or in all."""

    at: datetime
    lasts: timedelta
    issues: int
    category: str
    township: str = ""


class Manners(msgspec.Struct, frozen=True):
    """How a unit acts. The delays by act (claim, contact, arrive, initial, report) run in its own
    working time or, where ``presence`` is given, in those hours; in an emergency around the clock.

    Percentages: ``silent`` of the referrals it does not touch by itself, and as many again of
    those claimed that it does not report on; ``wakes`` at each reminder, order or step-up;
    ``declines`` of the referrals as lead.
    """

    delays: dict[str, Delay]
    emergency: dict[str, Delay]
    silent: float = 0.0
    wakes: float = 100.0
    declines: float = 0.0
    presence: WorkHours | None = None


class Centre(msgspec.Struct, frozen=True):
    """The centre's own work, in its working time: ``delays`` by accept, designate, sign, confer,
    review, call_back and close.

    Percentages: ``passes`` of the reports reviewed, ``reached`` at a call; of those reached for
    whom it is solved (``yes``) or ``partly``, for the rest it is not.
    """

    delays: dict[str, Delay]
    passes: float
    reached: float
    yes: float
    partly: float

    def resolved_by(self, chance: float) -> Solved:
        """What somebody reached says, for a chance from 0 to 100."""
        return solved(chance, self.yes, self.partly)


class Profile(msgspec.Struct, frozen=True):
    """A county's year. ``start`` is the first local day where nothing else is asked for;
    ``townships`` weighs them, those not named weigh 1; ``units`` act other than ``usual``."""

    name: str
    start: date
    rates: Rates
    kinds: tuple[Kind, ...]
    channels: dict[str, float]
    people: People
    usual: Manners
    centre: Centre
    townships: dict[str, float] = {}
    bursts: tuple[Burst, ...] = ()
    units: dict[str, Manners] = {}

    def manners(self, unit: str, department: str) -> Manners:
        """How the unit acts: by its own name, else by its department's, else as usual."""
        return self.units.get(unit) or self.units.get(department) or self.usual
