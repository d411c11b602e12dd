"""More time and stopped time: asked for by one, approved by another, resumed by itself."""

from __future__ import annotations

from datetime import datetime

from referral_engine.errors import Refused
from referral_engine.flow import clocks
from referral_engine.flow.draft import Draft
from referral_engine.flow.signing import effect_of, propose
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.case import Proposal
from referral_engine.model.command import ConfirmDeadlines, Extend, Hold, Resume
from referral_engine.model.deadline import Deadline, Pause
from referral_engine.model.span import Span
from referral_engine.rules.statutes import longer

__all__ = ["confirm_deadlines", "end_stops", "extend", "hold", "resume"]


def extend(draft: Draft, command: Extend) -> None:
    """延期: the clock must still run; what has passed cannot be extended."""
    referral = command.referral or _lead(draft, command.clock)
    found = clocks.find(draft, command.clock, referral)
    if found is None or found.state != "running" or found.day is not None:
        raise Refused(
            "NO_RUNNING_CLOCK",
            _("There is no running clock {name} to extend.").format(name=command.clock),
            _("`referral case show {code}` lists the clocks.").format(code=draft.code),
        )
    _may_extend(draft, found, command.by)
    note = draft.keep(command.reason)
    detail = {"deadline": found.id, "by": str(command.by)}
    propose(draft, "extend", detail, referral=referral, note=note)


def _may_extend(draft: Draft, found: Deadline, by: Span) -> None:
    """Where the path says which clocks may be extended and by how much, it is that, and once; for
    the case's own clocks the step of its lead counts."""
    case = draft.case
    step = draft.step_of(case.referral(found.referral) if found.referral else case.lead())
    if step is None or step.extend is None:
        return
    most = next((clock.span for clock in step.extend if clock.name == found.name), None)
    if most is None or len(found.spans) > 1:
        raise Refused(
            "NOT_EXTENDED",
            _("At this step the clock {name} is not extended (again).").format(name=found.name),
            _("Answer with what is known."),
        )
    if longer(by, most):
        raise Refused(
            "EXTENSION_TOO_LONG",
            _("This clock may be extended by at most {span}.").format(span=most),
            _("Ask for that, or answer with what is known."),
        )


def hold(draft: Draft, command: Hold) -> None:
    """中止计时: scope, reason and end are named; the approver is not the asker."""
    if command.until <= draft.now:
        raise Refused("UNTIL_PASSED", _("The end of a clock stop must lie ahead."))
    _may_stop(draft, command)
    scope = command.referral or "case"
    if any(p.scope == scope and p.until is None for p in draft.case.pauses):
        raise Refused("ALREADY_HELD", _("This clock is stopped already."), _("Resume it first."))
    note = draft.keep(command.reason)
    detail = {"scope": scope, "until": command.until.isoformat()}
    propose(draft, "hold", detail, referral=command.referral, note=note)


def _may_stop(draft: Draft, command: Hold) -> None:
    """Where the path says on what grounds clocks stop, there is no other; for the whole case, that
    of its lead counts."""
    referral = draft.case.referral(command.referral) if command.referral else draft.case.lead()
    step = draft.step_of(referral)
    if step is None or step.stops is None or command.ground in step.stops:
        return
    raise Refused(
        "NO_SUCH_STOP",
        _("At this step clocks are not stopped for that."),
        _("They stop for: {grounds}.").format(grounds=", ".join(step.stops) or _("nothing")),
    )


def resume(draft: Draft, command: Resume) -> None:
    scope = command.referral or "case"
    if not any(p.scope == scope and p.until is None for p in draft.case.pauses):
        raise Refused("NOT_HELD", _("This clock is not stopped."))
    draft.record(e.Resumed(scope, draft.keep(command.reason)))
    clocks.resume(draft, scope)
    waiting = clocks.find(draft, "hold", command.referral)
    if waiting is not None:
        draft.record(e.ClockMet(waiting.id))


def end_stops(draft: Draft, scopes: tuple[str, ...] = ()) -> None:
    """Ends every open clock stop, or those of `scopes`: what is done or over is held no longer."""
    for stop in draft.case.pauses:
        if stop.until is None and (not scopes or stop.scope in scopes):
            draft.record(e.Resumed(stop.scope, "ended"), engine=True)
            clocks.resume(draft, stop.scope)
            waiting = clocks.find(draft, "hold", "" if stop.scope == "case" else stop.scope)
            if waiting is not None:
                draft.record(e.ClockCancelled(waiting.id), engine=True)


def confirm_deadlines(draft: Draft, command: ConfirmDeadlines) -> None:
    """A calendar became known: provisional deadlines are computed anew, both versions kept."""
    clocks.confirm_all(draft)


@effect_of("extend")
def _extended(draft: Draft, proposal: Proposal) -> None:
    id = proposal.detail["deadline"]
    found = next((d for d in draft.case.deadlines if d.id == id and d.open), None)
    if found is None or found.state != "running":
        raise Refused("NO_RUNNING_CLOCK", _("The clock has ended meanwhile."))
    _may_extend(draft, found, Span.parse(proposal.detail["by"]))
    clocks.extend(draft, found, Span.parse(proposal.detail["by"]))
    referral = draft.case.referral(proposal.referral)
    if referral is not None:
        draft.tell(referral.station, "extended", referral=referral.id)


@effect_of("hold")
def _held(draft: Draft, proposal: Proposal) -> None:
    scope = proposal.detail["scope"]
    until = datetime.fromisoformat(proposal.detail["until"])
    if until <= draft.now:
        raise Refused("UNTIL_PASSED", _("The end of a clock stop must lie ahead."))
    pause = Pause(since=draft.at, reason=proposal.note, scope=scope, review_at=until)
    draft.record(e.Paused(pause, proposal.note))
    clocks.pause(draft, scope, proposal.note)
    clocks.moment(draft, "hold", until, referral=proposal.referral)
    draft.tell("reporter", "held", until=proposal.detail["until"])


def _lead(draft: Draft, clock: str) -> str:
    """The lead's clock where no referral is named; the case's own for ``answer``."""
    lead = draft.case.lead()
    return "" if clock == "answer" or lead is None else lead.id
