"""A backtest against a loop that reads the same rows and matches twice, and its memory.

Stores are filled with copies of the sample's cases, each with words, code and key of its own, and
two rule tables are changed. Backtest and loop take turns. The loop does in one process what cannot
be saved: it reads the rows, decrypts the issue and asks both rule sets which rule is first. The
backtest also says what changes and how, counts load by day and judges deadlines.

Run: python benchmarks/bench_backtest.py [CASES ...] [--processes N] [--rounds N] [--check]
The full run: 100000 1000000. With --check every case is also simulated whole, twice.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import msgspec  # noqa: E402
from bulk import put  # noqa: E402
from sqlalchemy import Table, text  # noqa: E402

from referral_engine.importers import Defaults, read_issues  # noqa: E402
from referral_engine.model.issue import Issue  # noqa: E402
from referral_engine.model.principal import ENGINE  # noqa: E402
from referral_engine.rules.subject import Subject  # noqa: E402
from referral_engine.rules.tree import RuleSet  # noqa: E402
from referral_engine.store import LAST_STRETCH, Keyring, Store  # noqa: E402
from referral_engine.store.tables import case_event, case_file, content, data_key  # noqa: E402
from referral_engine.store.vault import CONTENT_COLUMNS, DATA_KEY_COLUMNS, Vault  # noqa: E402
from referral_engine.trial.backtest import Request, backtest  # noqa: E402
from referral_engine.trial.box import open_box  # noqa: E402
from referral_engine.workspace import Workspace  # noqa: E402
from tests.unit.trial.whole_simulation import differing, simulated  # noqa: E402

WEEKS = 4
SIZE = 500
Row = tuple[Any, ...]


class Model(NamedTuple):
    """A real case of the engine, as rows, with the words it came in with."""

    code: str
    files: list[Row]
    events: list[Row]
    issue: Issue


# -- what is compared --------------------------------------------------------------------------
def workspace(database: str = "") -> Workspace:
    opened = Workspace.open(ROOT / "config.yaml")
    config = msgspec.structs.replace(
        opened.config, database=database or opened.config.database, key_file=None
    )
    return Workspace(config, opened.org, opened.calendar)


def rule_sets(of: Workspace) -> tuple[RuleSet, RuleSet]:
    """The shipped rules, and the same with the city's table led by the police and a claim of
    one hour in that of property management."""
    rules = of.rules()
    changed = dict(rules.sources)
    for file, old, new in (
        ("rules/routing/71-city.yaml", "lead: urban_management", "lead: police"),
        ("rules/routing/54-property.yaml", "    refer:", "    within: {claim: 1h}\n    refer:"),
    ):
        assert old in changed[file], f"{file} has changed: choose another edit"
        changed[file] = changed[file].replace(old, new)
    return rules, of.stored_rules(changed)


# -- filling a store ---------------------------------------------------------------------------
def columns(table: Table) -> list[str]:
    return [column.name for column in table.c if column.name not in ("event_id", "xact")]


def models(of: Workspace) -> list[Model]:
    """The sample's issues, registered in each of some weeks."""
    issues = [row.issue for row in read_issues(ROOT / "samples/issues.csv", None,
              of.calendar.zone, Defaults()) if row.issue is not None]  # fmt: skip
    found = []
    start = min(issue.received_at for issue in issues)
    with open_box(of, start) as box:
        for week in range(WEEKS):
            for issue in sorted(issues, key=lambda each: each.received_at):
                at = issue.received_at + timedelta(weeks=week)
                box.clock.set(max(at, box.now()))
                moved = msgspec.structs.replace(
                    issue, id=f"{week}-{issue.id}", received_at=box.now()
                )
                code = box.register(moved, ENGINE).case
                if not box.case(code).sealed:
                    found.append(_model(box.store, code, moved))
    return found


def _model(store: Store, code: str, issue: Issue) -> Model:
    with store.reading() as reader:

        def rows(table: Table) -> list[Row]:
            query = f"SELECT {', '.join(columns(table))} FROM {table.name} WHERE case_code = :code"
            return [tuple(row) for row in reader.connection.execute(text(query), {"code": code})]

        return Model(code, rows(case_file), rows(case_event), issue)


def fill(url: str, sources: list[Model], count: int) -> None:
    Store.open(url).close()
    put(url, {case_file: (columns(case_file), copies(sources, count, 1))})
    put(url, {case_event: (columns(case_event), copies(sources, count, 2))})
    vault = Vault(Keyring())
    keys = [vault.new_key(source.code)[1][1:] for source in sources]
    put(url, {data_key: (DATA_KEY_COLUMNS, _keys(sources, keys, count))})
    put(url, {content: (CONTENT_COLUMNS, _contents(vault, sources, keys, count))})


def codes(sources: list[Model], count: int) -> Iterator[tuple[int, Model, str]]:
    for number in range(count):
        source = sources[number % len(sources)]
        yield number, source, f"{source.code[:-9]}{number:09}"


def copies(sources: list[Model], count: int, which: int) -> Iterator[Row]:
    for _number, source, code in codes(sources, count):
        old, held, told = source.code, source.code.encode(), code.encode()
        for row in source[which]:
            yield tuple(
                each.replace(old, code) if isinstance(each, str)
                else each.replace(held, told) if isinstance(each, bytes) else each
                for each in row
            )  # fmt: skip


def _keys(sources: list[Model], keys: list[Row], count: int) -> Iterator[Row]:
    for number, _source, code in codes(sources, count):
        yield code, *keys[number % len(keys)]


