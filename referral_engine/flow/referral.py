"""A unit's part: claim, contact, arrive, progress, hand off, say that it is not needed."""

from __future__ import annotations

from referral_engine.errors import Refused
from referral_engine.flow import clocks
from referral_engine.flow.draft import Draft
from referral_engine.flow.offer import drop, offer
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.command import (
    Arrive,
    Claim,
    Contact,
    Enter,
    HandOff,
    NotNeeded,
    Progress,
)
from referral_engine.model.deadline import Deadline
from referral_engine.model.referral import Referral

__all__ = [
    "arrive",
    "cancel_supports",
    "claim",
    "claimed",
    "contact",
    "enter",
    "hand_off",
    "not_needed",
    "progress",
    "referral_of",
]


def referral_of(draft: Draft, id: str) -> Referral:
    """The referral a command names; authority has checked that it is there."""
    found = draft.case.referral(id)
    if found is None:
        raise Refused("NO_SUCH_REFERRAL", _("There is no referral {id}.").format(id=id))
    return found


def claim(draft: Draft, command: Claim) -> None:
    claimed(draft, referral_of(draft, command.referral))


def claimed(draft: Draft, referral: Referral) -> None:
    """The unit takes the referral; a lead then owns the case, unless leadership took it over."""
    owner = referral.station if referral.role == "lead" and not draft.case.steps else ""
    draft.record(e.Claimed(referral.id, by=draft.by.id), owner=owner)
    clocks.meet(draft, "claim", referral.id)


def contact(draft: Draft, command: Contact) -> None:
    draft.record(e.Contacted(command.referral, draft.keep(command.note)))
    clocks.meet(draft, "contact", command.referral)


def arrive(draft: Draft, command: Arrive) -> None:
    draft.record(e.Arrived(command.referral, command.evidence))
    clocks.meet(draft, "arrive", command.referral)


def progress(draft: Draft, command: Progress) -> None:
    """Word in between; it may meet a named clock (``accept``) and start those that waited."""
    draft.record(
        e.Progressed(
            command.referral, draft.keep(command.note), status=command.status, stage=command.stage
        )
    )
    if command.stage:
        clocks.meet(draft, command.stage, command.referral)
    if not command.meets:
        return
    if command.meets in ("claim", "contact", "arrive", "report", "answer"):
        raise Refused(
            "OWN_COMMAND",
            _("The clock {name} is met by its own command.").format(name=command.meets),
            _("Use claim, contact, arrive or report."),
        )
    clocks.meet(draft, command.meets, command.referral)


def enter(draft: Draft, command: Enter) -> None:
    """Another system has it under this number; a second number there would be a second entry."""
    referral = referral_of(draft, command.referral)
    if draft.by.unit not in referral.units:
        raise Refused(
            "NOT_YOUR_REFERRAL",
            _("Referral {id} is with {unit}.").format(id=referral.id, unit=referral.unit_name),
            _("Only that unit, or its station, acts on it."),
        )
    known = draft.case.external_ids.get(command.system)
    if known is None:
        draft.record(e.Entered(referral.id, command.system, command.number))
    elif known != command.number:
        raise Refused(
            "ENTERED_TWICE",
            _("{system} has the case as {number} already.").format(
                system=command.system, number=known
            ),
            _("Let that system take one of the two entries back."),
        )


def not_needed(draft: Draft, command: NotNeeded) -> None:
    """A support says 无需配合; a lead must decline instead, with a ground."""
    referral = referral_of(draft, command.referral)
    if referral.role == "lead":
        raise Refused(
            "LEAD_DECLINES",
            _("The lead cannot say that it is not needed."),
            _("Decline with a ground and a suggested owner."),
        )
    draft.record(e.AnsweredNotNeeded(referral.id, draft.keep(command.reason)))
    clocks.cancel(draft, _clocks_of(draft, referral))


def hand_off(draft: Draft, command: HandOff) -> None:
    """Handed to 110, 119 or 120: done at once, counts as claim, delays nothing."""
    receiver = draft.keep(command.receiver)
    referral = draft.case.referral(command.referral) or draft.case.lead()
    if referral is None:
        referral = offer(
            draft, draft.by.unit or draft.case.holder, "lead", whistle="emergency",
            reason="hand_off",
        )  # fmt: skip
    if referral.state == "offered":
        claimed(draft, referral)
    draft.record(e.HandedOff(command.to, command.number, receiver, referral=referral.id))
    if clocks.find(draft, "arrive", referral.id):
        clocks.cancel(draft, [d for d in _clocks_of(draft, referral) if d.name == "arrive"])
    draft.tell("reporter", "handed_off", urgent=True, service=command.to, number=command.number)


def cancel_supports(draft: Draft) -> None:
    """Once the lead has reported, open supports end unless they were required."""
    for referral in draft.case.referrals:
        if referral.role == "support" and referral.open and not referral.required:
            drop(draft, referral, "lead_reported")


def _clocks_of(draft: Draft, referral: Referral) -> list[Deadline]:
    return [d for d in draft.case.deadlines if d.referral == referral.id]
