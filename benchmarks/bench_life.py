"""The whole life of a case against the same statements executed bare, on SQLite and PostgreSQL.

Cases of a county are registered, claimed, contacted, reported, reviewed, called back and
closed, 64 together, each command decided, chained, projected and kept under its key. The bare side
says by SQLAlchemy Core, one after the other, the very statements that another such run said, its
questions included, in transactions that begin and end where they did; both databases then hold the
same. They take turns.

Run: python benchmarks/bench_life.py [CASES] [--rounds N] [--store sqlite|postgresql] [--write]
The full run, both stores: 3000 --rounds 5 --write
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bulk import urls  # noqa: E402

from benchmarks.cost import rows  # noqa: E402
from benchmarks.cost.bare import begin, held  # noqa: E402
from benchmarks.cost.clock import Seconds  # noqa: E402
from benchmarks.cost.county import make, reported  # noqa: E402
from benchmarks.cost.life import AT_ONCE, live  # noqa: E402
from benchmarks.cost.statements import Transaction, recorded, repeat  # noqa: E402
from benchmarks.page import Line, command, put_section, say  # noqa: E402
from referral_engine.clock import SystemClock  # noqa: E402
from referral_engine.desk import Desk  # noqa: E402
from referral_engine.desk.publishing import publish_first  # noqa: E402
from referral_engine.model.issue import Issue  # noqa: E402
from referral_engine.store import Store  # noqa: E402
from referral_engine.workspace import Workspace  # noqa: E402

TARGET = 0.6
ABOUT = """## The life of a case against its own statements

`{command}`: {cases:,} cases registered, claimed, contacted, reported, reviewed, called back and
closed, 64 together, against the same statements said by SQLAlchemy Core alone, questions included,
in as many commits. Told is how much of the bare side's speed is left, on the wall; medians of
{rounds} rounds."""


class Round(NamedTuple):
    ours: Seconds
    bare: Seconds


class Lived(NamedTuple):
    seconds: Seconds
    before: int
    """Transactions before the first case: rules that are published."""


def lived(url: str, workspace: Workspace, issues: Sequence[Issue], said: Sequence[object]) -> Lived:
    """Everything is compiled and warm before the first case that counts."""
    with Store.open(url) as store:
        desk = Desk(store, workspace, SystemClock())
        publish_first(desk, "bench")
        live(desk, issues[:AT_ONCE], Seconds())
        before, seconds = len(said), Seconds()
        live(desk, issues[AT_ONCE:], seconds)
    return Lived(seconds, before)


def bare(url: str, transactions: Sequence[Transaction], before: int) -> Seconds:
    Store.open(url).close()
    repeat(url, transactions[:before])
    return repeat(url, transactions[before:])


def one_round(
    name: str, url: Callable[[str], str], workspace: Workspace, issues: Sequence[Issue]
) -> Round:
    ours = lived(url(f"{name}_ours"), workspace, issues, ())
    model, again = url(f"{name}_model"), url(f"{name}_bare")
    with recorded() as said:
        before = lived(model, workspace, issues, said).before
    seconds = bare(again, said, before)
    if rows.read(again) != rows.read(model):
        raise SystemExit("the bare side does not hold the same rows")
    return Round(ours.seconds, seconds)


def compare(store: str, cases: int, rounds: int) -> Line:
    with (
        tempfile.TemporaryDirectory() as given,
        urls(Path(given), postgresql=store == "postgresql") as url,
    ):
        workspace = Workspace.open(make(Path(given) / "county"))
        issues = list(reported(workspace, cases + AT_ONCE, 3, datetime.now(UTC)))
        taken = [one_round(f"r{number}", url, workspace, issues) for number in range(rounds)]
    rounds_taken = ((each.ours, each.bare) for each in taken)
    return held(f"life of a case : bare, {store}", TARGET, rounds_taken)


def main() -> None:
    given = begin(__doc__, 4 * AT_ONCE)
    lines = []
    for store in given.stores:
        lines.append(compare(store, given.cases, given.rounds))
        say(lines[-1])
    if given.write:
        about = ABOUT.format(command=command(), cases=given.cases, rounds=given.rounds)
        put_section("life", about, "Life of a case : its statements bare", lines)


if __name__ == "__main__":
    main()