def _contents(vault: Vault, sources: list[Model], keys: list[Row], count: int) -> Iterator[Row]:
    """Every copy has words of its own, so that nothing is known from the one before."""
    for number, source, code in codes(sources, count):
        wrapped, master = keys[number % len(keys)]
        issue = msgspec.structs.replace(
            source.issue, id=str(number), text=f"{source.issue.text}（{number}）"
        )
        key = vault.opened(code, wrapped, master)
        yield code, "issue", key.seal("issue", msgspec.json.encode(issue))


# -- the loop ----------------------------------------------------------------------------------
class Answers(msgspec.Struct):
    answers: dict[str, int] = {}


class Asked(msgspec.Struct):
    body: Answers


def loop(of: Workspace, store: Store, rules: tuple[RuleSet, RuleSet]) -> list[str]:
    """The cases that another rule would decide."""
    first, second = (of.activate(each).router for each in rules)
    asked = msgspec.json.Decoder(Asked).decode
    read = msgspec.json.Decoder(Issue).decode
    found, after = [], ""
    while after != LAST_STRETCH:
        with store.reading() as reader:
            stretch = reader.stretch(after, SIZE)
            for recorded in reader.decisions(stretch):
                assert recorded.issue is not None
                issue = read(recorded.issue)
                answers = asked(recorded.bodies[-1]).body.answers
                subject = Subject.from_issue(issue, of.fields)
                day = of.calendar.local_day(issue.received_at)
                one = first.decide(subject, answers, day, first_only=True, trace=False)
                two = second.decide(subject, answers, day, first_only=True, trace=False)
                if one.rule != two.rule:
                    found.append(recorded.code)
        after = stretch[1]
    return found


# -- one measurement in a process of its own ----------------------------------------------------
def measured(what: str, url: str, processes: int) -> dict[str, Any]:
    """Seconds, those of the processor, and the most memory (MiB), of all its processes together."""
    of = workspace(url)
    rules = rule_sets(of)
    began = time.perf_counter()
    told: dict[str, Any] = {}
    if what == "loop":
        with Store.open(url, readonly=True) as store:
            told["changed"] = len(loop(of, store, rules))
    else:
        now = datetime.fromisoformat("2026-12-01T00:00+00:00")
        with backtest(of, Request(*rules, now, processes=processes)) as made:
            told = {"cases": made.tally.cases, "changed": made.tally.changed}
            for _change in made.changes():
                pass
    told["seconds"] = time.perf_counter() - began
    own = resource.getrusage(resource.RUSAGE_SELF)
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    told["processor"] = own.ru_utime + own.ru_stime + child.ru_utime + child.ru_stime
    workers = processes if what != "loop" and child.ru_maxrss else 0
    return told | {"memory": (own.ru_maxrss + child.ru_maxrss * workers) / 1024}


def apart(what: str, url: str, processes: int) -> dict[str, Any]:
    words = [sys.executable, __file__, "--measure", what, url, "--processes", str(processes)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def check(url: str) -> str:
    """Every case simulated whole, twice: what differs, beside what the backtest lists."""
    of = workspace(url)
    rules = rule_sets(of)
    with Store.open(url, readonly=True) as store:
        whole = differing(simulated(of, store, rules))
    now = datetime.fromisoformat("2026-12-01T00:00+00:00")
    with backtest(of, Request(*rules, now)) as made:
        listed = {change.case: set(change.differs) for change in made.changes()}
    verdict = "the same" if whole == listed else "NOT THE SAME"
    return f"{len(listed):,} changed cases, {verdict} as of two whole simulations"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("cases", nargs="*", type=int, default=[2_000, 8_000])
    asked.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--check", action="store_true")
    asked.add_argument("--measure", nargs=2, metavar=("WHAT", "URL"), help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.measure:
        print(json.dumps(measured(*given.measure, given.processes)))
        return
    sources = models(workspace())
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        memory = []
        for count in given.cases:
            url = f"sqlite:///{folder}/{count}.db"
            fill(url, sources, count)
            memory.append(report(url, count, given.processes, given.rounds))
            if given.check:
                print(f"{count:>9,} cases: {check(url)}", flush=True)
            Path(f"{folder}/{count}.db").unlink()
        grown = memory[-1] / memory[0]
        print(f"peak memory of {given.cases[-1]:,} : that of {given.cases[0]:,} = {grown:.2f}")


def report(url: str, count: int, processes: int, rounds: int) -> float:
    """Prints the ratio; the most memory in MiB."""
    runs: dict[str, list[dict[str, Any]]] = {"loop": [], "backtest": []}
    for number in range(rounds):
        for what in sorted(runs, reverse=bool(number % 2)):
            runs[what].append(apart(what, url, processes))
    ratios = [a["seconds"] / b["seconds"] for a, b in zip(*runs.values(), strict=True)]
    seconds = {what: statistics.median(r["seconds"] for r in each) for what, each in runs.items()}
    busy = {what: statistics.median(r["processor"] for r in each) for what, each in runs.items()}
    last = runs["backtest"][-1]
    memory = max(float(each["memory"]) for each in runs["backtest"])
    print(
        f"{count:>9,} cases, {last['changed']:,} changed: backtest in {processes} processes"
        f" {last['cases'] / seconds['backtest']:,.0f}/s, the loop {count / seconds['loop']:,.0f}/s,"
        f" ratio {statistics.median(ratios):.2f}; processor time {busy['backtest']:.1f} s :"
        f" {busy['loop']:.1f} s; {memory:.0f} MiB",
        flush=True,
    )
    return memory


if __name__ == "__main__":
    main()
