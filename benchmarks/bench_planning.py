"""A county's plan beside the store-backed life cycle, and beside routing alone.

The plan plays the real flow in virtual time without a store; the store-backed side gives the very
same commands of the very same issues to the desk of an embedded store, whose runner fires the
clocks, many cases to a commit. That both come to the same is checked first: rule, lead, state,
outcome and every deadline of every case. Routing alone is the rule set's decision about the same
issues, nothing else; and with reading the issue and asking for history, as the flow has to.

Compared is the time of the processor a case, so that neighbours on the machine matter little; what
passes on the wall is told beside it. With `year` all of 1.4 million are played too, by two
processes, and the most that each has held is told on the way.
Run: python benchmarks/bench_planning.py [ISSUES] [year] [--write]; 20,000 issues by default.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from cost.planned import (  # noqa: E402
    DAYS,
    FIRST,
    SEED,
    YEARLY,
    agree,
    backed,
    county,
    recorded,
)
from page import Line, command, put_section, say  # noqa: E402

from referral_engine.model.issue import Issue  # noqa: E402
from referral_engine.planning.arrivals import Arrivals  # noqa: E402
from referral_engine.planning.county import Order, play_county  # noqa: E402
from referral_engine.planning.play import Stage  # noqa: E402
from referral_engine.planning.townships import Part, parts_of  # noqa: E402
from referral_engine.rules.subject import Subject  # noqa: E402
from referral_engine.workspace import Workspace  # noqa: E402

ROUNDS = 3
"""Of each the fastest counts."""
TIMED = 200
"""Cases whose store-backed life is timed."""


class Time(NamedTuple):
    """Seconds of the processor, children that have ended included, and on the wall."""

    processor: float
    wall: float

    @classmethod
    def now(cls) -> Time:
        while multiprocessing.active_children():  # a pool's processes count once they have ended
            time.sleep(0.01)
        spent = os.times()
        mine, theirs = spent.user + spent.system, spent.children_user + spent.children_system
        return cls(mine + theirs, time.perf_counter())

    def since(self, other: Time) -> Time:
        return Time(self.processor - other.processor, self.wall - other.wall)

    def each(self, of: float) -> Time:
        return Time(self.processor / of, self.wall / of)


def timed(work: Callable[[], Any]) -> tuple[Time, Any]:
    began = Time.now()
    made = work()
    return Time.now().since(began), made


def least(work: Callable[[], None], rounds: int = 5) -> float:
    """Seconds of the processor of the fastest of some rounds."""
    taken = []
    for _round in range(rounds):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def routing_alone(stage: Stage, issues: list[Issue]) -> tuple[float, float]:
    """Seconds an issue: the decision alone; with reading the issue and asking for history."""
    rules, calendar = stage.setting.rules, stage.workspace.calendar
    subjects = [Subject.from_issue(issue, rules.fields) for issue in issues]

    def decided() -> None:
        for subject, issue in zip(subjects, issues, strict=True):
            rules.router.decide(subject, {}, calendar.local_day(issue.received_at))

    def read() -> None:
        for issue in issues:
            rules.router.questions(Subject.from_issue(issue, rules.fields))

    decided()
    alone = least(decided) / len(issues)
    return alone, alone + least(read) / len(issues)


def store_backed(stage: Stage, part: Part) -> Time:
    """Of one event: these cases end, of the plan's some are open at the end."""
    acted, cases = recorded(stage, part)
    chosen = set(list(cases)[:TIMED])
    acted = [each for each in acted if each.case in chosen]
    with backed(stage, acted[0].at) as side:
        taken, _made = timed(lambda: side.by_windows(acted))
    events = sum(cases[code].version for code in chosen)
    return taken.each(events)


class Figures(NamedTuple):
    """``one`` and ``two`` processes, both once they have begun, and the store-backed life cycle, of
    one case; seconds of the processor of routing one issue alone and with reading it."""

    one: Time
    two: Time
    store: Time
    alone: float
    read: float


