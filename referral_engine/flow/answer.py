"""The answer that every issue is owed: recorded when it is given, whatever way it goes."""

from __future__ import annotations

from referral_engine.flow import clocks
from referral_engine.flow.draft import Draft
from referral_engine.model import event as e
from referral_engine.model.command import PassAnswer

__all__ = ["answered", "pass_answer"]


def answered(draft: Draft, way: str, note: str = "") -> None:
    """The reporter has an answer; the answer clock is met by the first one."""
    draft.record(e.Answered(way, note))
    if clocks.find(draft, "answer"):
        clocks.meet(draft, "answer")


def pass_answer(draft: Draft, command: PassAnswer) -> None:
    """The case that this one was merged into is closed: this reporter is told as well."""
    if draft.case.merged_into != command.code:
        return  # taken apart again meanwhile
    answered(draft, "merged")
    draft.tell("reporter", "closed", outcome=command.outcome)
