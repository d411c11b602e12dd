"""What people of the centre do to bring units in: dispatch, whistle, stand down, confer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from referral_engine.errors import Refused
from referral_engine.flow import clocks
from referral_engine.flow.draft import Draft
from referral_engine.flow.offer import drop, offer, within_of
from referral_engine.flow.routing import refer
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.case import Conference
from referral_engine.model.command import Confer, Dispatch, Part, StandDown, Whistle
from referral_engine.rules import tree

__all__ = ["call_conference", "confer", "dispatch", "stand_down", "whistle"]


def dispatch(draft: Draft, command: Dispatch) -> None:
    """Ordinary assignment by a person."""
    draft.unit(command.lead)
    wanted = tree.Refer(lead=command.lead, support=_supports(draft, command.support))
    _refer(draft, wanted, within_of(command.within), command.reason)


def whistle(draft: Draft, command: Whistle) -> None:
    """A call for departments: with a lead they take over, without one they join the lead."""
    supports = _supports(draft, command.support)
    within = within_of(command.within)
    if command.lead is not None:
        draft.unit(command.lead)
        wanted = tree.Refer(lead=command.lead, support=supports, whistle=command.level)
        _refer(draft, wanted, within, command.reason)
        return
    if draft.case.lead() is None or not supports:
        raise Refused(
            "WHISTLE_FOR_WHOM",
            _("A whistle needs a lead, or units to support the lead there is."),
            _("Name --lead, or --support."),
        )
    note = draft.keep(command.reason)
    units = []
    for part in supports:
        unit = draft.unit(part.to)
        offer(draft, unit, "support", within=part.within or within, whistle=command.level,
              required=part.required, reason="whistle", note=note)  # fmt: skip
        units.append(unit)
    draft.record(e.Whistled(command.level, tuple(units), note))


def stand_down(draft: Draft, command: StandDown) -> None:
    """The whistler ends the whistle and rates each responder; supports that still wait go home."""
    whistled = [r for r in draft.case.referrals if r.whistle and not r.stood_down]
    if not whistled:
        raise Refused(
            "NO_WHISTLE",
            _("No whistle is blown on this case."),
            _("`referral centre whistle` blows one."),
        )
    whistlers = {r.whistler for r in whistled if r.whistler}
    if whistlers and draft.by.unit not in whistlers and not draft.by.has("duty_leader"):
        raise Refused(
            "NOT_THE_WHISTLER",
            _("Only the whistler stands it down: {units}.").format(
                units=", ".join(sorted(whistlers))
            ),
        )
    unknown = set(command.ratings) - {u for r in whistled for u in r.units}
    if unknown or any(not 1 <= score <= 5 for score in command.ratings.values()):
        raise Refused("BAD_RATING", _("Ratings are 1 to 5, for units that were whistled for."))
    for referral in whistled:
        if referral.role == "support" and referral.open:
            drop(draft, referral, "stood_down")
    draft.record(e.StoodDown(command.ratings, draft.keep(command.reason)))


def confer(draft: Draft, command: Confer) -> None:
    """Calls a conference, or records what it decided; its decision binds the referrals."""
    if command.conference:
        _hold_conference(draft, command)
        return
    members = tuple(dict.fromkeys(draft.unit(target) for target in command.members))
    if not members:
        raise Refused("NO_MEMBERS", _("A conference needs members."), _("Name --member."))
    call_conference(draft, members, command)


def call_conference(
    draft: Draft, members: Iterable[str], command: Confer | None = None, rule: str = ""
) -> None:
    """Invites the members; the conference has a clock until it is held."""
    made = Conference(
        id=f"{draft.code}-C{len(draft.case.conferences) + 1}",
        members=tuple(members),
        called_at=draft.at,
        meet_at=command.meet_at if command else None,
        form=command.form if command else "conference",
        agenda=draft.keep(command.agenda) if command else "",
    )
    draft.record(e.ConferenceCalled(made, rule=rule))
    # A whistle has said by when they confer, whenever they mean to meet.
    if clocks.find(draft, "confer") is None:
        _start_confer(draft, made)
    for member in made.members:
        draft.tell(member, "conference", conference=made.id)
    for referral in draft.case.referrals:
        if referral.open and set(referral.units) & set(made.members):
            draft.call(referral, "conference", once=made.id, conference=made.id)


def _start_confer(draft: Draft, made: Conference) -> None:
    if made.meet_at is not None:
        clocks.moment(draft, "confer", made.meet_at)
        return
    clock = draft.rules.clock("joint", "confer") or draft.rules.clock("case", "confer")
    if clock is not None:
        clocks.start(draft, clock, since=draft.now)


def _hold_conference(draft: Draft, command: Confer) -> None:
    known = next((c for c in draft.case.conferences if c.id == command.conference), None)
    if known is None or known.held_at is not None:
        raise Refused("NO_CONFERENCE", _("That conference is not waiting for its minutes."))
    lead = draft.unit(command.lead) if command.lead else ""
    supports = {draft.unit(part.to): part for part in command.supports}
    supports.pop(lead, None)
    minutes = draft.keep(command.minutes)
    draft.record(e.ConferenceHeld(known.id, minutes, lead, tuple(supports)))
    if clocks.find(draft, "confer"):
        clocks.meet(draft, "confer")
    if lead and clocks.find(draft, "designate"):
        clocks.meet(draft, "designate")
    present = draft.case.lead()
    if lead and (present is None or present.unit != lead or not present.open):
        whistle = present.whistle if present else draft.case.whistle
        offer(draft, lead, "lead", whistle=whistle, reason="conference", note=minutes)
    _bind_supports(draft, supports, minutes)


def _bind_supports(draft: Draft, supports: Mapping[str, Part], minutes: str) -> None:
    """Whoever is in it already goes on; the others are called in."""
    if supports and draft.case.lead() is None:
        raise Refused(
            "NO_LEAD", _("Nobody leads this case whom others could support."), _("Name --lead.")
        )
    at_work = {unit for r in draft.case.referrals if r.open for unit in r.units}
    for unit, part in supports.items():
        if unit not in at_work:
            offer(draft, unit, "support", within=within_of(part.within), required=part.required,
                  whistle=draft.case.whistle, reason="conference", note=minutes)  # fmt: skip


def _supports(draft: Draft, parts: Iterable[Part]) -> tuple[tree.Support, ...]:
    for part in parts:
        draft.unit(part.to)
    return tuple(tree.Support(p.to, within_of(p.within), p.required) for p in parts)


def _refer(draft: Draft, wanted: tree.Refer, within: tree.Within, reason: str) -> None:
    note = draft.keep(reason)
    refer(draft, wanted, within, reason="whistle" if wanted.whistle else "dispatch", note=note)
