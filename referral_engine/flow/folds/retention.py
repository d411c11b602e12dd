"""Folds of how long a case's content is kept."""

from __future__ import annotations

from referral_engine.flow.folds.table import Changes, on
from referral_engine.model import event as e
from referral_engine.model.case import Case


@on(e.Preserved)
def _preserved(case: Case, body: e.Preserved, event: e.Event) -> Changes:
    return {"preserved": True}


@on(e.PreservationEnded)
def _preservation_ended(case: Case, body: e.PreservationEnded, event: e.Event) -> Changes:
    return {"preserved": False}


@on(e.Anonymised)
def _anonymised(case: Case, body: e.Anonymised, event: e.Event) -> Changes:
    at = {"anonymised_at": event.recorded_at}
    return {**at, "reporter": "", "reporters": ()} if body.fully else dict(at)
