"""One department's plugin hangs for the whole run: what it costs the other departments.

A real daemon (`referral run`) with a process for each plugin; cases come in at a steady pace, from
beside it, for all departments alike. In one kind of run the last department's plugin never
answers, in the other it answers like the rest: the load is the same. Told is the time from the
offer, which makes the call due, to the department's claim in the history, of the other departments
alone. The two kinds take turns.

Run: python benchmarks/bench_fairness.py [--departments N] [--cases N] [--pace N] [--repeats N]
     [--postgresql]
The full run: --cases 600 --repeats 5
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bulk import urls  # noqa: E402

from referral_engine.clock import SystemClock  # noqa: E402
from referral_engine.desk import Desk  # noqa: E402
from referral_engine.desk.publishing import publish_first  # noqa: E402
from referral_engine.model import event as e  # noqa: E402
from referral_engine.model.issue import Issue  # noqa: E402
from referral_engine.model.principal import ENGINE  # noqa: E402
from referral_engine.store import Store  # noqa: E402
from referral_engine.workspace import Workspace  # noqa: E402
from tests.unit.desk.county import CATEGORIES, CONFIG, GRID, ORG, make  # noqa: E402

WORKERS = 4
PATIENCE = 120.0
DEFAULT = 'default: {refer: {lead: "@county"}}\n'
PLUGIN = """
import threading
from referral_engine import Claim, Department, Handler, hookimpl

department = Department("{unit}", "{unit}", "1.0", grounds={{"busy": "忙"}})


@department.handles()
class Anything(Handler):
    def offered(self, referral):
        if {hangs}:
            threading.Event().wait()
        return Claim()


@hookimpl
def referral_departments():
    return [department]
"""


def workspace(folder: Path, departments: int, *, hangs: bool) -> Workspace:
    """Department `d0` handles category K00, and so on; the last may hang."""
    units = [f"d{n}" for n in range(departments)]
    for unit in units:
        home = folder / "plugins" / unit
        home.mkdir(parents=True)
        stuck = hangs and unit == units[-1]
        (home / "__init__.py").write_text(PLUGIN.format(unit=unit, hangs=stuck), "utf-8")
    named = "".join(
        f'  - {{id: {unit}, name: {unit}, kind: department, territory: "620922"}}\n'
        for unit in units
    )
    rules = "".join(
        f"  - {{id: {unit}, name: {unit}, when: {{category: {{under: K{n:02}}}}},"
        f" refer: {{lead: {unit}}}}}\n"
        for n, unit in enumerate(units)
    )
    labels = "".join(f"  K{n:02}: {{label: {unit}}}\n" for n, unit in enumerate(units))
    plugins = "plugins: {folders: [plugins], entry_points: false, deadline: 5}"
    return make(
        folder,
        config=CONFIG.replace("plugins: {folders: [], entry_points: false}", plugins),
        org=ORG.replace("people:\n", f"{named}people:\n"),
        routing=f"kind: routing\nrank: 10\nhit: first\nrules:\n{rules}{DEFAULT}",
        categories=f"{CATEGORIES}{labels}",
    )


@contextmanager
def daemon(place: Workspace, url: str) -> Iterator[None]:
    """`referral run` beside this process, as an office runs it."""
    command = [sys.executable, "-m", "referral_engine", "--config", str(place.config.file)]
    ran = subprocess.Popen(
        [*command, "--database", url, "run", "--workers", str(WORKERS), "--no-web"],
        cwd=ROOT, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        yield
    finally:
        ran.send_signal(signal.SIGTERM)
        ran.wait(60)


def one_run(place: Workspace, url: str, departments: int, cases: int, pace: float) -> list[float]:
    """Seconds from offer to claim, for the cases of all departments but the last."""
    with Store.open(url) as store:
        desk = Desk(store, place, SystemClock())
        publish_first(desk, "bench")
        with daemon(place, url):
            for department in range(departments - 1):  # each has answered once: all are up
                wait_for(store, [take_in(desk, department, "开始")])
            codes: list[list[str]] = [[] for _department in range(departments)]
            began = time.perf_counter()
            for number in range(cases):
                time.sleep(max(0.0, began + number / pace - time.perf_counter()))
                department = number % departments
                codes[department].append(take_in(desk, department, f"第{number}件事"))
            others = [code for each in codes[:-1] for code in each]
            wait_for(store, others)
        return [latency(store, code) for code in others]


def take_in(desk: Desk, department: int, text: str) -> str:
    now = desk.clock.now()
    given = Issue(
        text=f"{text}，各不相干", channel="hotline", received_at=now, category=f"K{department:02}",
        territory=GRID,
    )  # fmt: skip
    return desk.register(given, ENGINE).result().case


def wait_for(store: Store, codes: list[str]) -> None:
    """Until all of them are claimed."""
    until = time.perf_counter() + PATIENCE
    left = list(codes)
    while left:
        with store.reading() as reader:
            left = [code for code in left if not claimed(reader.events(code))]
        if time.perf_counter() > until:
            raise SystemExit(f"{len(left)} of {len(codes)} cases were never claimed")
        time.sleep(0.1)


def claimed(events: list[e.Event]) -> bool:
    return any(isinstance(event.body, e.Claimed) for event in events)


def latency(store: Store, code: str) -> float:
    with store.reading() as reader:
        at = {type(event.body): event.recorded_at for event in reader.events(code)}
    return (at[e.Claimed] - at[e.Offered]).total_seconds()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--departments", type=int, default=5)
    asked.add_argument("--cases", type=int, default=100)
    asked.add_argument("--pace", type=float, default=20.0, help="cases a second")
    asked.add_argument("--repeats", type=int, default=2)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    logging.disable(logging.WARNING)
    took: dict[bool, list[list[float]]] = {True: [], False: []}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        url = stack.enter_context(urls(folder, postgresql=given.postgresql))
        for repeat in range(given.repeats):
            for hangs in random.Random(repeat).sample((True, False), 2):
                name = f"r{repeat}_{'hangs' if hangs else 'answers'}"
                place = workspace(folder / name, given.departments, hangs=hangs)
                took[hangs].append(
                    one_run(place, url(name), given.departments, given.cases, given.pace)
                )
    report(took)


def report(took: dict[bool, list[list[float]]]) -> None:
    for told, figure in (("median", statistics.median), ("p95", p95)):
        each = [figure(a) / figure(b) for a, b in zip(took[True], took[False], strict=True)]
        all_with, all_without = (list(chain(*took[hangs])) for hangs in (True, False))
        print(
            f"while one department hangs, the others' {told} is"
            f" {figure(all_with) / figure(all_without):.2f} times that of the same load without"
            f" (by repeat: {', '.join(f'{ratio:.2f}' for ratio in each)})"
        )


def p95(each: list[float]) -> float:
    return statistics.quantiles(each, n=20)[-1]


if __name__ == "__main__":
    main()
