"""What somebody may do next with a case: one command of each kind, on each part that it has."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.referral import Referral
from referral_engine.model.target import Target

__all__ = ["Move", "moves"]

_WORKING = ("accepted", "assigned", "in_progress")
_OPEN = (*_WORKING, "registered", "resolved", "reviewed", "called_back")
_GROUND = "outside_remit"


class Move(msgspec.Struct, frozen=True):
    """A command, with the words in which a rule test writes it.

    ``by`` is a unit, or a role of the running case; empty where the command says whose it is.
    """

    command: c.Command
    verb: str
    by: str = ""
    arguments: dict[str, str] = {}


def moves(case: Case, targets: tuple[str, ...], accused: str) -> Iterator[Move]:
    """The moves in this state. ``targets`` are units that the case may be given to; ``accused``,
    where it is not empty, a unit or person that may be accused now.
    """
    open_parts = [referral for referral in case.referrals if referral.open]
    leads = [each for each in open_parts if each.role == "lead"]
    supports = [each for each in open_parts if each.role == "support"]
    for referral in (*leads[-1:], *supports[:1]):
        yield from _of_part(referral, targets)
    if case.state in _WORKING:
        yield from _of_centre(targets)
    if case.state in _OPEN and accused and not case.barred:
        yield Move(c.AddAccused((accused,)), "add_accused", "", {"units": accused})
    yield from _after(case)
    for proposal in case.proposals:
        if proposal.state == "open":
            words = {"proposal": proposal.kind}
            yield Move(c.Sign(proposal.id), "sign", "", words)


def _of_part(referral: Referral, targets: tuple[str, ...]) -> Iterator[Move]:
    id, by = referral.id, referral.station
    if referral.state == "offered":
        yield Move(c.Claim(id), "claim", by)
    for target in ("", *targets):
        words = {"ground": _GROUND} | ({"suggest": target} if target else {})
        yield Move(c.Decline(id, _GROUND, target), "decline", by, words)
    if referral.role == "support":
        yield Move(c.NotNeeded(id), "not_needed", by)
    if referral.state != "claimed":
        return
    for target in targets:
        yield Move(c.Transfer(id, Target(unit=target)), "transfer", by, {"to": target})
    for outcome in ("solved", "explained", "not_mediated"):
        words = {"text": "办了", "outcome": outcome}
        yield Move(c.Report(id, "办了", outcome), "report", by, words)


def _of_centre(targets: tuple[str, ...]) -> Iterator[Move]:
    yield Move(c.StepUp("请上级定"), "step_up", "", {"reason": "请上级定"})
    for target in targets:
        unit = Target(unit=target)
        yield Move(c.Dispatch(unit), "dispatch", "", {"lead": target})
        yield Move(c.Designate(unit), "designate", "", {"unit": target})
        whistle = c.Whistle("joint", unit)
        yield Move(whistle, "whistle", "", {"level": "joint", "lead": target})
        yield Move(c.Confer((unit,)), "confer", "", {"members": target})
        up = c.StepUp("请上级定", unit)
        yield Move(up, "step_up", "", {"reason": "请上级定", "to": target})


def _after(case: Case) -> Iterator[Move]:
    if case.state == "resolved":
        yield Move(c.Review(passed=True), "review", "", {"passed": "yes"})
        yield Move(c.Review(passed=False), "review", "", {"passed": "no"})
    if case.state == "reviewed":
        for resolved, score in (("yes", 5), ("no", 1)):
            words = {"reached": "yes", "resolved": resolved, "score": str(score)}
            call = c.CallBack(reached=True, resolved=resolved, score=score)  # type: ignore[arg-type]
            yield Move(call, "call_back", "", words)
        yield Move(c.CallBack(reached=False), "call_back", "", {"reached": "no"})
    if case.state in ("reviewed", "called_back"):
        yield Move(c.Close(), "close")
    if case.state in ("rejected", "redirected", "closed"):
        yield Move(c.Object("不同意"), "object", "reporter", {"reason": "不同意"})
