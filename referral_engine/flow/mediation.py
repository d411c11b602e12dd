"""Mediation and the people concerned: parties, consent, challenge, agreement, performance."""

from __future__ import annotations

from referral_engine.errors import Refused
from referral_engine.flow import clocks
from referral_engine.flow.draft import Draft
from referral_engine.flow.intake import owe_again
from referral_engine.flow.offer import offer_step
from referral_engine.i18n import _
from referral_engine.lifecycle import WORKING
from referral_engine.model import event as e
from referral_engine.model.case import Party
from referral_engine.model.command import AddParty, Agree, Challenge, Consent, Settle
from referral_engine.model.deadline import Deadline
from referral_engine.rules.tree import NamedClock

__all__ = ["add_party", "agree", "challenge", "consent", "settle"]

MOST_PARTIES = 1_000
"""At once; a slip of the keyboard makes no million events."""


def add_party(draft: Draft, command: AddParty) -> None:
    """Someone concerned beside the reporter; the name goes to content, never to the chain."""
    case = draft.case
    if not 1 <= command.count <= MOST_PARTIES:
        raise Refused("HOW_MANY", _("Give a count from 1 to {n}.").format(n=MOST_PARTIES))
    if command.role == "representative":
        there = sum(1 for p in case.parties if p.kind == "representative")
        most = draft.policy.representatives
        if there + command.count > most:
            raise Refused(
                "TOO_MANY_REPRESENTATIVES",
                _("A group is represented by at most {n} persons.").format(n=most),
            )
    for number in range(command.count):
        personal = " ".join(part for part in (command.name, command.phone) if part)
        ref = draft.keep(personal) if number == 0 else ""
        party = Party(id=f"Y{len(draft.case.parties) + 1}", kind=command.role, ref=ref)
        draft.record(e.PartyAdded(party))


def consent(draft: Draft, command: Consent) -> None:
    """Mediation is voluntary: each party says yes or no, and a no ends it without blame."""
    _party(draft, command.party)
    draft.record(e.ConsentGiven(command.party, command.given))


def challenge(draft: Draft, command: Challenge) -> None:
    """A party challenges a mediator; the referral waits for another one."""
    note = draft.keep(command.reason)
    draft.record(e.MediatorChallenged(command.referral, command.person, note))
    referral = draft.case.referral(command.referral)
    if referral is not None:
        draft.tell(referral.station, "mediator_challenged", referral=referral.id)


def agree(draft: Draft, command: Agree) -> None:
    """The agreement, once every party that was asked has consented; its dates are watched."""
    refused = [p.id for p in draft.case.parties if p.consent is False]
    asked = [p.id for p in draft.case.parties if p.kind == "party" and p.consent is None]
    if refused or asked:
        raise Refused(
            "CONSENT_MISSING",
            _("Not every party has consented: {ids}.").format(ids=", ".join(refused + asked)),
            _("Mediation ends without consent; report `not_mediated`."),
        )
    draft.record(e.Agreed(command.referral, draft.keep(command.terms)))
    clocks.meet(draft, "mediate", command.referral)
    if command.confirmation:
        span = draft.policy.confirmation
        clocks.start(draft, NamedClock(name="confirm", span=span), since=draft.at)
    for day in command.performance:
        clocks.on_day(draft, "perform", day)


def settle(draft: Draft, command: Settle) -> None:
    """A promise was kept: paid to a party, performed by its date, confirmed by the court.

    Where it was not, the case goes on from the step of its path that begins with it; where it was
    over, it is taken up again.
    """
    if command.party:
        _party(draft, command.party)
    if not command.kept:
        _broken(draft, command)
        return
    draft.record(e.Settled(command.party, command.clock, draft.keep(command.note)))
    if command.clock:
        _meet_by_id_or_name(draft, command.clock)


def _broken(draft: Draft, command: Settle) -> None:
    promise = _promised(draft, command.clock)
    draft.record(e.PromiseBroken(promise.id, draft.keep(command.note)))
    clocks.cancel(draft, [promise])
    step = draft.rules.begun_by(draft.case.path, promise.name)
    if step is None:
        draft.tell(draft.case.holder, "promise_broken", clock=promise.id)
        return
    if draft.case.state not in WORKING:
        again = e.Reopened(draft.case.reworks + 1, reason="promise_broken")
        draft.record(again, engine=True, owner=draft.case.holder)
        owe_again(draft)
    offer_step(draft, step, draft.case.holder, "path", engine=True)


def _meet_by_id_or_name(draft: Draft, clock: str) -> None:
    found = _promised(draft, clock)
    late = found.due is not None and draft.at > found.due
    draft.record(e.ClockMet(found.id, late=late))


def _promised(draft: Draft, clock: str) -> Deadline:
    found = next((d for d in draft.case.deadlines if clock in (d.id, d.name) and d.open), None)
    if found is None:
        raise Refused("NO_RUNNING_CLOCK", _("There is no open date {name}.").format(name=clock))
    return found


def _party(draft: Draft, id: str) -> Party:
    found = next((p for p in draft.case.parties if p.id == id), None)
    if found is None:
        known = ", ".join(p.id for p in draft.case.parties) or "–"
        raise Refused(
            "NO_SUCH_PARTY",
            _("There is no party {id}.").format(id=id),
            _("The parties are: {ids}.").format(ids=known),
        )
    return found
