"""The people of a county, drawn by a profile: what each of them will do about what has happened.

They come to the flow as everybody does, as principals who may be refused. When and whether they
act is drawn; what becomes of it the flow decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from random import Random
from typing import Any

from referral_engine.flow.draft import Setting
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.case import Case, Proposal
from referral_engine.model.hours import WorkHours
from referral_engine.model.principal import Principal
from referral_engine.model.referral import Referral
from referral_engine.model.span import Span
from referral_engine.planning.agenda import Held
from referral_engine.planning.profile import Manners, Profile
from referral_engine.planning.staff import officer
from referral_engine.trial import deeds
from referral_engine.trial.deeds import Deed
from referral_engine.worktime import after

__all__ = ["Company"]

_ALWAYS = WorkHours(around_the_clock=True)
_URGES = ("remind", "supervise", "step_up")
_WORDS = {"contact": "contact", "arrive": "arrive", "initial": "initial", "accept": "contact"}
"""Clocks that a unit meets between claim and report, each with the delay that it takes."""
_BETWEEN_TRIES = Span(1, "h")


class Company:
    """Reads events and writes down on the agenda of a case what people will do about them."""

    def __init__(self, profile: Profile, setting: Setting, chance: Random) -> None:
        self._profile = profile
        self._setting = setting
        self._chance = chance
        self._centre = {
            "accept": ("duty_leader", _accept),
            "designate": ("duty_leader", deeds.designate),
            "confer": ("duty_leader", deeds.convene),
            "review": ("reviewer", self._review),
            "call_back": ("callback_officer", self._call_back),
            "close": ("dispatcher", deeds.close),
        }
        self._notices: dict[type, Callable[[Held, Any, datetime], None]] = {
            e.Offered: self._offered,
            e.Claimed: self._claimed,
            e.Resubmit: self._returned,
            e.EffectDone: self._urged,
            e.SteppedUp: self._stepped_up,
            e.Proposed: self._proposed,
            e.ClockStarted: self._waiting,
            e.ConferenceCalled: self._conference,
            e.CalledBack: self._called,
        }

    def notice(self, held: Held, events: Iterable[e.Event]) -> None:
        """What people will do about these events of the case, if anything."""
        notices = self._notices
        for event in events:
            found = notices.get(type(event.body))
            if found is not None:
                found(held, event.body, event.recorded_at)

    def refused(self, held: Held, command: c.Command, code: str, at: datetime, who: Any) -> None:
        """What whoever was refused does instead."""
        if isinstance(command, c.Decline):
            referral = held.case.referral(command.referral)
            if referral is not None and referral.state == "offered":
                self._unit(held, referral, "claim", deeds.take(referral.id), at)
        elif code == "SUPPORT_OPEN":
            self._later(held, "close", deeds.close, at, who)

    # -- units ------------------------------------------------------------------------------
    def _offered(self, held: Held, body: e.Offered, at: datetime) -> None:
        referral = body.referral
        manners = self._manners(referral)
        if self._happens(manners.silent):
            held.asleep.add(referral.id)
            return
        declines = referral.role == "lead" and self._happens(manners.declines)
        deed = _decline(referral.id) if declines else deeds.take(referral.id)
        self._unit(held, referral, "claim", deed, at)

    def _claimed(self, held: Held, body: e.Claimed, at: datetime) -> None:
        referral = held.case.referral(body.referral)
        if referral is None:
            return
        for clock in held.case.deadlines:
            if clock.referral == referral.id and clock.open and clock.name in _WORDS:
                deed = _word(clock.name, referral.id)
                self._unit(held, referral, _WORDS[clock.name], deed, at)
        if self._happens(self._manners(referral).silent):
            held.asleep.add(referral.id)
        else:
            self._unit(held, referral, "report", deeds.report(referral.id), at)

    def _returned(self, held: Held, body: e.Resubmit, at: datetime) -> None:
        referral = held.case.referral(body.referral)
        if referral is not None:
            self._unit(held, referral, "report", deeds.report(referral.id), at)

    def _urged(self, held: Held, body: e.EffectDone, at: datetime) -> None:
        if body.effect in _URGES:
            self._wake(held, body.referral, at)

    def _stepped_up(self, held: Held, body: e.SteppedUp, at: datetime) -> None:
        """The engine's own step up; a rule's is an effect, which has woken whom it could."""
        lead = held.case.lead()
        if body.reason.startswith("backstop") and lead is not None:
            self._wake(held, lead.id, at)

    def _wake(self, held: Held, id: str, at: datetime) -> None:
        referral = held.case.referral(id)
        if referral is None or id not in held.asleep:
            return
        if not self._happens(self._manners(referral).wakes):
            return
        held.asleep.discard(id)
        if referral.state == "offered":
            self._unit(held, referral, "claim", deeds.take(id), at)
        elif referral.state == "claimed":
            self._unit(held, referral, "report", deeds.report(id), at)

    # -- the centre -------------------------------------------------------------------------
    def _waiting(self, held: Held, body: e.ClockStarted, at: datetime) -> None:
        who, deed = self._centre.get(body.deadline.name, ("", None))
        if deed is not None:
            self._later(held, body.deadline.name, deed, at, who)

    def _proposed(self, held: Held, body: e.Proposed, at: datetime) -> None:
        for number in range(body.proposal.needed):
            self._sign(held, body.proposal, number + 1, at)

    def _sign(self, held: Held, proposal: Proposal, number: int, at: datetime) -> None:
        # Nobody signs about their own unit: then it is discipline's to sign.
        against = proposal.detail.get("against", "")
        who = "outside_leader" if against == held.case.holder else "duty_leader"
        self._later(held, "sign", deeds.sign(proposal.id), at, f"{who}#{number}")

    def _conference(self, held: Held, body: e.ConferenceCalled, at: datetime) -> None:
        deed = deeds.confer(body.conference.id)
        self._later(held, "confer", deed, at, "duty_leader")

    def _review(self, case: Case) -> c.Command | None:
        if case.state != "resolved":
            return None
        passed = case.reworks > 0 or self._happens(self._profile.centre.passes)
        return c.Review(passed=passed, reason="" if passed else "请补充办理依据")

    def _call_back(self, case: Case) -> c.Command | None:
        centre = self._profile.centre
        if case.state != "reviewed":
            return None
        if not self._happens(centre.reached):
            return c.CallBack(reached=False)
        resolved = centre.resolved_by(self._chance.random() * 100)
        return c.CallBack(reached=True, resolved=resolved, score=_SCORES[resolved])

    def _called(self, held: Held, body: e.CalledBack, at: datetime) -> None:
        """Whoever was not reached is called again at another hour."""
        if body.result == "unreached":
            apart = Span(self._setting.policy.tries_apart + _BETWEEN_TRIES.amount, "h")
            again = at + apart.elapsed()
            self._later(held, "call_back", self._call_back, again, "callback_officer")

    # -- when -------------------------------------------------------------------------------
    def _unit(self, held: Held, referral: Referral, act: str, deed: Deed, at: datetime) -> None:
        """Writes down an act of a unit on its referral, in its own time."""
        manners = self._manners(referral)
        if referral.whistle == "emergency":
            delay, hours = manners.emergency[act], _ALWAYS
        else:
            hours = manners.presence or self._setting.org.hours_of(referral.station)
            delay = manners.delays[act]
        moment = self._after(at, delay.draw(self._chance), hours)
        held.agenda.put(moment, deed, officer(referral.station))

    def _later(self, held: Held, act: str, deed: Deed, at: datetime, who: Principal | str) -> None:
        """Writes down an act of the centre that holds the case."""
        length = self._profile.centre.delays[act].draw(self._chance)
        hours = self._setting.org.hours_of(held.case.holder)
        held.agenda.put(self._after(at, length, hours), deed, who)

    def _after(self, at: datetime, length: int, hours: WorkHours) -> datetime:
        return after(at, length, self._setting.calendar, hours)

    def _happens(self, percent: float) -> bool:
        return self._chance.random() * 100 < percent

    def _manners(self, referral: Referral) -> Manners:
        return self._profile.manners(referral.station, referral.unit)


_SCORES = {"yes": 5, "partly": 3, "no": 1}


def _accept(case: Case) -> c.Command | None:
    return c.Accept() if case.state == "registered" else None


def _decline(referral: str) -> Deed:
    def deed(case: Case) -> c.Command | None:
        found = case.referral(referral)
        if found is None or found.state != "offered":
            return None
        return c.Decline(referral, ground="outside_remit", reason="不属于本单位职责")

    return deed


def _word(clock: str, referral: str) -> Deed:
    """What meets a clock between claim and report."""
    if clock == "contact":
        return deeds.contact(referral)

    def deed(case: Case) -> c.Command | None:
        found = case.referral(referral)
        if found is None or found.state != "claimed":
            return None
        if clock == "arrive":
            return c.Arrive(referral) if found.arrived_at is None else None
        if clock == "initial":
            return c.Progress(referral, note="书面首报", stage="initial")
        return c.Progress(referral, note="决定受理", meets=clock)

    return deed
