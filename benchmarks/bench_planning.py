"""A county's plan beside the store-backed life cycle, and beside routing alone.

The plan plays the real flow in virtual time without a store; the store-backed side gives the very
same commands of the very same issues to the desk of an embedded store, whose runner fires the
clocks, many cases to a commit. That both come to the same is checked first: rule, lead, state,
outcome and every deadline of every case. Routing alone is the rule set's decision about the same
issues, nothing else; and with reading the issue and asking for history, as the flow has to.
Run: python benchmarks/bench_planning.py [ISSUES], 20,000 by default; or `year`: all of 1.4 million.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from referral_engine.cli.init import make_workspace  # noqa: E402
from referral_engine.errors import Refused  # noqa: E402
from referral_engine.flow.decide import decide  # noqa: E402
from referral_engine.model import command as c  # noqa: E402
from referral_engine.model.case import Case  # noqa: E402
from referral_engine.model.issue import Issue  # noqa: E402
from referral_engine.model.principal import ENGINE  # noqa: E402
from referral_engine.planning.arrivals import Arrivals  # noqa: E402
from referral_engine.planning.county import Order, play_county  # noqa: E402
from referral_engine.planning.play import Play, Stage  # noqa: E402
from referral_engine.planning.townships import Part, parts_of  # noqa: E402
from referral_engine.rules.subject import Subject  # noqa: E402
from referral_engine.trial.box import Box, open_box  # noqa: E402
from referral_engine.trial.county import Plan, Township, generate  # noqa: E402
from referral_engine.workspace import Workspace  # noqa: E402

YEARLY = 1_400_000
FIRST = date(2026, 3, 2)
DAYS = 28
"""Long enough that most of the cases end; what is open then is as open on both sides."""
WINDOW = timedelta(hours=1)
"""What the store-backed side puts into one commit is at most so far apart."""
SEED = 1
COMPARED = 40
TIMED = 200


class Acted(NamedTuple):
    """One command of the plan at its moment; the first of a case is its registration."""

    case: str
    request: c.Request
    at: datetime


OF_ITS_OWN_PLACES = ("routing/20-emergency-rural.yaml", "routing/40-street-xincheng.yaml", "tests")
"""The shipped rules that name places of the shipped county."""


def county(folder: Path, yearly: int) -> tuple[Path, Path]:
    """A workspace with 20 townships and 13,215 grids, and the shipped profile at another rate."""
    make_workspace(folder)
    for name in OF_ITS_OWN_PLACES:
        path = folder / "rules" / name
        path.unlink() if path.is_file() else shutil.rmtree(path)
    townships = tuple(Township(f"2111{22100 + n}", f"第{n + 1}镇") for n in range(20))
    plan = Plan("211122", "平原县", townships, 294, 13_215, None, SEED)
    for old in (folder / "rules/org").iterdir():
        old.unlink()
    for name, text in generate(plan).items():
        (folder / "rules/org" / name).write_text(text, "utf-8")
    profile = folder / "samples/profiles/panjin.yaml"
    text = profile.read_text("utf-8")
    assert f"a_year: {YEARLY}\n" in text
    profile.write_text(text.replace(f"a_year: {YEARLY}\n", f"a_year: {yearly}\n"), "utf-8")
    return folder / "config.yaml", profile


def recorded(stage: Stage, part: Part) -> tuple[list[Acted], dict[str, Case]]:
    """What a plan of one part did, in order, and how its cases stood at the end."""
    acted: list[Acted] = []
    cases: dict[str, Case] = {}

    def looked_on(case: Case | None, request: c.Request, facts: Any, setting: Any, now: datetime):
        made = decide(case, request, facts, setting, now)
        if made is not None:
            cases[made.case.code] = made.case
            if not isinstance(request.command, c.Tick):
                acted.append(Acted(made.case.code, request, now))
        return made

    Play(stage, part, SEED, flow=looked_on).run(FIRST, FIRST + timedelta(days=DAYS - 1))
    # It plays one case after the other; a store meets them all at once.
    return sorted(acted, key=lambda each: each.at), cases


class StoreBacked:
    """The same commands through desk, store and runner; cases have other codes there."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.codes: dict[str, str] = {}

    def one_by_one(self, acted: list[Acted]) -> None:
        """Each at its moment."""
        for each in acted:
            self.box.advance_to(each.at)
            self._answered(each, self._sent(each))

    def by_windows(self, acted: list[Acted]) -> None:
        """All of an hour at its end, in as few commits as the order within a case allows."""
        windows: dict[datetime, list[list[Acted]]] = {}
        for each in acted:
            rounds = windows.setdefault(_window(each.at), [])
            taken = sum(each.case == other.case for row in rounds for other in row)
            if taken == len(rounds):
                rounds.append([])
            rounds[taken].append(each)
        for moment, rounds in windows.items():
            self.box.advance_to(moment)
            for row in rounds:
                sent = [(each, self._sent(each)) for each in row]
                for each, future in sent:
                    self._answered(each, future)

    def _sent(self, each: Acted) -> Any:
        request = each.request
        if isinstance(request.command, c.Register):
            return self.box.desk.register(request.command.issue, ENGINE, auto_accept=True)
        code = self.codes[each.case]
        written = msgspec.json.encode(request.command).decode().replace(each.case, code)
        command = msgspec.json.decode(written, type=c.Command)
        return self.box.desk.send(c.Request(code, command, request.by))

    def _answered(self, each: Acted, future: Any) -> None:
        try:
            self.codes.setdefault(each.case, future.result().case)
        except Refused as refused:  # an hour later it may be another's turn; none one by one
            self.refused = f"{each.request.command}: {refused}"


