"""Intake in batches, everything included, against the same rows written by bare SQLAlchemy Core.

Ours is what `referral intake FILE` does once it runs: the store opened, the rules read, each row
read, validated and routed, near-duplicates and history looked for, events, projections, timers,
outboxes and keys written. The bare side inserts the very rows that came of it, as many cases a
commit, into tables of the same settings; that both hold the same is checked. Both begin on an empty
store, and take turns.

Run: python benchmarks/bench_intake.py [CASES] [--rounds N] [--store sqlite|postgresql] [--write]
The full run, both stores: 20000 --rounds 5 --write
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bulk import urls  # noqa: E402

from benchmarks.cost import rows  # noqa: E402
from benchmarks.cost.bare import begin, held  # noqa: E402
from benchmarks.cost.clock import Seconds, timing  # noqa: E402
from benchmarks.cost.county import make, put_file, reported  # noqa: E402
from benchmarks.page import Line, command, put_section, say  # noqa: E402
from referral_engine.cli.app import App  # noqa: E402
from referral_engine.cli.intake import take_in_file  # noqa: E402
from referral_engine.workspace import Workspace  # noqa: E402

TARGET = 0.5
ABOUT = """## Intake against bare SQLAlchemy Core

`{command}`: a CSV of {cases:,} issues of a county of 2,000 grids, 400 a day, taken in with
everything included, against SQLAlchemy Core inserting the very rows that came of it, {a_case:.0f} a
case, 64 cases a commit on both sides. Told is how much of the bare side's speed is left, on the
wall; medians of {rounds} rounds."""


class Round(NamedTuple):
    ours: Seconds
    bare: Seconds
    rows: int


def take_in(config: Path, url: str, file: Path, cases: int) -> Seconds:
    with contextlib.redirect_stderr(io.StringIO()), timing() as seconds:
        summary = take_in_file(App(config, url), file, backfill=True)
    if summary.accepted != cases:
        raise SystemExit(f"{summary.accepted} of {cases} issues were taken in")
    return seconds


def one_round(name: str, config: Path, url: Callable[[str], str], file: Path, cases: int) -> Round:
    ours, bare = url(f"{name}_ours"), url(f"{name}_bare")
    seconds = take_in(config, ours, file, cases)
    batches = rows.read(ours)
    written = rows.write(bare, batches)
    if rows.read(bare) != batches:
        raise SystemExit("the bare side does not hold the same rows")
    return Round(seconds, written, sum(rows.count(batches).values()))


def compare(store: str, cases: int, rounds: int) -> tuple[Line, float]:
    """The line of a store, and rows a case."""
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        config = make(folder / "county")
        workspace, now = Workspace.open(config), datetime.now(UTC)
        first, many = folder / "first.csv", folder / "many.csv"
        put_file(first, reported(workspace, rows.BATCH, 1, now))
        put_file(many, reported(workspace, cases, 2, now))
        with urls(folder, postgresql=store == "postgresql") as url:
            one_round("warm", config, url, first, rows.BATCH)
            taken = [one_round(f"r{number}", config, url, many, cases) for number in range(rounds)]
    line = held(f"intake : bare Core, {store}", TARGET, ((each.ours, each.bare) for each in taken))
    return line, taken[0].rows / cases


def main() -> None:
    given = begin(__doc__, 1_500)
    lines = []
    for store in given.stores:
        line, a_case = compare(store, given.cases, given.rounds)
        say(line)
        lines.append(line)
    if given.write:
        about = ABOUT.format(
            command=command(), cases=given.cases, a_case=a_case, rounds=given.rounds
        )
        put_section("intake", about, "Intake : bare SQLAlchemy Core", lines)


if __name__ == "__main__":
    main()
