"""`python -m tests.simulation`: plays seeds, replays one, or shows which seed finds which fault."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial

from tests.simulation.county import opened
from tests.simulation.mutations import MUTATIONS, Mutation
from tests.simulation.run import Played, play

_CHUNK = 50


def main() -> int:
    """1 where an invariant did not hold, or a planted fault was not found."""
    asked = _arguments()
    logging.disable(logging.CRITICAL)  # faults by chance are failures by the thousand
    if asked.table:
        return _table(asked.seeds, asked.start)
    if asked.seed is not None:
        return _replay(asked.seed, asked.mutation)
    return _seeds(asked.start, asked.seeds, asked.mutation, asked.processes)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many")
    parser.add_argument("--start", type=int, default=0, help="the first")
    parser.add_argument("--seed", type=int, help="this one alone, step by step")
    parser.add_argument("--mutation", default="", help="with this fault planted")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--table", action="store_true", help="every fault: which seed finds it")
    return parser.parse_args()


def _mutation(name: str) -> Mutation | None:
    return next((each for each in MUTATIONS if each.name == name), None) if name else None


def _played(seeds: list[int], mutation: str = "") -> list[Played]:
    planted = _mutation(mutation)
    with opened() as county, planted.planted() if planted else nullcontext():
        return [play(county, seed)._replace(trace=()) for seed in seeds]


def _seeds(start: int, count: int, mutation: str, processes: int) -> int:
    chunks = [
        list(range(at, min(at + _CHUNK, start + count)))
        for at in range(start, start + count, _CHUNK)
    ]
    logging.disable(logging.CRITICAL)
    events = deaths = calls = failed = done = 0
    with ProcessPoolExecutor(processes, initializer=logging.disable, initargs=(50,)) as pool:
        for some in pool.map(partial(_played, mutation=mutation), chunks):
            for each in some:
                done += 1
                events, deaths, calls = (
                    events + each.events,
                    deaths + each.deaths,
                    calls + each.calls,
                )
                if each.broken:
                    failed += 1
                    print(f"seed {each.seed}: {each.seen}", flush=True)
    print(
        f"{done} seeds, {deaths} processes killed, {events} events, {calls} calls:"
        f" {failed} seeds broke an invariant"
    )
    return 1 if failed else 0


def _replay(seed: int, mutation: str) -> int:
    planted = _mutation(mutation)
    with opened() as county, planted.planted() if planted else nullcontext():
        played = play(county, seed)
    print("\n".join(played.trace))
    print(played.seen or f"seed {seed}: everything held")
    return 1 if played.broken else 0


def _table(most: int, start: int) -> int:
    print("| fault planted | what is wrong with it | invariant that finds it | first seed |")
    print("|---|---|---|---|")
    missed = 0
    for mutation in MUTATIONS:
        found = next(_findings(mutation, start, most), None)
        missed += found is None
        told = f"{found.broken} | {found.seed}" if found else f"**not found** in {most} | –"
        print(f"| {mutation.name} | {mutation.breaks} | {told} |", flush=True)
    return 1 if missed else 0


def _findings(mutation: Mutation, start: int, most: int) -> Iterator[Played]:
    with opened() as county, mutation.planted():
        for seed in range(start, start + most):
            played = play(county, seed)
            if played.broken:
                yield played


if __name__ == "__main__":
    sys.exit(main())
