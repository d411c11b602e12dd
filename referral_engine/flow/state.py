"""A running case as the escalation rules see it: plain values by field, nothing personal."""

from __future__ import annotations

from collections.abc import Mapping

from referral_engine.flow.draft import Draft
from referral_engine.model.deadline import Deadline
from referral_engine.model.referral import Referral
from referral_engine.rules.subject import declared
from referral_engine.rules.tree import Occasion, Value

__all__ = ["state_of"]


def state_of(draft: Draft, occasion: Occasion, referral_id: str) -> Mapping[str, Value]:
    """The snapshot for one occasion; a field without a value is absent."""
    case = draft.case
    referral = case.referral(referral_id) or case.lead()
    values: dict[str, Value | None] = {
        "channel": case.channel, "category": case.category, "territory": case.territory,
        "received_at": case.received_at, "reporter_anonymous": case.reporter_anonymous,
        "people": case.people, "severity": case.severity, "tags": case.tags,
        "accused": case.accused, "has_location": case.has_location,
        "has_attachments": bool(case.attachments), "path": case.path,
        "sealed": bool(case.sealed), "whistle": case.whistle, "state": case.state,
        "occasion": occasion.name, "share": occasion.share or None, "round": case.reworks,
        "level": draft.org.level_of_unit(case.owner), "owner": case.owner,
        "returns": case.returns, "transfers": case.transfers, "reworks": case.reworks,
        "flags": case.flags, "score": case.score or None, "urban": _urban(draft),
        "ground": case.grounds[-1].partition(":")[2] if case.grounds else None,
        "resolved": {"resolved": "yes", "unresolved": "no"}.get(case.call_back, case.call_back),
        "supervised": any(d.name == "supervise" and d.open for d in case.deadlines),
        **_of_referral(referral), **_of_clock(draft, _clock(draft, occasion, referral_id)),
        **declared(case.extra, draft.rules.fields),
    }  # fmt: skip
    lead = case.lead()
    values["lead"] = lead.unit if lead else None
    return {name: value for name, value in values.items() if value is not None and value != ""}


def _of_referral(referral: Referral | None) -> dict[str, Value | None]:
    if referral is None:
        return {}
    return {"unit": referral.unit, "role": referral.role, "referral_state": referral.state}


def _clock(draft: Draft, occasion: Occasion, referral_id: str) -> Deadline | None:
    return next(
        (
            d
            for d in reversed(draft.case.deadlines)
            if d.name == occasion.name and d.referral == referral_id
        ),
        None,
    )


def _of_clock(draft: Draft, clock: Deadline | None) -> dict[str, Value | None]:
    if clock is None or clock.due is None:
        return {"overdue_h": 0.0}
    left = round((clock.due - draft.now).total_seconds() / 3600, 2)
    return {"overdue_h": max(0.0, -left), "remaining_h": left}


def _urban(draft: Draft) -> bool:
    territory = draft.org.territory(draft.case.territory)
    return territory is not None and territory.urban
