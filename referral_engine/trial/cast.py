"""A cast: people who act by themselves in virtual time, so that a whole county can be rehearsed.

They come through the same door as everybody, read what happened from the journal, and are the
same for the same cases: what chance would decide is decided by the sender's id of the issue.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime

from referral_engine.desk import Desk
from referral_engine.errors import Refused
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.case import Case, Proposal
from referral_engine.model.principal import Principal, Role
from referral_engine.model.referral import Referral
from referral_engine.model.span import Span
from referral_engine.store import START
from referral_engine.trial.deeds import (
    Deed,
    chance,
    close,
    confer,
    contact,
    convene,
    designate,
    report,
    review,
    scripted,
    sign,
    take,
)
from referral_engine.trial.script import Act, Script
from referral_engine.worktime import Due, deadline

__all__ = ["Cast"]

_ENDS = (e.Closed, e.Rejected, e.Redirected, e.Withdrawn, e.Merged, e.SplitOff)
_TRY_AGAIN = Span(4, "wh")
_CONVENES = Span(1, "h")
_HANDLING = ("claim", "decline", "report", "handle_now", "hand_off", "transfer", "silent")


class Cast:
    """A company for `runner.embedded.run`. ``served`` says which departments a plugin serves."""

    def __init__(self, desk: Desk, script: Script, served: Callable[[str], bool]) -> None:
        self._desk = desk
        self._script = script
        self._served = served
        self._position = START
        self._agenda: list[tuple[datetime, int, str, Principal | str, Deed]] = []
        self._order = itertools.count()
        self.ended = 0
        """Cases that have ended so far."""
        self.refusals: list[str] = []
        """What the cast tried in vain, for whoever writes a script."""

    def next_moment(self) -> datetime | None:
        """When somebody acts next; the journal is read first, for it may hold something new."""
        self._read()
        return self._agenda[0][0] if self._agenda else None

    def act(self, now: datetime) -> bool:
        """Does what is due by `now`; whether anything was."""
        self._read()
        acted = False
        while self._agenda and self._agenda[0][0] <= now:
            _at, _n, code, who, deed = heapq.heappop(self._agenda)
            self._do(code, who, deed)
            acted = True
        return acted

    # -- doing --------------------------------------------------------------------------------
    def _do(self, code: str, who: Principal | str, deed: Deed) -> None:
        case = self._case(code)
        command = deed(case)
        if command is None:
            return
        by = self._principal(who, case) if isinstance(who, str) else who
        try:
            self._desk.submit(c.Request(case=code, command=command, by=by))
        except Refused as refused:
            self.refusals.append(f"{case.sender_id} {c.command_name(command)}: {refused.code}")
            if refused.code == "SUPPORT_OPEN":
                self._later(self._desk.clock.now(), _TRY_AGAIN, case, who, deed)

    def _case(self, code: str) -> Case:
        with self._desk.store.reading() as reader:
            loaded = reader.load(code)
        assert loaded is not None, "the journal names only cases that are"
        return loaded.case

    def _principal(self, role: str, case: Case) -> Principal:
        """Someone of that role where the case is held, never from a unit that handled it."""
        if role == "reporter":
            return Principal(case.reporter, ("reporter",))
        handlers = {unit for r in case.referrals if r.claimed_at for unit in r.units}
        name, _mark, number = role.partition("#")
        unit = case.holder
        if name in ("reviewer", "callback_officer") and unit in handlers and not case.sealed:
            org = self._desk.workspace.org
            unit = org.centre("")
            if unit in handlers:
                unit = org.superior_not_in(unit, frozenset(handlers)) or org.discipline()
        roles: tuple[Role, ...] = (name,)  # type: ignore[assignment]
        if case.sealed:
            roles = (*roles, "sealed_contact")
        return Principal(f"cast:{name}{number}", roles, unit)

    def _later(
        self, at: datetime, span: Span, case: Case, who: Principal | str, deed: Deed,
        unit: str = "",
    ) -> datetime:  # fmt: skip
        workspace = self._desk.workspace
        hours = workspace.org.hours_of(unit or case.holder)
        end = deadline(at, span, workspace.calendar, hours, emergency=True)
        when = end.at if isinstance(end, Due) else at
        heapq.heappush(self._agenda, (when, next(self._order), case.code, who, deed))
        return when

    # -- reading what happened ----------------------------------------------------------------
    def _read(self) -> None:
        with self._desk.store.reading() as reader:
            fresh = [(s.position, s.event) for s in reader.all_events(self._position)]
        for position, event in fresh:
            self._position = position
            self._notice(event)

    def _notice(self, event: e.Event) -> None:
        body = event.body
        self.ended += isinstance(body, _ENDS) - isinstance(body, e.Reopened | e.Objected)
        if isinstance(body, e.Registered):
            self._story(event)
        elif isinstance(body, e.Offered):
            self._offered(event, body.referral)
        elif isinstance(body, e.Claimed):
            self._claimed(event, body.referral)
        elif isinstance(body, e.Resubmit):
            self._returned(event, body.referral)
        elif isinstance(body, e.Proposed):
            self._proposed(event, body.proposal)
        elif isinstance(body, e.ClockStarted):
            self._waiting(event, body.deadline.name)
        elif isinstance(body, e.ConferenceCalled):
            self._conference(event, body.conference.id)

    def _story(self, event: e.Event) -> None:
        """Puts the story of an issue on the agenda, each act after the one before."""
        case = self._case(event.case)
        at = event.recorded_at
        for act in self._script.story(case.sender_id):
            if act.do == "silent":
                continue
            who: Principal | str = act.role
            if act.unit:
                role: Role = act.role or "officer"  # type: ignore[assignment]
                who = Principal(f"cast:{act.unit}", (role, "sealed_contact"), act.unit)
            at = self._later(at, act.after, case, who, scripted(act), act.unit)

    def _offered(self, event: e.Event, referral: Referral) -> None:
        case = self._case(event.case)
        if self._told(case, referral):
            return
        officer = self._script.officer
        at = event.recorded_at
        wait = officer.claim_after.scaled(4) if self._served(referral.unit) else officer.claim_after
        who = self._officer(referral)
        id = referral.id
        self._later(at, wait, case, who, take(id), referral.station)

    def _officer(self, referral: Referral) -> Principal:
        roles: tuple[Role, ...] = ("officer", "sealed_contact")
        return Principal(f"cast:{referral.station}", roles, referral.station)

    def _proposed(self, event: e.Event, proposal: Proposal) -> None:
        case = self._case(event.case)
        leader = self._script.duty_leader
        signers = (
            ["reporter"] if proposal.kind == "withdraw" else ["duty_leader#1", "duty_leader#2"]
        )
        for who in signers[: proposal.needed]:
            self._later(event.recorded_at, leader.signs_after, case, who, sign(proposal.id))

    def _waiting(self, event: e.Event, clock: str) -> None:
        case = self._case(event.case)
        script, at = self._script, event.recorded_at
        if clock == "review":
            self._later(at, script.reviewer.after, case, "reviewer", review(script.reviewer.passes))
        elif clock == "call_back":
            self._later(at, script.callback_officer.after, case, "callback_officer",
                        self._call_back)  # fmt: skip
        elif clock == "close":
            self._later(at, script.dispatcher.closes_after, case, "dispatcher", close)
        elif clock == "confer":
            self._later(at, _CONVENES, case, "duty_leader", convene)
        elif clock in ("designate", "accept"):
            self._later(at, script.duty_leader.designates_after, case, "duty_leader",
                        designate)  # fmt: skip

    def _claimed(self, event: e.Event, id: str) -> None:
        """Whoever claimed goes on; where a plugin stops, its people do so later."""
        case = self._case(event.case)
        referral = case.referral(id)
        if referral is None or self._told(case, referral):
            return
        officer, at, who = self._script.officer, event.recorded_at, self._officer(referral)
        slower = 2 if event.by.id.startswith("plugin:") else 1
        if referral.role == "lead" and slower == 1:
            self._later(at, officer.contact_after, case, who, contact(id), referral.station)
        wait = officer.report_after.scaled(slower)
        self._later(at, wait, case, who, report(id), referral.station)

    def _returned(self, event: e.Event, id: str) -> None:
        """A returned report is done again by people."""
        case = self._case(event.case)
        referral = case.referral(id)
        if referral is not None:
            who, wait = self._officer(referral), self._script.officer.report_after
            self._later(event.recorded_at, wait, case, who, report(id), referral.station)

    def _told(self, case: Case, referral: Referral) -> bool:
        """Whether the story itself says what this unit does."""
        story = self._script.story(case.sender_id)
        return any(act.do in _HANDLING and _handles(act, referral) for act in story)

    def _conference(self, event: e.Event, id: str) -> None:
        case = self._case(event.case)
        self._later(event.recorded_at, self._script.duty_leader.designates_after, case,
                    "duty_leader", confer(id))  # fmt: skip

    # -- calling back, try after try ------------------------------------------------------
    def _call_back(self, case: Case) -> c.Command | None:
        told = [a for a in self._script.story(case.sender_id) if a.do == "call_back"]
        if case.state != "reviewed":
            return None
        if told and case.reworks < len(told):
            return None  # the story calls back itself
        officer = self._script.callback_officer
        if chance(case, f"reach{case.tries}") >= officer.reached:
            who = "callback_officer"
            hours = self._desk.workspace.config.policy.tries_apart
            if case.tries + 1 < self._desk.workspace.config.policy.tries:
                self._later(
                    self._desk.clock.now(), Span(hours + 1, "h"), case, who, self._call_back
                )
            return c.CallBack(reached=False)
        resolved = officer.resolved_by(chance(case, f"resolved{case.reworks}"))
        score = {"yes": 5, "partly": 3, "no": 1}[resolved]
        return c.CallBack(reached=True, resolved=resolved, score=score)


def _handles(act: Act, referral: Referral) -> bool:
    return not act.unit or act.unit in referral.units
