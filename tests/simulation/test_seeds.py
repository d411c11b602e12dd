"""Seeds played in the suite: a few always, a thousand in CI; more by `make simulate SEEDS=N`."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.simulation.county import County, opened
from tests.simulation.run import play

FEW = 20
CHUNKS, CHUNK = 20, 50


@pytest.fixture(scope="module")
def county() -> Iterator[County]:
    logging.disable(logging.CRITICAL)
    with opened() as county:
        yield county
    logging.disable(logging.NOTSET)


def test_what_must_hold_holds_whatever_dies_and_whenever(county: County) -> None:
    played = [play(county, seed) for seed in range(FEW)]
    assert [each.seen for each in played if each.broken] == []
    assert sum(each.deaths for each in played) > FEW, "something must have gone wrong"
    assert sum(each.calls for each in played) > FEW


@pytest.mark.chaos
@pytest.mark.parametrize("first", range(FEW, FEW + CHUNKS * CHUNK, CHUNK))
def test_a_thousand_seeds(county: County, first: int) -> None:
    played = [play(county, seed) for seed in range(first, first + CHUNK)]
    assert [each.seen for each in played if each.broken] == []


def test_a_seed_is_played_the_same_again(county: County) -> None:
    one, other = (play(county, 7) for _time in range(2))
    assert one == other
