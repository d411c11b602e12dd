"""Who signed what, so that no single hand stores what needs a second person.

The door refuses a second signature by the same person. The store does not rely on it: what is
written is read once more as events, and an act without its persons is given up whatever decided
it. The rows of `approval` say who asked and who agreed; the table itself refuses the same name in
both places.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from referral_engine.lifecycle import SIGNATURES
from referral_engine.model import event as e
from referral_engine.model.case import Case, Proposal
from referral_engine.store.statements import Row

__all__ = ["APPROVAL_COLUMNS", "Approvals", "OnePerson", "approval_rows"]

APPROVAL_COLUMNS = ("case_code", "proposal_id", "approved_by", "asked_by", "act", "seq")

_ACTS: dict[type[e.Body], str] = {
    e.Rejected: "reject",
    e.Redirected: "redirect",
    e.Excluded: "exclude",
    e.Deferred: "defer",
    e.Recommended: "recommend",
    e.Withdrawn: "withdraw",
    e.Paused: "hold",
}
_SIGNED = frozenset({*_ACTS, e.Proposed, e.Signed, e.Answered, e.ClockChanged})


class OnePerson(ValueError):
    """Event `seq` is, or rests on, what needs another person; `what` says why, for programmers."""

    def __init__(self, seq: int, what: str) -> None:
        self.seq, self.what = seq, what
        super().__init__(f"event {seq}: {what}")


class Approvals:
    """The signatures of one case, event by event; begins with what `case` has."""

    def __init__(self, case: Case | None = None) -> None:
        self.rows: list[Row] = []
        self._open = {p.id: (p, _agreed(p)) for p in case.proposals} if case else {}
        self._signed: dict[str, datetime] = {}

    def take(self, event: e.Event) -> None:
        """One event more, in their order. Raises OnePerson."""
        match event.body:
            case e.Proposed(proposal):
                if proposal.by != event.by.id:
                    raise OnePerson(event.seq, "who asks is not who acts")
                self._open[proposal.id] = (proposal, ())
            case e.Signed() as signed:
                self._sign(signed, event)
            case body:
                self._act(_needs(body), event)

    def _sign(self, signed: e.Signed, event: e.Event) -> None:
        if not signed.signature.agreed:
            return
        if signed.proposal not in self._open:
            raise OnePerson(event.seq, "nobody has proposed what is signed")
        proposal, before = self._open[signed.proposal]
        by = signed.signature.by
        if by != event.by.id or not by or event.by.has("engine"):
            raise OnePerson(event.seq, "who signs is not the person who acts")
        if by == proposal.by or by in before:
            raise OnePerson(event.seq, "whoever asked or signed before signs again")
        agreed = (*before, by)
        self._open[proposal.id] = (proposal, agreed)
        self.rows.append((event.case, proposal.id, by, proposal.by, proposal.kind, event.seq))
        if len(agreed) >= SIGNATURES[proposal.kind].count:
            self._signed[proposal.kind] = event.recorded_at

    def _act(self, kind: str, event: e.Event) -> None:
        """What is done is done with the last signature, at the very moment of it."""
        if not kind or (kind == "withdraw" and event.by.has("reporter")):
            return
        if self._signed.pop(kind, None) != event.recorded_at:
            raise OnePerson(event.seq, f"{kind} without the signatures it needs")


def approval_rows(before: Case | None, events: Iterable[e.Event]) -> list[Row]:
    """The rows of what these events sign, in the order of APPROVAL_COLUMNS. Raises OnePerson."""
    concerned = [event for event in events if type(event.body) in _SIGNED]
    if not concerned:  # few could need, or be, somebody's signature, and all are written
        return []
    approvals = Approvals(before)
    for event in concerned:
        approvals.take(event)
    return approvals.rows


def _agreed(proposal: Proposal) -> tuple[str, ...]:
    return tuple(s.by for s in proposal.signatures if s.agreed)


def _needs(body: e.Body) -> str:
    """The kind of proposal that must have been signed for this; empty for what one may do."""
    match body:
        case e.Answered(by_way="explanation"):
            return "explain"
        case e.ClockChanged(reason="extended"):
            return "extend"
        case _:
            return _ACTS.get(type(body), "")
