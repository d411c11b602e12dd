"""The clocks of a case: started, met, stopped, extended, confirmed. Deadlines are data here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from msgspec.structs import replace

from referral_engine.flow.draft import Draft
from referral_engine.model import event as e
from referral_engine.model.deadline import Deadline, Mark, Pause
from referral_engine.model.hours import WorkHours
from referral_engine.model.referral import Referral
from referral_engine.model.span import Span
from referral_engine.rules.tree import NamedClock
from referral_engine.worktime import Paused, WorkCalendar, at_shares, deadline, timing

__all__ = [
    "cancel",
    "confirm_all",
    "ensure",
    "extend",
    "find",
    "meet",
    "moment",
    "on_day",
    "pause",
    "reopen",
    "resume",
    "start",
    "start_waiting",
]

_Ends = tuple[datetime | None, bool, tuple[Mark, ...]]
"""When a clock ends (None while it stands still), whether that is provisional, and its marks."""

# What has happened once a clock is met, for clocks that count from there ({45wd: accepted}).
_PAST = {
    "claim": "claimed", "contact": "contacted", "arrive": "arrived", "report": "reported",
    "accept": "accepted", "file": "filed", "mediate": "mediated", "confirm": "confirmed",
}  # fmt: skip


def start(
    draft: Draft,
    clock: NamedClock,
    *,
    referral: Referral | None = None,
    since: datetime | None = None,
    emergency: bool = False,
) -> None:
    """Starts a clock of the case, or of `referral`, or lets it wait for its moment."""
    after = "" if clock.since in ("offered", "received") else clock.since  # those have happened
    begins = (_received(draft) if clock.since == "received" else since) or draft.at
    unit = referral.station if referral else draft.case.holder
    ends: _Ends = (None, False, ())
    if not after:
        ends = _ends(draft, draft.rules.shares(clock.name), clock.span, unit, begins, emergency)
    made = Deadline(
        id=f"D{len(draft.case.deadlines) + 1}",
        name=clock.name,
        since=begins,
        spans=(clock.span,),
        referral=referral.id if referral else "",
        due=ends[0],
        unit=unit,
        provisional=ends[1],
        calendar="" if after else draft.setting.calendar.version,
        emergency=emergency,
        after=after,
        state="waiting" if after else "running",
        marks=ends[2],
    )
    draft.record(e.ClockStarted(made))


def ensure(draft: Draft, name: str, referral: Referral | None = None) -> None:
    """Starts the clock that the rules give a case under this name, from now, unless it runs."""
    clock = draft.rules.clock("case", name)
    if clock is not None and find(draft, name, referral.id if referral else "") is None:
        start(draft, clock, referral=referral, since=draft.now)


def on_day(draft: Draft, name: str, day: date, *, referral: str = "") -> str:
    """A clock that ends at close of business of an agreed day; returns its id."""
    hours = draft.org.hours_of(draft.case.holder)
    at = draft.setting.calendar.end_of_day(day, hours)
    made = Deadline(
        id=f"D{len(draft.case.deadlines) + 1}", name=name, since=draft.at, referral=referral,
        unit=draft.case.holder, day=at, due=at,
    )  # fmt: skip
    draft.record(e.ClockStarted(_timed(draft, made)))
    return made.id


def moment(draft: Draft, name: str, at: datetime, *, referral: str = "") -> str:
    """A clock that ends at a given moment (a stop, a conference); returns its id."""
    made = Deadline(
        id=f"D{len(draft.case.deadlines) + 1}", name=name, since=draft.at, referral=referral,
        unit=draft.case.holder, day=at, due=at,
    )  # fmt: skip
    draft.record(e.ClockStarted(_timed(draft, made)))
    return made.id


def find(draft: Draft, name: str, referral: str = "") -> Deadline | None:
    """The latest clock of this name that is still open."""
    for each in reversed(draft.case.deadlines):
        if each.name == name and each.referral == referral and each.open:
            return each
    return None


def meet(draft: Draft, name: str, referral: str = "") -> None:
    """The act came: meets the clock, late or not, and starts what counted from here."""
    found = find(draft, name, referral)
    if found is not None and found.state != "waiting":
        late = found.due is not None and draft.at > found.due
        excused = late and _engine_down(draft, found)
        draft.record(e.ClockMet(found.id, late=late and not excused, excused=excused))
    start_waiting(draft, _PAST.get(name, name), referral)


def start_waiting(draft: Draft, happened: str, referral: str = "") -> None:
    """Starts the clocks of this referral that waited for this moment."""
    for waiting in draft.case.deadlines:
        if waiting.state != "waiting":
            continue
        if waiting.referral == referral and waiting.after == happened:
            begun = replace(waiting, state="running", since=draft.at, after="")
            draft.record(e.ClockChanged(_timed(draft, begun), happened))


def cancel(draft: Draft, chosen: Iterable[Deadline]) -> None:
    """Cancels those of the chosen clocks that are still open."""
    for each in list(chosen):
        if each.open:
            draft.record(e.ClockCancelled(each.id))


def extend(draft: Draft, found: Deadline, by: Span) -> None:
    """More time, counted on from the end of what there was; marks ahead are computed anew."""
    longer = replace(found, spans=(*found.spans, by), state="running")
    draft.record(e.ClockChanged(_timed(draft, longer), "extended"))


def reopen(draft: Draft, found: Deadline) -> None:
    """A met clock runs on with the time it had left when it was met (the report was returned)."""
    if found.met_at is None:
        return
    gap = Pause(since=found.met_at, reason="returned", scope=found.referral, until=draft.at)
    again = replace(found, state="running", met_at=None, pauses=(*found.pauses, gap))
    draft.record(e.ClockChanged(_timed(draft, again), "returned"))


def pause(draft: Draft, scope: str, reason: str) -> None:
    """Stops every running clock of the case (scope ``case``) or of one referral."""
    stop = Pause(since=draft.at, reason=reason, scope=scope)
    for found in _in_scope(draft, scope):
        if found.state == "running" and found.day is None:
            stopped = replace(found, state="paused", pauses=(*found.pauses, stop), due=None)
            draft.record(e.ClockChanged(stopped, "paused"))


def resume(draft: Draft, scope: str) -> None:
    """Ends this scope's stop; a clock that another stop still holds stays stopped."""
    for found in _in_scope(draft, scope):
        if found.state != "paused":
            continue
        pauses = tuple(
            replace(p, until=max(draft.at, p.since)) if p.scope == scope and p.until is None else p
            for p in found.pauses
        )
        running = replace(found, state="running", pauses=pauses)
        draft.record(e.ClockChanged(_timed(draft, running), "resumed"))