def _window(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0) + WINDOW


def shown(case: Case) -> dict[str, Any]:
    """What both sides must agree in, whatever the codes."""
    return {
        "rule": case.rule, "state": case.state, "outcome": case.outcome, "owner": case.owner,
        "referrals": [(r.unit, r.station, r.role, r.state) for r in case.referrals],
        "clocks": [(d.name, d.since, d.due, d.state, d.late, d.marks) for d in case.deadlines],
        "flags": case.flags, "reworks": case.reworks, "score": case.score,
    }  # fmt: skip


def agree(stage: Stage, part: Part) -> int:
    """Raises AssertionError where the store-backed life of a case is another; else how many."""
    acted, cases = recorded(stage, part)
    chosen = set(list(cases)[:COMPARED])
    acted = [each for each in acted if each.case in chosen]
    with backed(stage, acted[0].at) as side:
        side.one_by_one(acted)
        last = datetime.combine(FIRST + timedelta(days=DAYS), datetime.min.time())
        side.box.advance_to(last.replace(tzinfo=stage.workspace.calendar.zone) - WINDOW / 3600000)
        for code in chosen:
            ours, theirs = shown(cases[code]), shown(side.box.case(side.codes[code]))
            if not cases[code].over:
                assert ours == theirs, (ours, theirs)
            else:  # the plan lets go of it there, the store watches it into the archive
                assert ours["referrals"] == theirs["referrals"], (ours, theirs)
                assert ours["score"] == theirs["score"]
    return len(chosen)


@contextmanager
def backed(stage: Stage, start: datetime) -> Iterator[StoreBacked]:
    with open_box(stage.workspace, start, rules=stage.setting.rules) as box:
        yield StoreBacked(box)


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made


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
    alone = min(seconds(decided)[0] for _round in range(3)) / len(issues)
    return alone, alone + min(seconds(read)[0] for _round in range(3)) / len(issues)


def store_backed(stage: Stage, part: Part) -> float:
    """Seconds a case."""
    acted, cases = recorded(stage, part)
    chosen = set(list(cases)[:TIMED])
    acted = [each for each in acted if each.case in chosen]
    with backed(stage, acted[0].at) as side:
        taken, _made = seconds(lambda: side.by_windows(acted))
    return taken / len(chosen)


def main(issues: int) -> None:
    year = issues == YEARLY
    days = 365 if year else DAYS
    with tempfile.TemporaryDirectory() as folder:
        yearly = YEARLY if year else round(issues * 365 / DAYS)
        config, profile = county(Path(folder) / "county", yearly)
        workspace = Workspace.open(config)
        stage = Stage.of(workspace, profile)
        part = parts_of(workspace.org, {})[0]
        print(f"{agree(stage, part)} cases agree, plan and store-backed")
        order = Order(config, profile, SEED, FIRST, FIRST + timedelta(days=days - 1))
        came = list(Arrivals(stage.profile, part, SEED, workspace.calendar).between(
            FIRST, FIRST + timedelta(days=DAYS - 1)
        ))  # fmt: skip
        alone, read = routing_alone(stage, came[:500])
        one, count = seconds(lambda: play_county(stage, order, 1, lambda _done: None))
        two, again = seconds(lambda: play_county(stage, order, 2, lambda _done: None))
        assert count == again, "two processes come to something else than one"
        nothing = msgspec.structs.replace(order, last=FIRST - timedelta(days=1))
        begin, _none = seconds(lambda: play_county(stage, nothing, 2, lambda _done: None))
        store = store_backed(stage, part)
        tell(count.issues, one, two, begin, store, alone, read)


def tell(
    issues: int, one: float, two: float, begin: float, store: float, alone: float, read: float
) -> None:
    """`begin` is what two processes take to load county and rules, whatever they then play."""
    rows = (
        ("one process", issues / one, "issues/s"),
        ("two processes", issues / two, "issues/s"),
        ("store-backed life cycle", 1 / store, "cases/s"),
        ("routing, the decision alone", 1 / alone, "issues/s"),
        ("routing, issue read and history asked", 1 / read, "issues/s"),
        ("two processes begin within", begin, "s"),
        ("two processes : one", one / two, "x"),
        ("two processes : one, once begun", one / (two - begin), "x"),
        ("two processes : store-backed", store * issues / two, "x"),
        ("one process : routing alone", alone * issues / one, "x"),
        ("one process : routing with reading", read * issues / one, "x"),
    )
    for name, value, unit in rows:
        print(f"{name:40} {value:10.3f} {unit}")


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "20000"
    main(YEARLY if wanted == "year" else int(wanted))
