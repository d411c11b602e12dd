"""Folds of what follows the work: review, call-back, closure."""

from __future__ import annotations

from msgspec.structs import replace

from referral_engine.flow.folds.table import Changes, on
from referral_engine.model import event as e
from referral_engine.model.case import Case, Party


@on(e.Resolved)
def _resolved(case: Case, body: e.Resolved, event: e.Event) -> Changes:
    """Whoever acted has done it: nobody is left to contest whose it was."""
    return {"state": "resolved", "outcome": body.outcome, "contested": False}


@on(e.Reviewed)
def _reviewed(case: Case, body: e.Reviewed, event: e.Event) -> Changes:
    return {"state": "reviewed" if body.passed else "in_progress"}


@on(e.CalledBack)
def _called_back(case: Case, body: e.CalledBack, event: e.Event) -> Changes:
    if body.party:
        return {"parties": _called(case, body)}
    done = body.result != "unreached"
    return {
        "state": "called_back" if done else case.state,
        "tries": body.tried,
        "last_try": event.happened_at,
        "call_back": body.result if done else case.call_back,
        "score": body.score or case.score,
    }


def _called(case: Case, body: e.CalledBack) -> tuple[Party, ...]:
    return tuple(
        replace(p, call_back=body.result) if p.id == body.party else p for p in case.parties
    )


@on(e.Rated)
def _rated(case: Case, body: e.Rated, event: e.Event) -> Changes:
    return {"ratings": (*case.ratings, body.score)}


@on(e.Reopened)
def _reopened(case: Case, body: e.Reopened, event: e.Event) -> Changes:
    return {
        "state": "accepted",
        "reworks": case.reworks + (1 if body.reason == "rework" else 0),
        "outcome": "",
        "call_back": "",
        "tries": 0,
        "closed_at": None,
        "defer_until": None,
    }


@on(e.Deferred)
def _deferred(case: Case, body: e.Deferred, event: e.Event) -> Changes:
    return {"defer_until": body.review_on, "outcome": "deferred"}


@on(e.Rejected)
def _rejected(case: Case, body: e.Rejected, event: e.Event) -> Changes:
    return {"state": "rejected", **_ended(event)}


@on(e.Redirected)
def _redirected(case: Case, body: e.Redirected, event: e.Event) -> Changes:
    return {"state": "redirected", "outcome": "guided", **_ended(event)}


@on(e.Objected)
def _objected(case: Case, body: e.Objected, event: e.Event) -> Changes:
    return {"state": "accepted", "closed_at": None}


@on(e.Withdrawn)
def _withdrawn(case: Case, body: e.Withdrawn, event: e.Event) -> Changes:
    return {"state": "withdrawn", "outcome": "withdrawn", **_ended(event)}


@on(e.Closed)
def _closed(case: Case, body: e.Closed, event: e.Event) -> Changes:
    return {"state": "closed", "outcome": body.outcome, **_ended(event)}


@on(e.Archived)
def _archived(case: Case, body: e.Archived, event: e.Event) -> Changes:
    return {"state": "archived"}


@on(e.Answered)
def _answered(case: Case, body: e.Answered, event: e.Event) -> Changes:
    return {"answered_at": event.recorded_at}


def _ended(event: e.Event) -> Changes:
    """With the case ends what was contested about it."""
    return {"closed_at": event.recorded_at, "contested": False}
