"""Short names of a story, and the ids they stand for once the story has come so far."""

from __future__ import annotations

from typing import Any

from msgspec.structs import fields, replace

from referral_engine.lifecycle import referral_step
from referral_engine.model.case import Case
from referral_engine.model.command import Command
from referral_engine.model.principal import Principal

__all__ = ["Missing", "Names"]


class Missing(ValueError):
    """A short name that stands for nothing yet; the text says what is known."""


class Names:
    """Cases by short name, in the order they came in; groups by the name before the number."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.last = ""

    def add(self, name: str, code: str) -> None:
        """Names a case; a name used before now means the newer one."""
        self.codes[name] = code
        self.last = name

    def cases(self, name: str) -> dict[str, str]:
        """The cases meant, by short name: one, or those of a group. Raises Missing."""
        name = name or self.last
        if name in self.codes:
            return {name: self.codes[name]}
        group = {n: code for n, code in self.codes.items() if n.rpartition("-")[0] == name}
        if not group:
            raise Missing(f"{name or '-'} ({', '.join(self.codes) or '-'})")
        return group

    def code(self, name: str) -> str:
        """The code behind a short name; a code comes back as it is."""
        return self.codes.get(name, name)

    def name(self, code: str) -> str:
        """The short name of a code, else the code."""
        return next((name for name, known in self.codes.items() if known == code), code)

    def resolved(self, command: Command, case: Case, by: Principal) -> Command:
        """The command with ids where short names stood. Raises Missing."""
        found = {field.name: getattr(command, field.name) for field in fields(command)}
        changes: dict[str, Any] = {}
        verb = str(command.__struct_config__.tag)
        if "referral" in found and (found["referral"] or referral_step(verb) is not None):
            changes["referral"] = _referral(case, found["referral"], by, verb)
        if "into" in found:
            changes["into"] = self.code(found["into"])
        for name, find in (("proposal", _proposal), ("party", _party), ("conference", _meeting)):
            if found.get(name):
                changes[name] = find(case, found[name])
        return replace(command, **changes)


def _referral(case: Case, word: str, by: Principal, verb: str) -> str:
    """By the unit; without one the actor's own latest, then the lead's."""
    wanted = word or by.unit
    mine = [r for r in case.referrals if wanted in (*r.units, r.id)]
    if mine:
        return next((r.id for r in reversed(mine) if r.open), mine[-1].id)
    if word:
        raise Missing(f"{word} ({', '.join(r.unit for r in case.referrals) or '-'})")
    lead = case.lead()
    return lead.id if lead is not None and verb not in ("handle_now", "hand_off") else ""


def _proposal(case: Case, word: str) -> str:
    known = [p for p in case.proposals if word in (p.kind, p.id)]
    if not known:
        raise Missing(f"{word} ({', '.join(p.kind for p in case.proposals) or '-'})")
    return next((p.id for p in reversed(known) if p.state == "open"), known[-1].id)


def _party(case: Case, word: str) -> str:
    """``worker-3`` is the third worker."""
    kind, _dash, number = word.rpartition("-")
    known = [p.id for p in case.parties if p.kind == (kind or word)]
    if number.isdecimal() and 1 <= int(number) <= len(known):
        return known[int(number) - 1]
    return known[0] if known and kind != word and not kind else word


def _meeting(case: Case, word: str) -> str:
    return case.conferences[-1].id if word == "latest" and case.conferences else word
