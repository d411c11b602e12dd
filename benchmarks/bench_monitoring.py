"""What a scrape and a round of the auditor cost as history grows: the work in hand stays the same.

    python benchmarks/bench_monitoring.py 2000 20000

For so many closed cases each, beside 200 open ones, the median of some scrapes and rounds.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from prometheus_client import generate_latest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from referral_engine.clock import VirtualClock
from referral_engine.desk import Desk
from referral_engine.runner.auditor import Auditor
from referral_engine.store import Store
from referral_engine.web.metrics import registry
from referral_engine.workspace import Workspace
from tests.unit.store.story import START, Story

OPEN, TIMES, AT_ONCE = 200, 15, 500


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or [2_000, 20_000]
    workspace = Workspace.open(Path(__file__).parents[1] / "config.yaml")
    print(f"{'closed cases':>12} {'scrape ms':>10} {'round ms':>10}")
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/b.db") as store:
        desk = Desk(store, workspace, VirtualClock(START))
        tell(store, "B", OPEN, closed=False)
        auditor, told = Auditor(store), 0
        for size in sizes:
            tell(store, f"A{size}", size - told, closed=True)
            told = size
            collected = registry(desk)  # begins here: what was just told is nobody's news
            scrape = median(partial(generate_latest, collected))
            look = median(partial(auditor.look, START))
            print(f"{size:>12} {scrape:>10.1f} {look:>10.1f}")


def tell(store: Store, name: str, count: int, *, closed: bool) -> None:
    """So many cases of a handful of events."""
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        for future in [write(store, f"{name}-{number:07}", closed=closed) for number in numbers]:
            future.result()


def write(store: Store, code: str, *, closed: bool):  # type: ignore[no-untyped-def]
    story = Story(code).register().offer()
    if closed:
        story.later().claim().close()
    resolution, before = story.take()
    return store.write(lambda tx: tx.commit_resolution(resolution, expected_version=before))


def median(what: Callable[[], object]) -> float:
    """Milliseconds."""
    taken = []
    for _time in range(TIMES):
        began = time.perf_counter()
        what()
        taken.append(time.perf_counter() - began)
    return 1_000 * statistics.median(taken)


if __name__ == "__main__":
    main()
