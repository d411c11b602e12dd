"""What a referral comes to under a plugin: question and answer, step by step, in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from referral_engine.plugins.acts import (
    Answer,
    Arrive,
    Claim,
    Contact,
    HandOff,
    Report,
)
from referral_engine.plugins.handler import Verb
from referral_engine.plugins.view import Referral

__all__ = ["Asked", "course", "late"]

_MOST_STEPS = 40


class Asked(NamedTuple):
    """One question, as it is put to the plugin."""

    verb: Verb
    referral: Referral
    detail: dict[str, str]


Ask = Callable[[Asked], Answer]


def course(offered: Referral, ask: Ask) -> Iterator[tuple[Asked, Referral]]:
    """Each question with what the referral is after its answer, until people go on.

    Once the referral is claimed, the other verbs are asked too; what they are answered is not done,
    so that the course goes on as it would have. Raises what `ask` does.
    """
    referral, question = offered, Asked("offered", offered, {})
    for step in range(1, _MOST_STEPS):
        answer = ask(question)
        referral = _after(referral, answer)
        yield question, referral
        if step == 1 and referral.state == "claimed":
            yield from _aside(referral, ask)
        if answer.again is None or referral.state not in ("offered", "claimed"):
            return
        key = f"{offered.key}+{step}"
        later = replace(
            referral, now=referral.now + answer.again, key=key, bookmark=answer.bookmark
        )
        referral, question = later, Asked("work", later, {})


def _aside(referral: Referral, ask: Ask) -> Iterator[tuple[Asked, Referral]]:
    details: tuple[tuple[Verb, dict[str, str]], ...] = (
        ("escalated", {"effect": "remind"}),
        ("escalated", {"effect": "step_up", "level": "county"}),
        ("conference", {"conference": "C1", "members": referral.department}),
        ("returned", {}),
        ("withdraw", {}),
    )
    for number, (verb, detail) in enumerate(details, 1):
        key = f"{referral.id}/{verb}/{number}"
        question = Asked(verb, replace(referral, key=key), detail)
        ask(question)
        yield question, referral


def _after(referral: Referral, answer: Answer) -> Referral:
    """The referral once the acts are done, which take place now unless they say when."""
    for act in answer.acts:
        at = act.at or referral.now
        referral = replace(referral, **_change(type(act), at))
    return referral


def _change(act: type, at: datetime) -> dict[str, Any]:
    if act in (Claim, HandOff):
        return {"state": "claimed", "claimed_at": at, "claim_by": None}
    if act is Contact:
        return {"contacted_at": at, "contact_by": None}
    if act is Arrive:
        return {"arrived_at": at, "arrive_by": None}
    return {"state": "reported", "report_by": None} if act is Report else {}


def late(referral: Referral) -> list[str]:
    """The deadlines that have passed at the referral's time without what they wait for."""
    due = {
        "claim": referral.claim_by,
        "contact": referral.contact_by,
        "arrive": referral.arrive_by,
        "report": referral.report_by,
    }
    return [name for name, by in due.items() if by is not None and by < referral.now]
