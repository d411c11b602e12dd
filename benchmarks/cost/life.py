"""Cases through their whole life: registered, claimed, contacted, reported, reviewed, called back,
closed, each command under a key of its own, as those who act send them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice

from benchmarks.cost.clock import Seconds, timing
from referral_engine.desk import Answer, Desk
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.command import Command, Request
from referral_engine.model.issue import Issue
from referral_engine.model.principal import Principal

__all__ = ["AT_ONCE", "COMMANDS", "live"]

AT_ONCE = 64
"""Cases that take each step together, as many as share a commit."""
COMMANDS = 7
"""For one case."""
_TAKER = Principal("bench:taker", ("dispatcher",), "centre")
_LEADER = Principal("bench:leader", ("duty_leader",), "centre")
_CALLER = Principal("bench:caller", ("callback_officer",), "centre")


def live(desk: Desk, issues: Iterable[Issue], seconds: Seconds) -> int:
    """Takes the issues in and their cases to the end, AT_ONCE of them together; how many. The time
    from the first command to the last answer of each step is added to `seconds`.
    """
    given, lived = iter(issues), 0
    while part := list(islice(given, AT_ONCE)):
        with timing(seconds):
            codes = [answer.case for answer in _answers([_taken(desk, each) for each in part])]
        with desk.store.reading() as reader:
            loaded = [reader.load(code) for code in codes]
        for step in zip(*(_orders(each.case) for each in loaded if each), strict=True):
            with timing(seconds):
                _answers([desk.send(request) for request in step])
        lived += len(part)
    return lived


def _taken(desk: Desk, issue: Issue) -> Future[Answer]:
    return desk.register(issue, _TAKER, sender_key=issue.id, backfill=True)


def _answers(sent: Sequence[Future[Answer]]) -> list[Answer]:
    return [each.result() for each in sent]


def _orders(case: Case) -> Iterator[Request]:
    lead = case.lead()
    if lead is None:
        raise SystemExit(f"nobody leads {case.code}, decided by {case.rule}")
    unit = Principal(f"bench:{lead.unit}", ("officer",), lead.unit)
    orders: list[tuple[Command, Principal]] = [
        (c.Claim(lead.id), unit),
        (c.Contact(lead.id, "已联系反映人，正在现场办理。"), unit),
        (c.Report(lead.id, "已到现场核实并处理完毕，反映人表示认可。"), unit),
        (c.Review(passed=True), _LEADER),
        (c.CallBack(reached=True, resolved="yes", score=5), _CALLER),
        (c.Close(), _LEADER),
    ]
    for number, (command, by) in enumerate(orders):
        yield Request(case.code, command, by, key=f"{case.code}/{number}")
