"""Folds of merging, splitting and linking."""

from __future__ import annotations

from referral_engine.flow.folds.table import Changes, add, on
from referral_engine.model import event as e
from referral_engine.model.case import Case


@on(e.Merged)
def _merged(case: Case, body: e.Merged, event: e.Event) -> Changes:
    links = add(case.links, body.into)
    return {"state": "merged", "merged_into": body.into, "links": links, "contested": False}


@on(e.Unmerged)
def _unmerged(case: Case, body: e.Unmerged, event: e.Event) -> Changes:
    return {"state": "accepted", "merged_into": ""}


@on(e.Absorbed)
def _absorbed(case: Case, body: e.Absorbed, event: e.Event) -> Changes:
    return {
        "absorbed": add(case.absorbed, body.code),
        "links": add(case.links, body.code),
        "reporters": add(case.reporters, body.reporter),
    }


@on(e.Released)
def _released(case: Case, body: e.Released, event: e.Event) -> Changes:
    return {
        "absorbed": tuple(c for c in case.absorbed if c != body.code),
        "reporters": tuple(r for r in case.reporters if r != body.reporter),
    }


@on(e.SplitOff)
def _split_off(case: Case, body: e.SplitOff, event: e.Event) -> Changes:
    if not body.whole:
        return {}
    return {"state": "split", "closed_at": event.recorded_at, "contested": False}
