"""What the benchmarks share that hold the engine against bare SQLAlchemy Core, on both stores."""

from __future__ import annotations

import argparse
import logging
import statistics
from collections.abc import Iterable

from benchmarks.cost.clock import Seconds
from benchmarks.page import Line
from referral_engine import collector

__all__ = ["begin", "held"]

_STORES = ("sqlite", "postgresql")


def begin(about: str, cases: int) -> argparse.Namespace:
    """What was asked for: `cases` (so many by default), `rounds`, `stores`, whether to `write`."""
    asked = argparse.ArgumentParser(description=about.splitlines()[0])
    asked.add_argument("cases", nargs="?", type=int, default=cases)
    asked.add_argument("--rounds", type=int, default=1)
    asked.add_argument("--store", choices=_STORES, action="append", dest="stores")
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    given.stores = given.stores or _STORES
    logging.disable(logging.WARNING)
    collector.look_seldom()  # as `referral` does, on both sides
    return given


def held(what: str, target: float, taken: Iterable[tuple[Seconds, Seconds]]) -> Line:
    """Rounds as (ours, bare): how much of the bare side's speed is left, in the median."""
    rounds = list(taken)
    wall = statistics.median(bare.wall / ours.wall for ours, bare in rounds)
    work = statistics.median(bare.processor / ours.processor for ours, bare in rounds)
    return Line(what, wall, target, f"processor time {work:.2f}")
