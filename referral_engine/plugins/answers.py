"""From a department's answer to commands for the desk, and to the next call."""

from __future__ import annotations

from datetime import timedelta

from referral_engine.model import command as c
from referral_engine.model.outcome import Call
from referral_engine.model.principal import Principal
from referral_engine.plugins import acts as a
from referral_engine.plugins.acts import Act, Answer

__all__ = ["command_of", "commands_of", "next_call", "requests_of"]


def commands_of(answer: Answer, referral: str) -> tuple[c.Command, ...]:
    """The commands an answer amounts to, in order; a deferral is none: a person goes on."""
    commands = (command_of(act, referral) for act in answer.acts)
    return tuple(command for command in commands if command is not None)


def requests_of(answer: Answer, call: Call, by: Principal) -> tuple[c.Request, ...]:
    """The same on their way through the door, each under a key stable over attempts."""
    told = [(act, command_of(act, call.referral)) for act in answer.acts]
    return tuple(
        c.Request(call.case, command, by, key=f"{call.key}#{number}", happened_at=act.at)
        for number, (act, command) in enumerate(told)
        if command is not None
    )


def next_call(answer: Answer, call: Call) -> tuple[Call, timedelta] | None:
    """The ``work`` call an answer asks for and after how long; None when it asks for none.

    Its key grows from the call that asked, so that the same answer told twice makes one call.
    """
    if answer.again is None:
        return None
    root, _mark, turn = call.key.rpartition("+")
    key = f"{root}+{int(turn) + 1}" if root and turn.isdecimal() else f"{call.key}+1"
    detail = {"bookmark": answer.bookmark} if answer.bookmark else {}
    return Call(key, call.case, call.unit, call.referral, "work", detail), answer.again


def command_of(act: Act, referral: str) -> c.Command | None:
    """The command an act amounts to; None for a deferral."""
    match act:
        case a.Claim():
            return c.Claim(referral)
        case a.Decline():
            return c.Decline(referral, act.ground, act.suggest, act.reason)
        case a.NotNeeded():
            return c.NotNeeded(referral, act.reason)
        case a.HandOff():
            return c.HandOff(act.to, act.number, act.receiver, referral)
        case a.Entered():
            return c.Enter(referral, act.system, act.number)
        case a.Defer():
            return None
        case a.Contact() | a.Arrive() | a.Progress() | a.Report():
            return _work(act, referral)


def _work(act: a.Contact | a.Arrive | a.Progress | a.Report, referral: str) -> c.Command:
    """What is done on a referral that is claimed."""
    match act:
        case a.Contact():
            return c.Contact(referral, act.note)
        case a.Arrive():
            return c.Arrive(referral, act.evidence)
        case a.Progress():
            return c.Progress(referral, act.note, act.status, act.meets, act.stage)
        case a.Report():
            return c.Report(referral, act.text, act.outcome, act.evidence, act.review_on)
