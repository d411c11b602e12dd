"""Whose case it is: declining, passing on, and the centre's word when nobody wants it.

先办后裁: while it is settled who owns a contested case, the first unit acts.
"""

from __future__ import annotations

from referral_engine.errors import Refused
from referral_engine.flow import clocks
from referral_engine.flow.draft import Draft
from referral_engine.flow.ground import coded
from referral_engine.flow.offer import drop, hold_at_centre, offer
from referral_engine.flow.referral import referral_of
from referral_engine.flow.routing import renewed
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.command import Decline, Designate, Transfer
from referral_engine.model.referral import Referral
from referral_engine.model.target import Target
from referral_engine.rules import vocabulary
from referral_engine.worktime import Due, deadline

__all__ = ["appoint", "decline", "designate", "transfer"]


def decline(draft: Draft, command: Decline) -> None:
    """A support simply leaves. A lead's first decline goes to the unit it suggests, or back to
    the centre; the next one makes the case contested."""
    referral = referral_of(draft, command.referral)
    ground, words = coded(command.ground, command.reason, vocabulary.GROUNDS)
    _may_decline(draft, referral, ground)
    note = draft.keep(words)
    suggested = _suggested(draft, command.suggest, referral)
    owner = draft.case.holder if referral.role == "lead" else ""
    draft.record(e.Declined(referral.id, referral.unit, ground, suggested, note), owner=owner)
    clocks.cancel(draft, [d for d in draft.case.deadlines if d.referral == referral.id])
    if referral.role == "lead":
        _next_owner(draft, referral, suggested)


def transfer(draft: Draft, command: Transfer) -> None:
    """The unit passes a claimed referral on; at the limit the centre designates instead."""
    referral = referral_of(draft, command.referral)
    to = draft.unit(command.to)
    _may_transfer(draft, referral, to)
    note = draft.keep(command.reason)
    if referral.role == "support":
        _transfer_support(draft, referral, to, note)
        return
    if draft.case.transfers + 1 >= draft.policy.transfers:
        draft.record(e.DeclineRefused(referral.id, referral.unit, "transfer", to, "limit"))
        draft.record(e.Contested(acting=referral.station, units=(referral.unit, to)))
        hold_at_centre(draft, "designate")
        return
    draft.record(e.Transferred(referral.id, to, note), owner=draft.case.holder)
    clocks.cancel(draft, [d for d in draft.case.deadlines if d.referral == referral.id])
    offer(draft, to, "lead", within=renewed(draft, to), whistle=referral.whistle,
          reason="transferred", note=note)  # fmt: skip


def _may_transfer(draft: Draft, referral: Referral, to: str) -> None:
    if to in referral.units:
        raise Refused("SAME_UNIT", _("The referral is with that unit already."))
    if referral.role == "lead" and referral.unit in draft.case.designated:
        raise Refused("DESIGNATED", _("The centre has designated you."), _settled())
    if referral.role == "lead" and draft.case.contested:
        raise Refused("ACTS_MEANWHILE", _meanwhile(), _("The centre designates within its clock."))


def _transfer_support(draft: Draft, referral: Referral, to: str, note: str) -> None:
    """A support hands its own part on; the lead stays where it is."""
    draft.record(e.Transferred(referral.id, to, note))
    clocks.cancel(draft, [d for d in draft.case.deadlines if d.referral == referral.id])
    offer(draft, to, "support", whistle=referral.whistle, required=referral.required,
          reason="transferred", note=note)  # fmt: skip


def designate(draft: Draft, command: Designate) -> None:
    """A person of the centre decides who owns the case; the ground is settled with it."""
    unit = draft.unit(command.unit)
    ground, words = command.ground, command.reason
    if ground:
        ground, words = coded(ground, words, vocabulary.GROUNDS)
    appoint(draft, unit, draft.keep(words), ground=ground)


