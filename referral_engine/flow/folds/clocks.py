"""Folds of clocks and clock stops."""

from __future__ import annotations

from msgspec.structs import replace

from referral_engine.flow.folds.table import Changes, deadline_with, on
from referral_engine.model import event as e
from referral_engine.model.case import Case
from referral_engine.model.deadline import Deadline, Mark, Pause


@on(e.ClockStarted)
def _clock_started(case: Case, body: e.ClockStarted, event: e.Event) -> Changes:
    return {"deadlines": (*case.deadlines, body.deadline)}


@on(e.ClockChanged)
def _clock_changed(case: Case, body: e.ClockChanged, event: e.Event) -> Changes:
    new = body.deadline
    return {"deadlines": tuple(new if d.id == new.id else d for d in case.deadlines)}


@on(e.ClockMet)
def _clock_met(case: Case, body: e.ClockMet, event: e.Event) -> Changes:
    return {
        "deadlines": deadline_with(
            case, body.deadline, state="met", met_at=event.happened_at,
            late=body.late, excused=body.excused,
        )
    }  # fmt: skip


@on(e.ClockCancelled)
def _clock_cancelled(case: Case, body: e.ClockCancelled, event: e.Event) -> Changes:
    return {"deadlines": deadline_with(case, body.deadline, state="cancelled")}


@on(e.MarkFired)
def _mark_fired(case: Case, body: e.MarkFired, event: e.Event) -> Changes:
    def fire(deadline: Deadline) -> Deadline:
        marks = tuple(_fired(mark, body.share) for mark in deadline.marks)
        missed = body.share >= 1.0 and deadline.state == "running"
        return replace(
            deadline,
            marks=marks,
            state="missed" if missed else deadline.state,
            excused=deadline.excused or body.excused,
        )

    return {"deadlines": tuple(fire(d) if d.id == body.deadline else d for d in case.deadlines)}


def _fired(mark: Mark, share: float) -> Mark:
    return replace(mark, fired=True) if mark.share == share else mark


@on(e.Paused)
def _paused(case: Case, body: e.Paused, event: e.Event) -> Changes:
    return {"pauses": (*case.pauses, body.pause)}


@on(e.Resumed)
def _resumed(case: Case, body: e.Resumed, event: e.Event) -> Changes:
    def end(pause: Pause) -> Pause:
        ends = pause.scope == body.scope and pause.until is None
        return replace(pause, until=event.happened_at) if ends else pause

    return {"pauses": tuple(end(p) for p in case.pauses)}
