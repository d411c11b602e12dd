"""Folds of intake and routing."""

from __future__ import annotations

from referral_engine.flow.folds.table import Changes, add, on
from referral_engine.model import event as e
from referral_engine.model.case import Case


@on(e.Accepted)
def _accepted(case: Case, body: e.Accepted, event: e.Event) -> Changes:
    return {
        "state": "accepted",
        "category": body.category or case.category,
        "territory": body.territory or case.territory,
    }


@on(e.Decided)
def _decided(case: Case, body: e.Decided, event: e.Event) -> Changes:
    changes: Changes = {
        "rule": body.rule,
        "tags": add(case.tags, *body.tags),
        "path": body.path or case.path,
        "path_step": body.path_step or case.path_step,
        "rule_set": body.rule_set or case.rule_set,
    }
    for field in ("category", "severity"):
        if field in body.values:
            changes[field] = body.values[field]
    # A name with a dot is no field of the engine's: a column, or a plugin's under its own name.
    extra = {k.removeprefix("extra."): v for k, v in body.values.items() if "." in k}
    if extra:
        changes["extra"] = {**case.extra, **extra}
    return changes


@on(e.Sealed)
def _sealed(case: Case, body: e.Sealed, event: e.Event) -> Changes:
    return {"sealed": body.reason, "holder": body.holder or case.holder}


@on(e.Barred)
def _barred(case: Case, body: e.Barred, event: e.Event) -> Changes:
    return {
        "barred": add(case.barred, *body.units),
        "accused": add(case.accused, *body.accused),
        "holder": body.holder or case.holder,
        "first": "" if case.first in body.units else case.first,
    }


@on(e.Linked)
def _linked(case: Case, body: e.Linked, event: e.Event) -> Changes:
    return {"links": add(case.links, body.code)}


@on(e.Offered)
def _offered(case: Case, body: e.Offered, event: e.Event) -> Changes:
    lead = body.referral.role == "lead"
    return {
        "referrals": (*case.referrals, body.referral),
        "state": "assigned" if lead else case.state,
        "steps": 0 if lead else case.steps,
        "whistle": body.referral.whistle or case.whistle,
        "path_step": body.referral.path_step or case.path_step,
    }
