"""Offering a case to units: one lead, any supports, each referral with its own clocks."""

from __future__ import annotations

from collections.abc import Iterable

from referral_engine.flow import clocks
from referral_engine.flow.draft import Draft
from referral_engine.model import event as e
from referral_engine.model.command import Whistle
from referral_engine.model.deadline import Deadline
from referral_engine.model.referral import Referral, ReferralRole
from referral_engine.rules.tree import NamedClock, PathStep, Within

__all__ = ["drop", "drop_all", "hold_at_centre", "offer", "offer_step", "within_of"]


def within_of(pairs: Iterable[tuple[str, object]]) -> Within:
    """Clocks named in a command, as the rules write them."""
    return tuple(NamedClock(name=name, span=span) for name, span in pairs)  # type: ignore[arg-type]


def offer(
    draft: Draft,
    unit: str,
    role: ReferralRole,
    *,
    within: Within = (),
    whistle: str = "",
    required: bool = False,
    reason: str = "",
    note: str = "",
    step: str = "",
    engine: bool = False,
) -> Referral:
    """Makes a referral; a lead takes the case over from whoever led or held it before."""
    case = draft.case
    if role == "lead":
        _relieve(draft, unit)
    station = draft.org.station(unit, case.territory)
    known = draft.org.unit(unit)
    referral = Referral(
        id=f"{draft.code}-{len(case.referrals) + 1}",
        unit=unit,
        station=station,
        unit_name=known.name if known else unit,
        role=role,
        state="offered",
        offered_at=draft.now,
        round=case.reworks + 1,
        whistle=whistle,
        whistler=_whistler(draft) if whistle else "",
        required=required,
        path_step=step or (case.path_step if role == "lead" else ""),
    )
    owner = station if role == "lead" else ""
    draft.record(e.Offered(referral, reason=reason, note=note), owner=owner, engine=engine)
    emergency = whistle == "emergency"
    for clock in draft.rules.clocks(whistle or "dispatch", within):
        # The answer and a conference are the case's own, not each unit's.
        if clock.name in ("answer", "confer"):
            continue
        if role == "support" and clock.name == "contact":
            continue
        clocks.start(draft, clock, referral=referral, since=draft.now, emergency=emergency)
    draft.call(referral, "offered")
    draft.tell(station, "offered", urgent=emergency, referral=referral.id)
    return referral


def offer_step(
    draft: Draft, step: PathStep, otherwise: str, reason: str, *, engine: bool = False
) -> None:
    """Offers a path's step to whom it names, to the unit `otherwise` where it names nobody."""
    unit = draft.resolve(step.refer.lead) if step.refer else ""
    offer(
        draft, unit or otherwise, "lead", within=step.within, reason=reason, step=step.id,
        engine=engine,
    )  # fmt: skip


def hold_at_centre(draft: Draft, waiting: str) -> None:
    """The centre holds the case and must act: `waiting` names the clock (accept, designate)."""
    clocks.ensure(draft, waiting)
    draft.tell(draft.case.holder, waiting)


def drop(draft: Draft, referral: Referral, reason: str) -> None:
    """Cancels a referral, its clocks, and tells the plugin to withdraw."""
    draft.record(e.Cancelled(referral.id, reason))
    clocks.cancel(draft, _clocks_of(draft, referral.id))
    draft.call(referral, "withdraw")
    draft.tell(referral.station, "withdrawn", referral=referral.id)


def drop_all(draft: Draft, reason: str, *, keep_required: bool = False) -> None:
    """Cancels every open referral (but required supports, where asked)."""
    for referral in draft.case.referrals:
        if referral.open and not (keep_required and referral.required):
            drop(draft, referral, reason)


def _clocks_of(draft: Draft, referral: str) -> tuple[Deadline, ...]:
    return tuple(d for d in draft.case.deadlines if d.referral == referral)


def _whistler(draft: Draft) -> str:
    """Who blew the whistle and stands it down: the centre's own unit, not whoever passes the
    referral on, and not a window that only took the issue in."""
    blown = [r.whistler for r in draft.case.referrals if r.whistle and not r.stood_down]
    by = draft.by
    if isinstance(draft.request.command, Whistle) and by.unit:
        return by.unit
    return blown[-1] if blown else draft.case.holder


def _relieve(draft: Draft, unit: str) -> None:
    """Ends the lead that was, the support that now leads, and the clocks of the centre's turn."""
    for referral in draft.case.referrals:
        if referral.open and (referral.role == "lead" or unit in referral.units):
            drop(draft, referral, "reassigned")
    for name in ("accept", "designate"):
        found = clocks.find(draft, name)
        if found is not None and (name == "accept" or not draft.case.contested):
            clocks.meet(draft, name)
