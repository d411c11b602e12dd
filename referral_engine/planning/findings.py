"""What a plan found, as it is told: rates with what they are rates of, units by name, days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from referral_engine.planning.count import ClockCount, Count, UnitCount
from referral_engine.planning.county import Order
from referral_engine.planning.profile import Profile

__all__ = ["Backlog", "Clock", "Findings", "Load", "Satisfaction", "findings"]

_SATISFIED = 3
"""The least score that counts as satisfied: 满意 and 基本满意."""
_REACHED = ("resolved", "partly", "unresolved")


class Clock(msgspec.Struct, frozen=True):
    """Clocks of one name; ``late_percent`` of those begun ran out first, None where none began."""

    name: str
    started: int
    met: int
    late: int
    late_percent: float | None


class Load(msgspec.Struct, frozen=True):
    """One unit's work: referrals ``a_day`` on average and on the ``busiest`` day; ``late`` are its
    clocks that ran out, by name."""

    unit: str
    name: str
    offered: int
    claimed: int
    declined: int
    reported: int
    late: dict[str, int]
    a_day: float
    busiest: date
    busiest_offered: int


class Backlog(msgspec.Struct, frozen=True):
    """One local day: cases that came, that ended, and that were open at its end."""

    day: date
    came: int
    ended: int
    open: int


class Satisfaction(msgspec.Struct, frozen=True):
    """``reached`` are call-backs in which somebody answered, the denominator of both rates;
    satisfied is a score of 3 or more. A rate of nothing is None."""

    calls: dict[str, int]
    scores: dict[str, int]
    reached: int
    resolved_percent: float | None
    satisfied_percent: float | None


class Findings(msgspec.Struct, frozen=True):
    """The plan of one profile, ``first`` to ``last`` both included; percentages to two places.

    Of the ``issues`` some have ``ended``, by state, and the rest is ``open``, by state;
    ``answered`` counts both. ``unanswered`` of the ended and ``ownerless`` events are 0 whatever
    the rules say. ``escalations`` counts what was done, ``refused`` acts tried in vain, by code.
    """

    profile: str
    seed: int
    first: date
    last: date
    issues: int
    events: int
    ended: dict[str, int]
    open: dict[str, int]
    answered: int
    unanswered: int
    ownerless: int
    clocks: tuple[Clock, ...]
    departments: tuple[Load, ...]
    escalations: dict[str, int]
    backlog: tuple[Backlog, ...]
    satisfaction: Satisfaction
    refused: dict[str, int]


def findings(count: Count, order: Order, profile: Profile, names: Mapping[str, str]) -> Findings:
    """The count in order: clocks and departments by what they had, the most first."""
    days = (order.last - order.first).days + 1
    units = sorted(count.units.items(), key=lambda each: (-each[1].offered, each[0]))
    clocks = sorted(count.clocks.items(), key=lambda each: (-each[1].started, each[0]))
    return Findings(
        profile=profile.name,
        seed=order.seed,
        first=order.first,
        last=order.last,
        issues=count.issues,
        events=count.events,
        ended=_ranked(count.ended),
        open=_ranked(count.open),
        answered=count.answered,
        unanswered=count.unanswered,
        ownerless=count.ownerless,
        clocks=tuple(_clock(name, each) for name, each in clocks),
        departments=tuple(_load(id, names.get(id, id), each, days) for id, each in units),
        escalations=_ranked(count.rungs),
        backlog=_backlog(count, order.first, order.last),
        satisfaction=_satisfaction(count),
        refused=_ranked(count.refused),
    )


def _clock(name: str, count: ClockCount) -> Clock:
    share = percent(count.late, count.started)
    return Clock(name, count.started, count.met, count.late, share)


def _load(id: str, name: str, count: UnitCount, days: int) -> Load:
    busiest = min(count.days, key=lambda day: (-count.days[day], day), default=date.min)
    return Load(
        unit=id, name=name, offered=count.offered, claimed=count.claimed,
        declined=count.declined, reported=count.reported, late=_ranked(count.late),
        a_day=round(count.offered / days, 2), busiest=busiest,
        busiest_offered=count.days.get(busiest, 0),
    )  # fmt: skip


def _backlog(count: Count, first: date, last: date) -> tuple[Backlog, ...]:
    found, waiting, day = [], 0, first
    while day <= last:
        here = count.days.get(day)
        came, ended = (here.came, here.ended) if here else (0, 0)
        waiting += came - ended
        found.append(Backlog(day, came, ended, waiting))
        day += timedelta(days=1)
    return tuple(found)


def _satisfaction(count: Count) -> Satisfaction:
    reached = sum(count.calls.get(result, 0) for result in _REACHED)
    satisfied = sum(n for score, n in count.scores.items() if score >= _SATISFIED)
    return Satisfaction(
        calls=_ranked(count.calls),
        scores={str(score): count.scores[score] for score in sorted(count.scores)},
        reached=reached,
        resolved_percent=percent(count.calls.get("resolved", 0), reached),
        satisfied_percent=percent(satisfied, reached),
    )


def percent(part: int, whole: int) -> float | None:
    """Of a hundred, to two places; None of nothing."""
    return round(part * 100 / whole, 2) if whole else None


def _ranked(table: Mapping[str, int]) -> dict[str, int]:
    """The most first, equal ones by name."""
    return dict(sorted(table.items(), key=lambda each: (-each[1], each[0])))
