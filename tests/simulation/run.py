"""Plays seeds, with or without a planted fault."""

from __future__ import annotations

from typing import NamedTuple

from tests.simulation.county import County
from tests.simulation.watch import Broken
from tests.simulation.world import World

__all__ = ["Played", "play"]


class Played(NamedTuple):
    """How a seed went; ``broken`` is empty where everything held."""

    seed: int
    broken: str
    seen: str
    events: int
    deaths: int
    calls: int
    trace: tuple[str, ...]


def play(county: County, seed: int) -> Played:
    """One seed, from the first registration until nothing is due."""
    world = World(county, seed)
    broken = seen = ""
    try:
        world.run()
    except Broken as error:
        broken, seen = error.invariant, str(error)
    except Exception as error:  # noqa: BLE001 - what the engine lets out is a finding as well
        broken, seen = "nothing is raised", repr(error)
    watch = world.watch
    return Played(
        seed, broken, seen, watch.events, world.deaths, watch.made.total(), tuple(world.trace)
    )
