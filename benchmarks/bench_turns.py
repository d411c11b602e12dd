"""What claiming a plugin call costs while queues grow: a ratio to queues of ten.

So many departments each have so many calls due; a claim takes one call of the department whose
turn it is, as the runner does, and gives it back uncounted. Stores take turns. Every department
must have been served before any is served again.

Run: python benchmarks/bench_turns.py [PENDING ...] [--departments N] [--rounds N] [--postgresql]
The full run: 10 1000 10000 --departments 200
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import msgspec  # noqa: E402
from bulk import put, urls  # noqa: E402

from referral_engine.model.outcome import Call  # noqa: E402
from referral_engine.store import Store, Tx  # noqa: E402
from referral_engine.store.moment import micros  # noqa: E402
from referral_engine.store.tables import plugin_call  # noqa: E402
from tests.unit.desk.county import START  # noqa: E402

LEASE = timedelta(minutes=10)
COLUMNS = ("effect_key", "case_code", "lane", "payload", "due_at", "referral_id", "verb")


def rows(departments: int, pending: int) -> Iterator[tuple[object, ...]]:
    for number in range(pending):
        for which in range(departments):
            unit, case = f"unit_{which:03}", f"C-{which}-{number}"
            key = f"{case}-1/offered/1"
            call = msgspec.msgpack.encode(Call(key, case, unit, f"{case}-1", "offered"))
            yield key, case, unit, call, micros(START) + number, f"{case}-1", "offered"


@contextmanager
def filled(url: str, departments: int, pending: int) -> Iterator[Store]:
    Store.open(url).close()
    put(url, {plugin_call: (COLUMNS, rows(departments, pending))})
    with Store.open(url) as store:
        yield store


def turn(store: Store, last: str) -> tuple[float, str]:
    """Seconds of one claim, and whose turn it was."""
    now = START + timedelta(hours=1)
    began = time.perf_counter()
    (claimed,) = store.transact(lambda tx: tx.claim_calls(now, 1, LEASE, 1, after=last))
    took = time.perf_counter() - began

    def give_back(tx: Tx) -> None:
        tx.failed_call(claimed, "", "", now, now, forgiven=True)

    store.transact(give_back)
    return took, claimed.work.unit


def measure(stores: list[Store], rounds: int) -> tuple[list[list[float]], list[list[str]]]:
    took: list[list[float]] = [[] for _store in stores]
    served: list[list[str]] = [[""] for _store in stores]
    order = random.Random(7)
    for _round in range(rounds):
        for which in order.sample(range(len(stores)), len(stores)):
            seconds, unit = turn(stores[which], served[which][-1])
            took[which].append(seconds)
            served[which].append(unit)
    return took, served


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("pending", nargs="*", type=int, default=[10, 300])
    asked.add_argument("--departments", type=int, default=200)
    asked.add_argument("--rounds", type=int, default=400)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        url = stack.enter_context(urls(folder, postgresql=given.postgresql))
        stores = [
            stack.enter_context(filled(url(f"s{n}"), given.departments, pending))
            for n, pending in enumerate(given.pending)
        ]
        took, served = measure(stores, given.rounds)
    for pending, each, units in zip(given.pending, took, served, strict=True):
        ratio = statistics.median(each) / statistics.median(took[0])
        paired = statistics.median(a / b for a, b in zip(each, took[0], strict=True))
        first = units[1 : given.departments + 1]
        fair = "in turn" if len(set(first)) == len(first) else "NOT IN TURN"
        print(
            f"{given.departments} departments with {pending:>6} calls each, {fair}: a claim costs"
            f" {ratio:.2f} times that with {given.pending[0]} (round by round {paired:.2f})"
        )


if __name__ == "__main__":
    main()
