"""Issues as they come in: how many, when, from whom, and always the same ones."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from referral_engine.model.issue import Issue
from referral_engine.planning.arrivals import Arrivals, _poisson
from referral_engine.planning.play import Stage
from referral_engine.planning.profile import Burst, Delay
from referral_engine.planning.townships import Part, parts_of
from tests.unit.planning.conftest import MONDAY, Staged

ZONE = ZoneInfo("Asia/Shanghai")


def arriving(
    stage: Stage, part: Part, first: date = MONDAY, days: int = 7, seed: int = 1
) -> list[Issue]:
    arrivals = Arrivals(stage.profile, part, seed, stage.workspace.calendar)
    return list(arrivals.between(first, first + timedelta(days=days - 1)))


def whole(stage: Stage, first: date, days: int) -> list[Issue]:
    parts = parts_of(stage.workspace.org, stage.profile.townships)
    return [issue for part in parts for issue in arriving(stage, part, first, days)]


def test_a_year_has_as_many_as_the_profile_says(shipped: Stage) -> None:
    """Within five standard deviations of a Poisson number."""
    came = len(whole(shipped, date(2026, 1, 1), 365))
    assert abs(came - 7_300) < 5 * math.sqrt(7_300)


def test_the_same_seed_gives_the_same_and_another_gives_others(
    shipped: Stage, parts: tuple[Part, ...]
) -> None:
    first = arriving(shipped, parts[0])
    assert first == arriving(shipped, parts[0])
    assert first != arriving(shipped, parts[0], seed=2)
    assert {i.id for i in first}.isdisjoint(i.id for i in arriving(shipped, parts[1]))


def test_who_acts_how_fast_changes_nothing_in_what_is_asked(
    shipped: Stage, staged: Staged, parts: tuple[Part, ...]
) -> None:
    slow = staged(usually={"silent": 90.0, "declines": 50.0})
    assert arriving(slow, parts[0]) == arriving(shipped, parts[0])


def test_they_come_in_order_on_the_days_asked_for_at_places_of_the_township(
    shipped: Stage, parts: tuple[Part, ...]
) -> None:
    came = arriving(shipped, parts[0], days=3)
    moments = [issue.received_at for issue in came]
    assert moments == sorted(moments)
    assert {moment.astimezone(ZONE).date() for moment in moments} <= {
        MONDAY + timedelta(days=n) for n in range(3)
    }
    org = shipped.workspace.org
    assert {org.at_level(issue.territory, "township") for issue in came} == {parts[0].township}


def test_hours_and_weekdays_without_weight_are_empty_and_a_holiday_is_a_sunday(
    staged: Staged, parts: tuple[Part, ...], shipped: Stage
) -> None:
    rates = replace(
        shipped.profile.rates, a_year=60_000, hours=(0.0,) * 9 + (1.0,) + (0.0,) * 14,
        weekdays=(1.0,) * 6 + (0.0,),
    )  # fmt: skip
    stage = staged(rates=rates)
    came = arriving(stage, parts[0], date(2026, 9, 28), 14)
    days = Counter(issue.received_at.astimezone(ZONE).date() for issue in came)
    assert {issue.received_at.astimezone(ZONE).hour for issue in came} == {9}
    assert days[date(2026, 9, 28)] > 0
    assert days[date(2026, 10, 1)] == 0  # National Day, a Thursday
    assert days[date(2026, 10, 11)] == 0  # a Sunday like any other


def test_a_burst_lies_in_its_hours_and_its_township(
    staged: Staged, parts: tuple[Part, ...], shipped: Stage
) -> None:
    at = datetime(2026, 3, 3, 19, 30, tzinfo=ZONE)
    burst = Burst(at, timedelta(hours=5), 300, "S03", parts[0].township)
    stage = staged(bursts=(burst,), rates=replace(shipped.profile.rates, a_year=1))
    came = arriving(stage, parts[0])
    assert abs(len(came) - 300) < 5 * math.sqrt(300)
    assert all(at <= issue.received_at < at + timedelta(hours=5) for issue in came)
    assert {issue.category for issue in came} == {"S03"}
    assert not arriving(stage, parts[1])


def test_some_give_no_name_and_some_come_as_a_group(
    staged: Staged, shipped: Stage, parts: tuple[Part, ...]
) -> None:
    people = replace(shipped.profile.people, anonymous=100.0, group=100.0, group_size=(7, 9))
    came = arriving(staged(people=people), parts[0])
    assert all(issue.reporter.anonymous and not issue.reporter.key for issue in came)
    assert {issue.people for issue in came} <= {7, 8, 9}
    few = replace(shipped.profile.people, anonymous=0.0, reporters=1)
    assert len({i.reporter.key for i in arriving(staged(people=few), parts[0])}) == 1


@pytest.mark.parametrize("mean", [0.4, 7.0, 90.0])
def test_a_number_drawn_has_its_mean_and_spread(mean: float) -> None:
    chance = Random(1)
    drawn = [_poisson(mean, chance) for _n in range(4000)]
    average = sum(drawn) / len(drawn)
    assert abs(average - mean) < 5 * math.sqrt(mean / len(drawn))
    spread = sum((number - average) ** 2 for number in drawn) / len(drawn)
    assert spread == pytest.approx(mean, rel=0.15)


@settings(max_examples=20)
@given(half=st.floats(1, 600), times=st.floats(1, 20))
def test_half_are_done_by_the_half_and_nine_in_ten_by_the_nine(half: float, times: float) -> None:
    delay, chance = Delay(half, half * times), Random(1)
    drawn = sorted(delay.draw(chance) for _n in range(1000))
    minutes = [micros / 60_000_000 for micros in drawn]
    assert sum(m <= delay.half * 1.0001 for m in minutes) >= 440
    assert sum(m <= delay.nine * 1.0001 for m in minutes) >= 860
