"""What a person of the cast does when the time has come: a command, made from the case as it is.

A deed that no longer fits the case is left undone: somebody else was faster.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec

from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.span import Span
from referral_engine.model.target import Target
from referral_engine.trial.script import Act

__all__ = [
    "Deed", "chance", "close", "confer", "contact", "convene", "designate", "report", "review",
    "scripted", "sign", "take",
]  # fmt: skip

Deed = Callable[[Case], c.Command | None]


def chance(case: Case, purpose: str) -> int:
    """0 to 99, the same for the same case and purpose."""
    seed = f"{case.sender_id or case.code}/{purpose}"
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big") % 100


def scripted(act: Act) -> Deed:
    """The act as a command, its referral or proposal found when the time has come."""
    kind = next(each for each in c.COMMANDS if c.command_name(each) == act.do)
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    given = {name: _written(types.get(name), text) for name, text in act.fields.items()}

    def deed(case: Case) -> c.Command | None:
        found = dict(given)
        if "referral" in types and "referral" not in found:
            found["referral"] = _own_referral(case, act.unit)
        if act.do == "sign" and "proposal" not in found:
            waiting = [p.id for p in case.proposals if p.state == "open"]
            if not waiting:
                return None
            found["proposal"] = waiting[-1]
        command: c.Command = msgspec.convert(found | {"kind": act.do}, c.Command, strict=False)
        return command

    return deed


def _own_referral(case: Case, unit: str) -> str:
    mine = [r for r in case.referrals if not unit or unit in r.units]
    live = [r for r in mine if r.open] or mine
    return live[-1].id if live else ""


def _written(kind: object, text: str) -> object:
    """A field's text as what msgspec converts from: targets and spans have a form of their own."""
    if kind in (Span, Span | None):
        return msgspec.to_builtins(Span.parse(text))
    if kind in (Target, Target | None):
        relative = text.startswith("@")
        return {"relative": text[1:]} if relative else {"unit": text}
    return text


def convene(case: Case) -> c.Command | None:
    """Calls those who act in it to a conference, where one is owed and nobody has called it."""
    owed = any(d.name == "confer" and d.open for d in case.deadlines)
    if not owed or any(conference.held_at is None for conference in case.conferences):
        return None
    acting = dict.fromkeys([case.holder, *(r.unit for r in case.referrals if r.open)])
    return c.Confer(members=tuple(Target(unit=unit) for unit in acting))


def take(referral: str) -> Deed:
    """Claims what is still offered."""

    def deed(case: Case) -> c.Command | None:
        found = case.referral(referral)
        return c.Claim(referral) if found is not None and found.state == "offered" else None

    return deed


def contact(referral: str) -> Deed:
    """The first word to the reporter, where nobody has said it."""

    def deed(case: Case) -> c.Command | None:
        found = case.referral(referral)
        silent = found is not None and found.state == "claimed" and found.contacted_at is None
        return c.Contact(referral, "已与反映人联系，了解情况") if silent else None

    return deed


def report(referral: str) -> Deed:
    """Reports what is claimed and not reported yet."""

    def deed(case: Case) -> c.Command | None:
        found = case.referral(referral)
        if found is None or found.state != "claimed":
            return None
        return c.Report(referral, "已到现场核实并处理完毕，结果已告知反映人")

    return deed


def sign(proposal: str) -> Deed:
    """Signs what still waits for a signature."""

    def deed(case: Case) -> c.Command | None:
        found = next((p for p in case.proposals if p.id == proposal), None)
        return c.Sign(proposal) if found is not None and found.state == "open" else None

    return deed


def confer(conference: str) -> Deed:
    """The conference decides for the lead it found."""

    def deed(case: Case) -> c.Command | None:
        lead = next((r for r in case.referrals if r.role == "lead"), None)
        unit = Target(unit=lead.unit) if lead else Target(relative="township")
        return c.Confer(conference=conference, minutes="会商议定由主办单位限期解决", lead=unit)

    return deed


def close(case: Case) -> c.Command | None:
    """Closes what has been reviewed or called back."""
    return c.Close() if case.state in ("reviewed", "called_back") else None


def designate(case: Case) -> c.Command | None:
    """The centre names the owner a case waits for: the last suggested, else the township."""
    waits = any(d.name == "designate" and d.open for d in case.deadlines)
    if not waits or case.state not in ("accepted", "assigned", "in_progress"):
        return None
    suggested = [r.suggested for r in case.referrals if r.suggested]
    target = Target(unit=suggested[-1]) if suggested else Target(relative="township")
    return c.Designate(unit=target, reason="中心指定")


def review(passes: int) -> Deed:
    """A review that lets so many of a hundred pass, and every one after a rework."""

    def deed(case: Case) -> c.Command | None:
        if case.state != "resolved":
            return None
        passed = chance(case, f"review{case.version}") < passes
        return c.Review(
            passed=passed or case.reworks > 0, reason="" if passed else "请补充办理依据"
        )

    return deed