def appoint(draft: Draft, unit: str, note: str = "", ground: str = "") -> None:
    """Makes `unit` the lead by designation; a unit that acts already simply goes on."""
    lead = draft.case.lead()
    goes_on = lead is not None and lead.open and lead.unit == unit
    owner = lead.station if lead is not None and goes_on else ""
    draft.record(e.Designated(unit, ground=ground, note=note), owner=owner)
    if clocks.find(draft, "designate"):
        clocks.meet(draft, "designate")
    if goes_on:
        return
    if lead is not None and lead.open:
        _keep_as_support(draft, lead)
    whistle = lead.whistle if lead else draft.case.whistle
    offer(draft, unit, "lead", within=renewed(draft, unit), whistle=whistle, reason="designated",
          note=note)  # fmt: skip


def _keep_as_support(draft: Draft, lead: Referral) -> None:
    """What the first unit found while it acted is not thrown away: it is asked to hand over."""
    drop(draft, lead, "designated_elsewhere")


def _may_decline(draft: Draft, referral: Referral, ground: str) -> None:
    case = draft.case
    if referral.role == "support":
        if case.decided_on(referral.unit):
            raise Refused("BOUND", _("The conference has decided on you."), _settled())
        return
    if referral.unit in case.designated:
        raise Refused("DESIGNATED", _("The centre has designated you."), _settled())
    if f"{referral.unit}:{ground}" in case.grounds:
        raise Refused("GROUND_USED", _("This ground was used before in this case."), _settled())
    if case.contested:
        raise Refused("ACTS_MEANWHILE", _meanwhile(), _("The centre designates within its clock."))
    step = draft.step_of(referral)
    end = deadline(
        referral.offered_at, (step and step.decline) or draft.policy.return_within,
        draft.setting.calendar,
        draft.org.hours_of(referral.station),
    )  # fmt: skip
    if isinstance(end, Due) and draft.at > end.at:
        raise Refused(
            "DECLINE_TOO_LATE",
            _("A referral may be declined until {end}.").format(end=end.at.isoformat()),
            _("Act, or ask the centre to designate another unit."),
        )


def _settled() -> str:
    return _("The centre has designated this; appeal to the county leader by step-up.")


def _meanwhile() -> str:
    return _("Who owns the case is being settled; until then your unit acts.")


def _suggested(draft: Draft, suggest: str, referral: Referral) -> str:
    """The suggested owner, where it is a unit that may have the case and is not the same."""
    if not suggest:
        return ""
    found = draft.resolve(Target(unit=suggest))
    if not found:
        raise Refused(
            "NO_SUCH_UNIT",
            _("{target} is not a unit that can take this case.").format(target=suggest),
            _("Suggest a unit by its id; `referral doctor` lists the units."),
        )
    return "" if found == referral.unit else found


def _next_owner(draft: Draft, declined: Referral, suggested: str) -> None:
    case = draft.case
    if case.returns <= draft.policy.returns and not case.contested:
        refused = {unit for ground in case.grounds for unit in [ground.split(":")[0]]}
        if suggested and draft.policy.forward_suggested and suggested not in refused:
            offer(draft, suggested, "lead", within=renewed(draft, suggested),
                  whistle=declined.whistle, reason="suggested", engine=True)  # fmt: skip
            return
        hold_at_centre(draft, "designate")
        return
    _contest(draft, suggested)


def _contest(draft: Draft, suggested: str) -> None:
    """The first unit acts meanwhile; the centre designates by its clock."""
    leads = [r for r in draft.case.referrals if r.role == "lead"]
    barred = set(draft.case.barred)
    first = next((r for r in leads if not barred.intersection(r.units)), None)
    units = tuple(dict.fromkeys([*(r.unit for r in leads), suggested]))
    draft.record(e.Contested(acting=first.station if first else "", units=units))
    hold_at_centre(draft, "designate")
    if first is not None:
        offer(draft, first.unit, "lead", within=renewed(draft, first.unit),
              whistle=first.whistle, reason="acts_meanwhile", engine=True)  # fmt: skip
