"""What the daemon weighs at rest and after many cases, and what intake takes for a long file.

The daemon is `referral run` without web on the workspace of `referral init`, departments answering
at once in processes of their own, which are listed apart. Its weight is its proportional set size:
as it has started, once so many cases have filled its caches, and after all the others, each time
when nothing is due. Intake is `referral intake` of a file, against one just long enough to fill the
page cache that SQLite is given: told is the most that each ever took.

Run: python benchmarks/bench_memory.py [CASES] [--filling N] [--rows N] [--postgresql] [--write]
The full run: 1000000 --filling 20000 --rows 200000 --write
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bulk import urls  # noqa: E402

from benchmarks.cost.county import grids, put_file, reported  # noqa: E402
from benchmarks.cost.weight import children, pss  # noqa: E402
from benchmarks.page import Line, command, put_section, say  # noqa: E402
from benchmarks.province.county import make_county  # noqa: E402
from benchmarks.province.issues import issues  # noqa: E402
from benchmarks.province.process import end  # noqa: E402
from referral_engine.clock import SystemClock  # noqa: E402
from referral_engine.desk import Desk  # noqa: E402
from referral_engine.desk.publishing import publish_first  # noqa: E402
from referral_engine.model.issue import Issue  # noqa: E402
from referral_engine.model.principal import Principal  # noqa: E402
from referral_engine.store import Store  # noqa: E402
from referral_engine.workspace import Workspace  # noqa: E402

ALLOWED = 130.0
"""Megabytes at rest."""
WAVE = 250
"""Cases taken in before the daemon is let catch up."""
FILLING_ROWS = 3_000
SETTLED = 3.0
"""Seconds without anything due after which the daemon is at rest."""
TAKER = Principal("bench:taker", ("dispatcher",), "centre")
ABOUT = """## Memory

`{command}`: proportional set size of `referral run --no-web` without its plugins' processes, on
{store}, as it has started, once {filling:,} cases have filled its caches, and after {cases:,} more,
all claimed, contacted and reported by {plugins} plugin processes of some {each:.0f} MB each.

Below, the most that `referral intake` ever took, for {rows:,} issues of a CSV and for 3,000: until
then the 32 MB fill that SQLite has for pages. Rows are read as they are asked for, and 256 are on
their way."""


class Weighed(NamedTuple):
    """Megabytes of the daemon at its three moments, and of each plugin process at the end."""

    started: float
    filled: float
    after: float
    plugins: list[float]


@contextmanager
def daemon(config: Path, url: str) -> Iterator[int]:
    """`referral run` beside this process; its number."""
    words = ["-m", "referral_engine", "--config", config, "--database", url, "run", "--no-web"]
    ran = subprocess.Popen(
        [sys.executable, *map(str, words)], env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    try:
        yield ran.pid
    finally:
        end(ran)  # type: ignore[arg-type]


def take_in(desk: Desk, given: Iterator[Issue], count: int) -> None:
    """So many cases, waiting for the daemon between waves; then until it is at rest."""
    left = count
    while left > 0:
        wave = list(islice(given, min(WAVE, left)))
        for answer in [desk.register(each, TAKER, sender_key=each.id) for each in wave]:
            answer.result()
        left -= len(wave)
        rest(desk.store, 0.0)
    rest(desk.store, SETTLED)


def rest(store: Store, seconds: float) -> None:
    """Waits until nothing has been due or in hand for so long."""
    since = time.perf_counter()
    while True:
        now = datetime.now(UTC)
        with store.reading() as reader:
            due = reader.next_due()
            busy = (due is not None and due <= now) or reader.in_hand(now)
        if busy:
            since = time.perf_counter()
        elif time.perf_counter() - since >= seconds:
            return
        time.sleep(0.05)


def up(store: Store) -> None:
    """Waits until the daemon says that it is alive."""
    while not store.read(lambda reader: reader.alive(datetime(2020, 1, 1, tzinfo=UTC))):
        time.sleep(0.1)


def weigh(config: Path, url: str, filling: int, cases: int) -> Weighed:
    workspace = Workspace.open(config)
    with Store.open(url) as store:
        desk = Desk(store, workspace, SystemClock())
        publish_first(desk, "bench")
        given = issues(5, grids(workspace), datetime.now(UTC))
        with daemon(config, url) as pid:
            up(store)
            rest(store, SETTLED)
            started = pss(pid)
            take_in(desk, given, filling)
            filled = pss(pid)
            take_in(desk, given, cases)
            return Weighed(started, filled, pss(pid), [pss(each) for each in children(pid)])


def most_of_intake(config: Path, url: str, file: Path) -> float:
    """The most megabytes of memory `referral intake` took for the file."""
    words = ["-m", "referral_engine", "--config", config, "--database", url, "intake", file]
    process = subprocess.Popen(
        [sys.executable, *map(str, words), "--backfill"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"intake of {file} ended with {process.returncode}")
    return used.ru_maxrss * 1_024 / 1e6


def intake_line(folder: Path, config: Path, rows: int) -> Line:
    workspace, now = Workspace.open(config), datetime.now(UTC)
    most = []
    for count in (FILLING_ROWS, rows):
        file = folder / f"{count}.csv"
        put_file(file, reported(workspace, count, 6, now))
        most.append(most_of_intake(config, f"sqlite:///{folder}/intake{count}.db", file))
    short, long = most
    what = f"intake of {rows:,} rows : of {FILLING_ROWS:,}"
    return Line(what, long / short, 1.2, f"{long:.0f} : {short:.0f} MB", at_most=True)


def lines_of(weighed: Weighed, cases: int) -> list[Line]:
    started, filled, after, _plugins = weighed
    later = f"daemon after {cases:,} cases : caches filled"
    compared = (
        ("daemon as it has started : 130 MB", started, ALLOWED, 1.0),
        ("daemon, caches filled : 130 MB", filled, ALLOWED, 1.0),
        (later, after, filled, 1.2),
    )
    return [
        Line(what, weight / other, target, f"{weight:.0f} : {other:.0f} MB", at_most=True)
        for what, weight, other, target in compared
    ]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("cases", nargs="?", type=int, default=500)
    asked.add_argument("--filling", type=int, default=500)
    asked.add_argument("--rows", type=int, default=6_000)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--postgresql", action="store_true")
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    logging.disable(logging.WARNING)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        url = stack.enter_context(urls(folder, postgresql=given.postgresql))
        config = make_county(folder / "county")
        weighed = weigh(config, url("daemon"), given.filling, given.cases)
        lines = [*lines_of(weighed, given.cases), intake_line(folder, config, given.rows)]
    for line in lines:
        say(line)
    print("plugin processes:", ", ".join(f"{each:.0f}" for each in weighed.plugins), "MB")
    if given.write:
        about = ABOUT.format(
            command=command(),
            store="PostgreSQL" if given.postgresql else "SQLite",
            filling=given.filling, cases=given.cases, rows=given.rows,
            plugins=len(weighed.plugins), each=sum(weighed.plugins) / len(weighed.plugins),
        )  # fmt: skip
        put_section("memory", about, "Memory against what is allowed", lines)


if __name__ == "__main__":
    main()
