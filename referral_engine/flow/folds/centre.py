"""Folds of what the centre does: designation, step-up, conference, proposals."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from referral_engine.flow.folds.table import Changes, add, on, referral_with
from referral_engine.model import event as e
from referral_engine.model.case import Case, Proposal


@on(e.Designated)
def _designated(case: Case, body: e.Designated, event: e.Event) -> Changes:
    return {"designated": add(case.designated, body.unit), "contested": False}


@on(e.SteppedUp)
def _stepped_up(case: Case, body: e.SteppedUp, event: e.Event) -> Changes:
    return {"level": body.level, "holder": body.holder or body.unit, "steps": case.steps + 1}


@on(e.Supervised)
def _supervised(case: Case, body: e.Supervised, event: e.Event) -> Changes:
    referral = case.referral(body.referral)
    times = referral.supervised + 1 if referral is not None else 0
    return {"referrals": referral_with(case, body.referral, supervised=times)}


@on(e.ConferenceCalled)
def _conference_called(case: Case, body: e.ConferenceCalled, event: e.Event) -> Changes:
    return {"conferences": (*case.conferences, body.conference)}


@on(e.ConferenceHeld)
def _conference_held(case: Case, body: e.ConferenceHeld, event: e.Event) -> Changes:
    bound = tuple(filter(None, (body.lead, *body.supports)))
    return {
        "conferences": tuple(
            replace(c, held_at=event.happened_at, minutes=body.minutes, bound=bound)
            if c.id == body.conference
            else c
            for c in case.conferences
        ),
        # What several decided together binds like a designation.
        "designated": add(case.designated, body.lead),
        "contested": case.contested and not body.lead,
    }


@on(e.Proposed)
def _proposed(case: Case, body: e.Proposed, event: e.Event) -> Changes:
    return {"proposals": (*case.proposals, body.proposal)}


def _proposal(case: Case, id: str, **changes: Any) -> tuple[Proposal, ...]:
    return tuple(replace(p, **changes) if p.id == id else p for p in case.proposals)


@on(e.Signed)
def _signed(case: Case, body: e.Signed, event: e.Event) -> Changes:
    before = next((p.signatures for p in case.proposals if p.id == body.proposal), ())
    signatures = (*before, body.signature)
    return {"proposals": _proposal(case, body.proposal, signatures=signatures, state=body.state)}


@on(e.ProposalVoid)
def _proposal_void(case: Case, body: e.ProposalVoid, event: e.Event) -> Changes:
    return {"proposals": _proposal(case, body.proposal, state="void")}
