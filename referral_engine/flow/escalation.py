"""What stalls is escalated: due marks fire, rules infer, effects happen once each."""

from __future__ import annotations

from msgspec.structs import replace

from referral_engine.flow import clocks
from referral_engine.flow.draft import Draft
from referral_engine.flow.effects import carry_out, step_up_to
from referral_engine.flow.intake import take_up_again
from referral_engine.flow.state import state_of
from referral_engine.model import event as e
from referral_engine.model.command import Raise, StepUp, Supervise, Tick
from referral_engine.model.deadline import Deadline, Mark
from referral_engine.rules.infer import Fired
from referral_engine.rules.tree import Occasion

__all__ = ["occasion", "raise_", "step_up", "supervise", "tick"]

BACKSTOP = 2.0
"""Twice its time: where no rule has taken a case up by then, the engine itself does."""


def tick(draft: Draft, command: Tick) -> None:
    """Fires all that is due by now, in order of time; only the highest rung of a clock acts."""
    due: list[tuple[Mark, Deadline]] = []
    for deadline in draft.case.deadlines:
        if deadline.state in ("running", "missed"):
            due += [(m, deadline) for m in deadline.marks if not m.fired and m.at <= draft.now]
    highest = {deadline.id: mark.share for mark, deadline in sorted(due, key=_when)}
    for mark, deadline in sorted(due, key=_when):
        current = next(d for d in draft.case.deadlines if d.id == deadline.id)
        if current.state not in ("running", "missed"):
            continue  # an earlier mark of this very tick has ended it
        _fire(draft, current, mark, acts=mark.share == highest[deadline.id])


def occasion(draft: Draft, name: str, referral: str = "", share: float = 0.0) -> None:
    """Asks the escalation rules at this occasion and carries out what they conclude."""
    for fired in _concluded(draft, name, referral, share):
        carry_out(draft, fired, Occasion(name, share), referral)


def _concluded(draft: Draft, name: str, referral: str, share: float) -> tuple[Fired, ...]:
    """The rules that are true at this occasion; the flags they derive are recorded."""
    asked = Occasion(name, share)
    subject = state_of(draft, asked, referral)
    day = draft.setting.calendar.local_day(draft.case.received_at)
    inferred = draft.rules.inference.infer(subject, (asked,), day)
    new = tuple(flag for flag in inferred.flags if flag not in draft.case.flags)
    if new:
        rules = tuple(fired.rule_id for fired in inferred.fired)
        engine = inferred.engine
        label = f"{name}:{share:.0%}" if share else name
        draft.record(e.FlagDerived(new, label, rules, engine), engine=True)
    return inferred.fired


def raise_(draft: Draft, command: Raise) -> None:
    lead = draft.case.lead()
    occasion(draft, command.occasion, lead.id if lead else "")


def step_up(draft: Draft, command: StepUp) -> None:
    """To the next level of territory or leadership; never blocked, never punished."""
    to = draft.unit(command.to) if command.to else ""
    step_up_to(draft, to, "manual", draft.keep(command.reason))


def supervise(draft: Draft, command: Supervise) -> None:
    """督办: a formal urging, with its own clock."""
    lead = draft.case.referral(command.referral) or draft.case.lead()
    id = lead.id if lead else ""
    draft.record(e.Supervised(id, draft.keep(command.reason)))
    clock = draft.rules.clock("case", "supervise")
    if clock is not None:
        span = command.within or clock.span
        clocks.start(draft, replace(clock, span=span), referral=lead, since=draft.now)
    if lead is not None:
        draft.call(lead, "escalated", once=f"supervise/{lead.supervised + 1}", effect="supervise")
        draft.tell(lead.station, "supervised", referral=lead.id)


def _when(item: tuple[Mark, Deadline]) -> tuple[object, float]:
    return (item[0].at, item[0].share)


def _fire(draft: Draft, deadline: Deadline, mark: Mark, *, acts: bool) -> None:
    down = _down(draft, mark)
    skipped = "" if acts else ("engine_down" if down else "overtaken")
    draft.record(
        e.MarkFired(
            deadline.id, deadline.name, mark.share, deadline.referral, skipped=skipped,
            excused=down and mark.share >= 1.0,
        ),
        engine=True,
    )  # fmt: skip
    if not acts:
        # What has become true counts for the rung that acts; what would be done now is not.
        _concluded(draft, deadline.name, deadline.referral, mark.share)
        return
    if mark.share == 1.0 and _own_effect(draft, deadline):
        return
    occasion(draft, deadline.name, deadline.referral, mark.share)
    if mark.share >= BACKSTOP and not draft.case.over:
        _backstop(draft, deadline)


def _backstop(draft: Draft, deadline: Deadline) -> None:
    """What no rule has brought to leadership by now the engine brings there.

    A support that stalls does not take the case from a lead that acts: lead and holder hear it.
    """
    referral = draft.case.referral(deadline.referral)
    if referral is not None and referral.role == "support":
        for unit in dict.fromkeys((draft.case.holder, *_leads(draft))):
            draft.tell(unit, "support_stalls", referral=referral.id)
    elif not draft.case.steps:
        step_up_to(draft, "", f"backstop:{deadline.name}", "")


def _down(draft: Draft, mark: Mark) -> bool:
    return any(since <= mark.at <= until for since, until in draft.facts.downtime)


def _own_effect(draft: Draft, deadline: Deadline) -> bool:
    """Clocks whose end is an act of the engine's own; True where nothing else is to be asked."""
    if deadline.name == "hold":
        scope = deadline.referral or "case"
        draft.record(e.Resumed(scope, "until"), engine=True)
        clocks.resume(draft, scope)
        draft.record(e.ClockMet(deadline.id), engine=True)
        return True
    if deadline.name == "deferred":
        draft.record(e.ClockMet(deadline.id), engine=True)
        if draft.case.over:
            owner = draft.case.holder
            draft.record(e.Reopened(1, reason="deferral_due"), engine=True, owner=owner)
            take_up_again(draft)
        return True
    if deadline.name == "archive":
        draft.record(e.ClockMet(deadline.id), engine=True)
        draft.record(e.Archived(), engine=True)
        return True
    if deadline.name in ("perform", "confirm"):
        # What was promised is watched beyond the end of the case; then the rules may say more.
        for unit in dict.fromkeys((draft.case.holder, *_leads(draft))):
            draft.tell(unit, f"{deadline.name}_due", clock=deadline.id)
    return False


def _leads(draft: Draft) -> list[str]:
    lead = draft.case.lead()
    return [lead.station] if lead is not None else []
