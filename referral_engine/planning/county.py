"""The whole county: its parts, one after the other or over several processes, added up."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from referral_engine.planning.count import Count
from referral_engine.planning.play import Play, Stage
from referral_engine.planning.townships import Part, parts_of
from referral_engine.workspace import Workspace

__all__ = ["Order", "play_county"]

Told = Callable[[int], None]


class Order(msgspec.Struct, frozen=True):
    """What is to be played: the workspace's ``config``, a ``profile``, a ``seed`` and the local
    days ``first`` to ``last``, both included."""

    config: Path
    profile: Path
    seed: int
    first: date
    last: date


def play_county(stage: Stage, order: Order, processes: int, told: Told) -> Count:
    """What the days come to; the same for any number of `processes`, as every part draws by its
    own seed. `told` hears of every part that is done, in thousandths of the county."""
    parts = parts_of(stage.workspace.org, stage.profile.townships)
    # The large ones first, so that no process is left alone with one at the end.
    parts = tuple(sorted(parts, key=lambda part: -part.share))
    whole, done = Count(), 0.0
    for part, count in _played(stage, order, parts, min(processes, len(parts))):
        whole.merge(count)
        told(round((done + part.share) * 1000) - round(done * 1000))
        done += part.share
    return whole


def _played(
    stage: Stage, order: Order, parts: tuple[Part, ...], processes: int
) -> Iterator[tuple[Part, Count]]:
    if processes <= 1:
        for part in parts:
            yield part, Play(stage, part, order.seed).run(order.first, order.last)
        return
    # Fresh processes: what the rules' C library holds is not for two.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, fresh) as pool:
        waiting = {pool.submit(_play, order, part): part for part in parts}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@cache
def _stage(order: Order) -> Stage:
    """What this process plays on; opened with the first part it is given."""
    return Stage.of(Workspace.open(order.config), order.profile)


def _play(order: Order, part: Part) -> Count:
    return Play(_stage(order), part, order.seed).run(order.first, order.last)
