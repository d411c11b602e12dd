"""What a wake-up costs while more and more cases are stored: a ratio to the smallest store.

Each store is filled in bulk with so many copies of one open case: its file with snapshot and four
running deadlines, its last event, referral, data key and wake-up, all indexes. Then cases spread at
random over the whole store become due, 50 at a time as the runner claims them, and are looked at by
the runner itself: look, claim, read, decide, write, fsync. Stores take turns within each round, so
that whatever else the machine does hits all of them alike. Every file is read once before, so that
the system has it in memory, as far as it fits.

Run: python benchmarks/bench_wakeup.py [CASES ...] [--rounds N] [--folder DIR] [--postgresql]
The full run: 10000 1000000 5000000 (some 3 kB of disk a case, gone afterwards).
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bulk import size_of, urls, warm  # noqa: E402
from clones import Model, fill, model  # noqa: E402
from sqlalchemy import update  # noqa: E402

from referral_engine.clock import VirtualClock  # noqa: E402
from referral_engine.desk import Desk  # noqa: E402
from referral_engine.desk.publishing import publish_first  # noqa: E402
from referral_engine.model.plugin_settings import PluginSettings  # noqa: E402
from referral_engine.notices import LogOutlet  # noqa: E402
from referral_engine.plugins.departments import Departments  # noqa: E402
from referral_engine.plugins.in_thread import InThread  # noqa: E402
from referral_engine.runner.base import BATCH, Runner  # noqa: E402
from referral_engine.store import Store  # noqa: E402
from referral_engine.store.moment import micros  # noqa: E402
from referral_engine.store.tables import wakeup  # noqa: E402
from tests.unit.desk.county import START, make  # noqa: E402

DUE = START + timedelta(hours=1, minutes=37)
"""Just after the first reminder of every copy."""
SEED = 20261128
WARM = 5


class Filled(NamedTuple):
    """A store of so many cases, the runner on it, and the cases to be woken, in batches."""

    cases: int
    runner: Runner
    batches: list[list[str]]


def wake(filled: Filled, codes: list[str]) -> float:
    """Seconds that the runner takes for these cases, which become due just before."""
    store, now = filled.runner.desk.store, filled.runner.clock.now()
    become_due = update(wakeup).where(wakeup.c.case_code.in_(codes))
    store.transact(lambda tx: tx.connection.execute(become_due.values(due_at=micros(DUE))))
    began = time.perf_counter()
    seen = filled.runner.upcoming()
    filled.runner.cases()
    took = time.perf_counter() - began
    assert seen["wakeup"] <= now < filled.runner.upcoming()["wakeup"], "not all were looked at"
    return took


@contextmanager
def opened(url: str, cases: int, rounds: int, source: Model, folder: Path) -> Iterator[Filled]:
    workspace, clock = make(folder), VirtualClock(DUE)
    nobody = Departments(InThread({}), {}, (), (), PluginSettings())
    began = time.perf_counter()
    fill(url, source, cases)
    with Store.open(url) as store:
        desk = Desk(store, workspace, clock)
        publish_first(desk, "bench")
        print(f"{cases:>9} cases: {size_of(store):6.0f} MB, {time.perf_counter() - began:.0f} s")
        count = min(cases // BATCH, rounds + WARM)
        chosen = random.Random(SEED).sample(range(cases), count * BATCH)
        codes = [source.code_of(number) for number in chosen]
        batches = [codes[i : i + BATCH] for i in range(0, len(codes), BATCH)]
        yield Filled(cases, Runner(desk, nobody, LogOutlet(), clock), batches)


def measure(stores: list[Filled], rounds: int) -> list[list[float]]:
    """Seconds for each batch, by store; in every round each store has one, in another order."""
    for filled in stores:
        warm(filled.runner.desk.store)
        for codes in filled.batches[:WARM]:
            wake(filled, codes)
    took: list[list[float]] = [[] for _store in stores]
    turns = random.Random(SEED)
    for number in range(WARM, WARM + rounds):
        for which in turns.sample(range(len(stores)), len(stores)):
            took[which].append(wake(stores[which], stores[which].batches[number]))
    return took


def report(stores: list[Filled], took: list[list[float]]) -> None:
    first = took[0]
    for filled, each in zip(stores, took, strict=True):
        paired = statistics.median(a / b for a, b in zip(each, first, strict=True))
        tail = quantile(each) / quantile(first)
        middle = statistics.median(each) / statistics.median(first)
        print(
            f"{filled.cases:>9} cases: a wake-up costs {middle:.2f} times that of the smallest"
            f" store (round by round {paired:.2f}, p95 {tail:.2f})"
        )


def quantile(each: list[float]) -> float:
    return statistics.quantiles(each, n=20)[-1]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("cases", nargs="*", type=int, default=[10_000, 100_000])
    asked.add_argument("--rounds", type=int, default=40)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    kind = "postgresql" if given.postgresql else "sqlite"
    logging.disable(logging.WARNING)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        source = model(folder / "county")
        url = stack.enter_context(urls(folder, postgresql=given.postgresql))
        stores = [
            stack.enter_context(
                opened(url(f"c{cases}"), cases, given.rounds, source, folder / "county")
            )
            for cases in given.cases
        ]
        print(f"{kind}, {given.rounds} batches of {BATCH} wake-ups each")
        report(stores, measure(stores, given.rounds))


if __name__ == "__main__":
    main()
