"""Merging, splitting and taking apart again. The engine links, people merge."""

from __future__ import annotations

import hashlib

from referral_engine.errors import Refused
from referral_engine.flow import clocks
from referral_engine.flow.access import unknown_case
from referral_engine.flow.draft import Draft
from referral_engine.flow.offer import drop_all, hold_at_centre
from referral_engine.flow.signing import void_all
from referral_engine.flow.timekeeping import end_stops
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.command import Absorb, Merge, Register, Release, Split, Unmerge
from referral_engine.model.issue import Issue

__all__ = ["merge", "split", "unmerge"]


def merge(draft: Draft, command: Merge) -> None:
    """并案: both codes and both reporters stay, the earlier deadline holds."""
    case = draft.case
    if case.sealed:
        raise Refused("SEALED", _("A sealed case is never merged."))
    if command.into == case.code:
        raise Refused("SAME_CASE", _("A case cannot be merged into itself."))
    if draft.facts.other is None:
        raise unknown_case(command.into)
    if draft.facts.other != "open":
        raise Refused(
            "NOT_MERGEABLE",
            _("Case {code} is over; nothing can be merged into it.").format(code=command.into),
            _("Link them instead, or reopen it."),
        )
    answer = clocks.find(draft, "answer")
    note = draft.keep(command.reason)
    end_stops(draft)
    void_all(draft, "merged")
    drop_all(draft, "merged")
    clocks.cancel(draft, draft.case.deadlines)
    draft.record(e.Merged(command.into, note), owner=case.holder)
    follow = Absorb(case.code, case.reporter, answer.due if answer else None)
    draft.follow(command.into, follow, f"merge/{draft.case.version}")
    draft.tell("reporter", "merged", code=command.into)


def unmerge(draft: Draft, command: Unmerge) -> None:
    """They were not the same after all: this case goes on by itself, with a clock of its own."""
    case = draft.case
    note = draft.keep(command.reason)
    draft.record(e.Unmerged(case.merged_into, "accepted", note), owner=case.holder)
    release = Release(case.code, case.reporter)
    draft.follow(case.merged_into, release, f"unmerge/{draft.case.version}")
    clock = draft.rules.clock("case", "answer")
    if clock is not None:
        clocks.start(draft, clock, since=case.received_at)
    hold_at_centre(draft, "designate")


def split(draft: Draft, command: Split) -> None:
    """拆分: each part becomes a case. Unlinked parts carry no trace of this one, nor it of them."""
    if not command.parts:
        raise Refused("NO_PARTS", _("A split needs the parts."), _("Name each with --part."))
    note = draft.keep(command.reason)
    whole = not command.unlinked and len(command.parts) > 1
    if whole:
        end_stops(draft)
        void_all(draft, "split")
        drop_all(draft, "split")
        clocks.cancel(draft, draft.case.deadlines)
    before = draft.case.version
    draft.record(e.SplitOff(len(command.parts), whole=whole, note=note), owner=draft.case.owner)
    for number, part in enumerate(command.parts, start=1):
        _part(draft, part, f"split/{before}/{number}", unlinked=command.unlinked)


def _part(draft: Draft, part: Issue, key: str, *, unlinked: bool) -> None:
    """A part goes its own way; one that stays linked to a sealed case is sealed itself."""
    if unlinked:
        # Even the key under which the new case comes in must not lead back here.
        hidden = hashlib.sha256(f"{draft.code}/{key}".encode()).hexdigest()
        draft.follow("", Register(issue=part), hidden, hidden=True)
        return
    follows, sealed = draft.code, draft.case.sealed
    draft.follow("", Register(issue=part, follows=follows, sealed=sealed), key)