def confirm_all(draft: Draft) -> None:
    """Recomputes what was provisional; fired marks stay fired, whatever the new date."""
    for found in draft.case.deadlines:
        if not found.open or not found.provisional or found.state == "paused" or not found.spans:
            continue
        at, provisional, _marks = _computed(draft, found, ())
        if at is not None and not (provisional and at == found.due):
            new = _timed(draft, found)
            passed = found.state == "missed" and at <= draft.now
            new = replace(new, state="missed") if passed else new
            draft.record(e.ClockChanged(new, "deadline_confirmed"))


def _received(draft: Draft) -> datetime:
    """The receipt; what is entered long afterwards does not start overdue. A clock that starts
    again later, with another unit, counts from the same moment."""
    case = draft.case
    return max(case.received_at, case.registered_at - draft.policy.backdate.elapsed())


def _in_scope(draft: Draft, scope: str) -> tuple[Deadline, ...]:
    return tuple(d for d in draft.case.deadlines if scope in ("case", d.referral))


def _timed(draft: Draft, clock: Deadline) -> Deadline:
    """The clock with its due moment and marks; marks that fired before stay fired."""
    shares = draft.rules.shares(clock.name)
    if clock.day is not None:
        return replace(clock, due=clock.day, marks=_as_fired(clock, _fixed(clock, shares)))
    at, provisional, marks = _computed(draft, clock, shares)
    if at is None:
        return replace(clock, due=None, state="paused")
    state = "running" if clock.state in ("running", "paused", "missed") else clock.state
    return replace(
        clock, due=at, provisional=provisional, state=state,
        calendar=draft.setting.calendar.version, marks=_as_fired(clock, marks),
    )  # fmt: skip


def _fixed(clock: Deadline, shares: Sequence[float]) -> tuple[Mark, ...]:
    assert clock.day is not None
    length = clock.day - clock.since
    return tuple(Mark(s, clock.since + length * s) for s in shares)


def _as_fired(clock: Deadline, marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The new marks of a clock; what fired before stays fired."""
    fired = {mark.share for mark in clock.marks if mark.fired} if clock.marks else ()
    if not fired:
        return marks
    return tuple(replace(mark, fired=mark.share in fired) for mark in marks)


def _computed(draft: Draft, clock: Deadline, shares: tuple[float, ...]) -> _Ends:
    """The clock's end, and its marks at these shares."""
    if clock.pauses or len(clock.spans) > 1:
        hours = draft.org.hours_of(clock.unit)
        return _of_several(clock, shares, draft.setting.calendar, hours)
    span = clock.spans[0]
    return _ends(draft, shares, span, clock.unit, clock.since, clock.emergency)


def _ends(
    draft: Draft,
    shares: tuple[float, ...],
    span: Span,
    unit: str,
    since: datetime,
    emergency: bool,
) -> _Ends:
    """Of a clock that was never stopped or extended."""
    hours = draft.org.hours_of(unit)
    kind = timing(span, draft.setting.calendar, hours, shares, emergency)
    course = kind.course(since)
    return course.at, course.provisional, tuple(map(Mark, shares, course.moments))


def _of_several(
    clock: Deadline, shares: tuple[float, ...], calendar: WorkCalendar, hours: WorkHours
) -> _Ends:
    """Of a clock that was stopped or extended."""
    end = deadline(
        clock.since, clock.spans[0], calendar, hours, emergency=clock.emergency,
        stops=clock.pauses, extensions=clock.spans[1:],
    )  # fmt: skip
    moments = zip(shares, at_shares(end, shares, calendar, hours), strict=True)
    marks = tuple(Mark(share, at) for share, at in moments if at is not None)
    if isinstance(end, Paused):
        return None, False, marks
    return end.at, end.provisional, marks


def _engine_down(draft: Draft, clock: Deadline) -> bool:
    """Whether the engine did not run at the moment of the deadline: then nobody is blamed."""
    due = clock.due
    return due is not None and any(a <= due <= b for a, b in draft.facts.downtime)