def measured(stage: Stage, order: Order) -> Figures:
    part = parts_of(stage.workspace.org, {})[0]
    came = list(Arrivals(stage.profile, part, SEED, stage.workspace.calendar).between(
        FIRST, FIRST + timedelta(days=DAYS - 1)
    ))  # fmt: skip
    alone, read = routing_alone(stage, came[:500])
    nothing = msgspec.structs.replace(order, last=FIRST - timedelta(days=1))
    begin, ones, twos = [], [], []
    for _round in range(ROUNDS):
        taken, count = timed(lambda: play_county(stage, order, 1, lambda _done: None))
        ones.append(taken)
        taken, again = timed(lambda: play_county(stage, order, 2, lambda _done: None))
        twos.append(taken)
        assert count == again, "two processes come to something else than one"
        begin.append(timed(lambda: play_county(stage, nothing, 2, lambda _done: None))[0])
    one, two, issues = min(ones), min(twos).since(min(begin)), count.issues
    store = store_backed(stage, part).each(issues / count.events)
    return Figures(one.each(issues), two.each(issues), store, alone, read)


def lines(found: Figures) -> list[Line]:
    """Two processes have a core each, so that in the time of one two cases are played."""
    one, two, store = found.one, found.two, found.store
    rates = f"{1 / two.processor:,.0f} cases/s a core"
    wall = f"on the wall {one.wall / two.wall:.2f}"
    return [
        Line("two processes : store-backed life cycle", 2 * store.processor / two.processor, 30.0,
             f"{rates}, store-backed {1 / store.processor:,.0f}"),
        Line("two processes : one", 2 * one.processor / two.processor, 1.8,
             f"{1 / one.processor:,.0f} cases/s in one; {wall}"),
        Line("a core : routing, the decision alone", found.alone / two.processor, 0.03,
             f"{1 / found.alone:,.0f} decisions/s"),
        Line("a core : routing, with reading and asking", found.read / two.processor, 0,
             f"{1 / found.read:,.0f} issues/s"),
    ]  # fmt: skip


class Held:
    """The most memory that the processes have held, as the county's parts are done."""

    def __init__(self) -> None:
        self.done = 0
        self.told: dict[int, int] = {}

    def __call__(self, more: int) -> None:
        self.done += more
        for percent in (10, 50, 100):
            if self.done >= 10 * percent and percent not in self.told:
                self.told[percent] = max(map(_most, multiprocessing.active_children()))
                print(f"{percent} %: {self.told[percent] / 1024:.0f} MiB a process", flush=True)


def _most(process: Any) -> int:
    """The most that a process has ever held, in KiB."""
    for line in Path(f"/proc/{process.pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise AssertionError("a process without memory")


def year(folder: Path) -> str:
    """Plays all of it, and says what it took."""
    config, profile = county(folder, YEARLY)
    stage = Stage.of(Workspace.open(config), profile)
    held = Held()
    order = Order(config, profile, SEED, FIRST, FIRST + timedelta(days=364))
    taken, count = timed(lambda: play_county(stage, order, 2, held))
    assert count.ownerless == count.unanswered == 0, "somebody's issue is nobody's"
    memory = ", ".join(f"{size / 1024:.0f} MiB at {at} %" for at, size in held.told.items())
    return (
        f"The year: {count.issues:,} issues with {count.events:,} events took two processes "
        f"{taken.processor / 60:.1f} minutes of the processor, {taken.wall / 60:.1f} on the wall. "
        f"The most that either had held: {memory} of the county."
    )


INTRO = """
## Planning

`{command}` plays a county's plan in virtual time without a store,
beside the store-backed life cycle (the same commands to the same cases, {agreed} of them compared
deadline by deadline first) and beside routing alone. Ratios are of the processor's time a case, the
least of three rounds in turns; two processes are taken to have a core each.

{year}
"""


def compared(folder: Path, issues: int) -> tuple[int, list[Line]]:
    """How many cases were found alike, and what was measured."""
    config, profile = county(folder, round(issues * 365 / DAYS))
    workspace = Workspace.open(config)
    stage = Stage.of(workspace, profile)
    agreed = agree(stage, parts_of(workspace.org, {})[0])
    print(f"{agreed} cases agree, plan and store-backed", flush=True)
    order = Order(config, profile, SEED, FIRST, FIRST + timedelta(days=DAYS - 1))
    found = lines(measured(stage, order))
    for line in found:
        say(line)
    return agreed, found


def main(words: list[str]) -> None:
    issues = next((int(word) for word in words if word.isdigit()), 20_000)
    with tempfile.TemporaryDirectory() as name:
        agreed, found = compared(Path(name) / "county", issues)
        told = year(Path(name) / "year") if "year" in words else ""
        print(told)
    if "--write" in words:
        intro = INTRO.format(command=command(), agreed=agreed, year=told)
        put_section("planning", intro, "A plan without a store", found)


if __name__ == "__main__":
    main(sys.argv[1:])
