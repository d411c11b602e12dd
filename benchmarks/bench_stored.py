"""What the life of a case costs while more and more cases are stored: a ratio to the smallest
store.

Stores of a county are filled in bulk with open cases, 400 for each day, further and
further back. Then cases live in them, 64 together, from registration to closing: near-duplicates
and history are looked for among those stored. Stores take turns, each round in another order; every
file is read once before, so that the system has it in memory, as far as it fits.

Run: python benchmarks/bench_stored.py [STORED ...] [--rounds N] [--folder DIR]
     [--store sqlite|postgresql] [--write]
The full run: 10000 1000000 --rounds 20 --write (some 6 kB of disk a case, gone afterwards)
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bulk import size_of, urls, warm  # noqa: E402
from clones import Model  # noqa: E402

from benchmarks.cost.clock import Seconds  # noqa: E402
from benchmarks.cost.county import make, reported  # noqa: E402
from benchmarks.cost.life import AT_ONCE, live  # noqa: E402
from benchmarks.cost.stored import fill, model  # noqa: E402
from benchmarks.page import Line, command, put_section, say  # noqa: E402
from referral_engine import collector  # noqa: E402
from referral_engine.clock import SystemClock  # noqa: E402
from referral_engine.desk import Desk  # noqa: E402
from referral_engine.desk.publishing import publish_first  # noqa: E402
from referral_engine.model.issue import Issue  # noqa: E402
from referral_engine.store import Store  # noqa: E402
from referral_engine.workspace import Workspace  # noqa: E402

STORES = ("sqlite", "postgresql")
TARGET = 1.5
WARM = 2
"""Rounds that do not count."""
ABOUT = """## The life of a case against stored history

`{command}`: the life of a case in stores that hold open cases already, 400 for each day back;
against the smallest of them, {smallest:,}. Medians of {rounds} rounds of 64 cases, the page cache
warm."""


class Filled(NamedTuple):
    """A store of so many cases, and those that are to live in it."""

    cases: int
    desk: Desk
    issues: Iterator[Issue]


@contextmanager
def filled(
    url: str, source: Model, workspace: Workspace, cases: int, rounds: int
) -> Iterator[Filled]:
    now = datetime.now(UTC)
    fill(url, source, workspace, cases, now)
    with Store.open(url) as store:
        desk = Desk(store, workspace, SystemClock())
        publish_first(desk, "bench")
        print(f"{cases:>9} cases: {size_of(store):6.0f} MB", flush=True)
        yield Filled(cases, desk, reported(workspace, (rounds + WARM) * AT_ONCE, 9, now))


def one_round(store: Filled) -> Seconds:
    seconds = Seconds()
    if live(store.desk, islice(store.issues, AT_ONCE), seconds) != AT_ONCE:
        raise SystemExit("not all cases lived: nothing was measured")
    return seconds


def measure(stores: Sequence[Filled], rounds: int) -> list[list[Seconds]]:
    """By store; in every round each has one, in another order."""
    for store in stores:
        warm(store.desk.store)
        for _round in range(WARM):
            one_round(store)
    taken: list[list[Seconds]] = [[] for _store in stores]
    turns = random.Random(20261128)
    for _round in range(rounds):
        for which in turns.sample(range(len(stores)), len(stores)):
            taken[which].append(one_round(stores[which]))
    return taken


def compare(kind: str, sizes: Sequence[int], rounds: int, folder: Path | None) -> list[Line]:
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))
        workspace = Workspace.open(make(place / "county"))
        url = stack.enter_context(urls(place, postgresql=kind == "postgresql"))
        source = model(place, workspace, datetime.now(UTC))
        stores = [
            stack.enter_context(filled(url(f"c{cases}"), source, workspace, cases, rounds))
            for cases in sizes
        ]
        taken = measure(stores, rounds)
    lines = []
    for cases, each in zip(sizes[1:], taken[1:], strict=True):
        pairs = list(zip(each, taken[0], strict=True))
        wall = statistics.median(a.wall / b.wall for a, b in pairs)
        work = statistics.median(a.processor / b.processor for a, b in pairs)
        what = f"with {cases:,} stored : with {sizes[0]:,}, {kind}"
        lines.append(Line(what, wall, TARGET, f"processor time {work:.2f}", at_most=True))
    return lines


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("stored", nargs="*", type=int, default=[2_000, 20_000])
    asked.add_argument("--rounds", type=int, default=4)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--store", choices=STORES, action="append")
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    logging.disable(logging.WARNING)
    collector.look_seldom()  # as `referral` does, on both sides
    lines: list[Line] = []
    for kind in given.store or STORES:
        found = compare(kind, given.stored, given.rounds, given.folder)
        for line in found:
            say(line)
        lines += found
    if given.write:
        about = ABOUT.format(command=command(), smallest=given.stored[0], rounds=given.rounds)
        put_section("stored", about, "Life of a case by stored history", lines)


if __name__ == "__main__":
    main()
