"""Folds of a unit's part in a case."""

from __future__ import annotations

from msgspec.structs import replace

from referral_engine.flow.folds.table import Changes, add, on, referral_with
from referral_engine.model import event as e
from referral_engine.model.case import Case


@on(e.Claimed)
def _claimed(case: Case, body: e.Claimed, event: e.Event) -> Changes:
    referrals = referral_with(
        case, body.referral, state="claimed", claimed_at=event.happened_at, claimed_by=body.by
    )
    lead = case.referral(body.referral)
    starts = lead is not None and lead.role == "lead"
    return {"referrals": referrals, "state": "in_progress" if starts else case.state}


@on(e.Contacted)
def _contacted(case: Case, body: e.Contacted, event: e.Event) -> Changes:
    return {"referrals": referral_with(case, body.referral, contacted_at=event.happened_at)}


@on(e.Arrived)
def _arrived(case: Case, body: e.Arrived, event: e.Event) -> Changes:
    return {"referrals": referral_with(case, body.referral, arrived_at=event.happened_at)}


@on(e.Entered)
def _entered(case: Case, body: e.Entered, event: e.Event) -> Changes:
    return {"external_ids": {**case.external_ids, body.system: body.number}}


@on(e.Declined)
def _declined(case: Case, body: e.Declined, event: e.Event) -> Changes:
    referrals = referral_with(
        case, body.referral, state="declined", declined_ground=body.ground,
        suggested=body.suggested,
    )  # fmt: skip
    referral = case.referral(body.referral)
    lead = referral is not None and referral.role == "lead"
    return {
        "referrals": referrals,
        "state": "accepted" if lead else case.state,
        "returns": case.returns + (1 if lead and body.counted else 0),
        "grounds": add(case.grounds, f"{body.unit}:{body.ground}") if lead else case.grounds,
    }


@on(e.Contested)
def _contested(case: Case, body: e.Contested, event: e.Event) -> Changes:
    return {"contested": True}


@on(e.Transferred)
def _transferred(case: Case, body: e.Transferred, event: e.Event) -> Changes:
    referrals = referral_with(case, body.referral, state="transferred")
    referral = case.referral(body.referral)
    if referral is not None and referral.role == "support":
        return {"referrals": referrals}
    return {"referrals": referrals, "state": "accepted", "transfers": case.transfers + 1}


@on(e.Cancelled)
def _cancelled(case: Case, body: e.Cancelled, event: e.Event) -> Changes:
    """Without its lead a running case is back with whoever holds it."""
    referral = case.referral(body.referral)
    lead = referral is not None and referral.role == "lead" and referral.open
    running = case.state in ("assigned", "in_progress")
    return {
        "referrals": referral_with(case, body.referral, state="cancelled"),
        "state": "accepted" if lead and running else case.state,
    }


@on(e.AnsweredNotNeeded)
def _not_needed(case: Case, body: e.AnsweredNotNeeded, event: e.Event) -> Changes:
    return {"referrals": referral_with(case, body.referral, state="cancelled", not_needed=True)}


@on(e.Reported)
def _reported(case: Case, body: e.Reported, event: e.Event) -> Changes:
    return {
        "referrals": referral_with(
            case, body.referral, state="reported", reported_at=event.happened_at,
            outcome=body.outcome,
        )
    }  # fmt: skip


@on(e.Resubmit)
def _resubmit(case: Case, body: e.Resubmit, event: e.Event) -> Changes:
    return {"referrals": referral_with(case, body.referral, state="claimed", round=body.round)}


@on(e.HandedOff)
def _handed_off(case: Case, body: e.HandedOff, event: e.Event) -> Changes:
    return {"referrals": referral_with(case, body.referral, handed_off_to=body.to)}


@on(e.StoodDown)
def _stood_down(case: Case, body: e.StoodDown, event: e.Event) -> Changes:
    return {
        "referrals": tuple(replace(r, stood_down=True) if r.whistle else r for r in case.referrals),
        "whistle": "",
    }
