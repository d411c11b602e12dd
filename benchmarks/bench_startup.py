"""How long a command takes to start, against `python -c "import click"`, which all of them need.

`referral --version`, and `referral simulate` of one issue with the shipped rules: read, checked,
compiled, decided and told. Each is a process of its own; they take turns, and each must print what
it should.

Run: python benchmarks/bench_startup.py [ROUNDS] [--write]
The full run: 50 --write
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.page import Line, put_section, say  # noqa: E402

ISSUE = """channel,text,category,territory,received_at
hotline,厂里欠了三个月工资没有发,D10,620922100001003,2026-09-28T08:25+08:00
"""
TARGETS = {"referral --version": 1.5, "referral simulate, one issue": 5.0}
CLICK = "import click"
ABOUT = """## Start-up

`python benchmarks/bench_startup.py {rounds}`: whole processes in turns, their time on the wall
against that of `python -c "import click"`; medians over the rounds."""


class Command(NamedTuple):
    words: list[str]
    prints: str
    """What its output holds where it does what it should."""


class Taken(NamedTuple):
    """Seconds on the wall, and of a processor."""

    wall: float
    processor: float


def commands(folder: Path) -> dict[str, Command]:
    issue = folder / "issue.csv"
    issue.write_text(ISSUE, "utf-8")
    referral = str(Path(sys.executable).with_name("referral"))
    return {
        CLICK: Command([sys.executable, "-c", "import click; print('ready')"], "ready"),
        "referral --version": Command([referral, "--version"], "referral "),
        "referral simulate, one issue": Command(
            [referral, "simulate", str(issue)], "[labour-dispute]"
        ),
    }


def run(command: Command) -> Taken:
    """One process from beginning to end."""
    # Of an installed package the compiled files are there; here the first round makes them.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    before, began = _spent(), time.perf_counter()
    told = subprocess.run(
        command.words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    taken = Taken(time.perf_counter() - began, _spent() - before)
    if command.prints not in told.stdout:
        raise SystemExit(f"{command.words} printed {told.stdout!r}: nothing was measured")
    return taken


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(rounds: int) -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        asked = commands(Path(folder))
        for command in asked.values():
            run(command)
        rows = [{name: run(command) for name, command in asked.items()} for _ in range(rounds)]
    lines = []
    for name, target in TARGETS.items():
        wall = statistics.median(row[name].wall / row[CLICK].wall for row in rows)
        work = statistics.median(row[name].processor / row[CLICK].processor for row in rows)
        lines.append(Line(name, wall, target, f"processor time {work:.2f}", at_most=True))
    return lines


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("rounds", nargs="?", type=int, default=7)
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    lines = measured(given.rounds)
    for line in lines:
        say(line)
    if given.write:
        about = ABOUT.format(rounds=given.rounds)
        put_section("startup", about, "Start-up against `import click`", lines)


if __name__ == "__main__":
    main()
