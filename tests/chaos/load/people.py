"""Who uses the engine while it is killed: a sender of issues, and people at their desks.

``python -m tests.chaos.load.people send|act FOLDER DATABASE SEED`` until there is a file OVER; then
it ends as soon as everything it asked for is answered. Started again it goes on where it was
killed: what was asked and not acknowledged is asked again under the same key.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from referral_engine.clock import SystemClock
from referral_engine.desk import Answer, Desk
from referral_engine.desk.publishing import publish_first
from referral_engine.errors import ReferralError, Refused
from referral_engine.model import command as c
from referral_engine.model.command import Command, Request
from referral_engine.model.issue import Issue, Location
from referral_engine.model.principal import Principal
from referral_engine.store import CaseFilter, Store
from referral_engine.workspace import Workspace
from tests.chaos.load.county import DESK
from tests.chaos.load.journal import Acknowledged, Asked, Journal

__all__ = ["ACTS", "CLERK", "ISSUES", "OFFICER", "OVER", "acts", "issues"]

CLERK = Principal("clerk", ("dispatcher",), "centre")
LEADER = Principal("leader", ("duty_leader",), "centre")
OFFICER = Principal("officer", ("officer",), DESK)
ISSUES, ACTS, OVER = "issues", "acts", "over"
_TOGETHER = 4
"""Issues on their way at once: they share commits, as those of a file do."""
_PAUSE = {ISSUES: 1.2, ACTS: 0.25}
"""Mean seconds between two rounds: some issues a second, on a machine that does much else."""
_ON_THE_WAY = 0.15
"""Mean seconds that an answer travels: who is killed meanwhile never learns it and asks again."""
_AWAY = 0.2
_AT_LEAST = 200
"""Cases looked at for something to close or withdraw."""


def issues(folder: Path) -> Journal[Issue]:
    """What was sent, and which case came of it."""
    return Journal(folder, ISSUES, Issue)


def acts(folder: Path) -> Journal[Request]:
    """What people did by hand."""
    return Journal(folder, ACTS, Request)


# -- the sender -------------------------------------------------------------------------------
def _send(desk: Desk, folder: Path, chance: random.Random) -> Callable[[], None]:
    journal = issues(folder)
    sent = len(journal.asked())

    def once() -> None:
        nonlocal sent
        waiting: list[Asked[Issue]] = journal.open()
        if not waiting and not _over(folder):
            for _one in range(chance.randint(1, _TOGETHER)):
                sent += 1
                waiting.append(journal.ask(sent, _issue(sent, chance)))
        registered = [(each, _registered(desk, each)) for each in waiting]
        for each, future in registered:
            answer = future.result()
            _travel(chance)
            journal.acknowledge(Acknowledged(each.number, answer.case, answer.duplicate))

    return once


def _registered(desk: Desk, asked: Asked[Issue]) -> Future[Answer]:
    return desk.register(asked.what, CLERK, sender_key=f"{ISSUES}/{asked.number}")


def _issue(number: int, chance: random.Random) -> Issue:
    """Every few of them tell of the same thing again, so that cases are linked."""
    about = chance.randrange(max(1, number // 4), number + 1)
    return Issue(
        id=str(number), channel="web", title=f"第 {about} 处的楼道灯坏了没有人修",
        received_at=SystemClock().now(), category=chance.choice(("S01", "D15", "P01")),
        territory="620922100", location=Location(address=f"幸福路 {about} 号"),
    )  # fmt: skip


# -- people at their desks --------------------------------------------------------------------
def _act(desk: Desk, folder: Path, chance: random.Random) -> Callable[[], None]:
    journal = acts(folder)
    done = len(journal.asked())

    def once() -> None:
        nonlocal done
        waiting: Sequence[Asked[Request]] = journal.open()
        if not waiting and not _over(folder) and (thought := _thought_of(desk, chance)):
            done += 1
            case, command, by = thought
            request = Request(case, command, by, key=f"{ACTS}/{done}")
            waiting = [journal.ask(done, request)]
        for each in waiting:
            answer = _answer(desk, each)
            _travel(chance)
            journal.acknowledge(answer)

    return once


def _answer(desk: Desk, asked: Asked[Request]) -> Acknowledged:
    try:
        answer = desk.submit(asked.what)
    except Refused as error:
        # Somebody was faster: a plugin reported, the rules stepped up. That is an answer, too.
        return Acknowledged(asked.number, refused=error.code)
    return Acknowledged(asked.number, answer.case, answer.duplicate)


def _thought_of(desk: Desk, chance: random.Random) -> tuple[str, Command, Principal] | None:
    """What one of them does next, by what lies on the desks."""
    what = chance.random()
    with desk.store.reading() as reader:
        inbox = reader.inbox(DESK)
        if what < 0.6 and inbox:
            line = chance.choice(inbox)
            if line.state == "offered":
                return line.case, c.Claim(line.referral), OFFICER
            report = chance.random() < 0.5
            command = c.Report(line.referral, "办好了") if report else c.Contact(line.referral, "")
            return line.case, command, OFFICER
        wanted = CaseFilter(state="reviewed") if what < 0.95 else CaseFilter(open=True)
        found = reader.cases(_AT_LEAST, wanted)
        if not found:
            return None
        code = chance.choice(found).code
        if what < 0.95:
            return code, c.Close(), LEADER
        loaded = reader.load(code)
    by = Principal(loaded.case.reporter if loaded else "", ("reporter",))
    return code, c.Withdraw("不办了"), by


# -- both -------------------------------------------------------------------------------------
def _travel(chance: random.Random) -> None:
    time.sleep(chance.expovariate(1 / _ON_THE_WAY))


_ROLES = {"send": (_send, ISSUES), "act": (_act, ACTS)}


def _over(folder: Path) -> bool:
    return (folder / OVER).exists()


def main(words: Sequence[str]) -> int:
    role, place, database, seed = words
    folder = Path(place)
    begin, name = _ROLES[role]
    chance = random.Random(f"{seed}/{role}")
    workspace = Workspace.open(folder / "config.yaml")
    with _opened(database) as store:
        desk = Desk(store, workspace, SystemClock())
        publish_first(desk, "tester")
        once = begin(desk, folder, chance)
        journal = issues(folder) if name == ISSUES else acts(folder)
        while not _over(folder) or journal.open():
            _try(once)
            time.sleep(chance.expovariate(1 / _PAUSE[name]))
    return 0


def _opened(database: str) -> Store:
    """The store, also where the server is just away."""
    while True:
        try:
            return Store.open(database)
        except DBAPIError:
            time.sleep(_AWAY)


def _try(once: Callable[[], None]) -> None:
    """What fails was not acknowledged, and is asked again under its key."""
    try:
        once()
    except (DBAPIError, ReferralError) as error:
        print(f"asked again: {type(error).__name__}", file=sys.stderr)
        time.sleep(_AWAY)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
