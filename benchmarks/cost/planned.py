"""A county's plan and its store-backed twin: the same commands to the same cases, on two ways."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from referral_engine.cli.init import make_workspace
from referral_engine.errors import Refused
from referral_engine.flow.decide import decide
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.principal import ENGINE
from referral_engine.planning.play import Play, Stage
from referral_engine.planning.townships import Part
from referral_engine.trial.box import Box, open_box
from referral_engine.trial.county import Plan, Township, generate

__all__ = ["DAYS", "FIRST", "SEED", "YEARLY", "Acted", "StoreBacked", "agree", "backed", "county",
           "recorded"]  # fmt: skip

YEARLY = 1_400_000
FIRST = date(2026, 3, 2)
DAYS = 28
"""Long enough that most of the cases end; what is open then is as open on both sides."""
WINDOW = timedelta(hours=1)
"""What the store-backed side puts into one commit is at most so far apart."""
SEED = 1
COMPARED = 40


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
