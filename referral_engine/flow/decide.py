"""The one door of the core: a command on a case as it stands becomes an outcome. Pure.

``decide`` checks who asks, then hands the command to the one function that understands it. The
daemon, scenarios, rule tests, the CLI and the API all come through here; only clock and store
differ.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from referral_engine.errors import Refused
from referral_engine.flow import (
    answer,
    callback,
    correspondence,
    designation,
    escalation,
    intake,
    joining,
    mediation,
    recurrence,
    recusal,
    referral,
    report,
    retention,
    signing,
    timekeeping,
    whistle,
)
from referral_engine.flow.access import unknown_case
from referral_engine.flow.authority import authorise
from referral_engine.flow.draft import Draft, Setting
from referral_engine.flow.facts import Facts
from referral_engine.i18n import _
from referral_engine.lifecycle import DONE, WORKING, allows
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.command import Request, command_name
from referral_engine.model.outcome import Resolution

__all__ = ["HANDLERS", "Handler", "decide"]

Handler = Callable[[Draft, Any], None]

HANDLERS: dict[type, Handler] = {
    c.Register: intake.register,
    c.Accept: intake.accept,
    c.Reject: intake.reject,
    c.Redirect: intake.redirect,
    c.Exclude: intake.exclude,
    c.Object: intake.object_,
    c.Withdraw: intake.withdraw,
    c.Dispatch: whistle.dispatch,
    c.Whistle: whistle.whistle,
    c.StandDown: whistle.stand_down,
    c.Confer: whistle.confer,
    c.Designate: designation.designate,
    c.Decline: designation.decline,
    c.Transfer: designation.transfer,
    c.StepUp: escalation.step_up,
    c.Supervise: escalation.supervise,
    c.Tick: escalation.tick,
    c.Raise: escalation.raise_,
    c.Claim: referral.claim,
    c.Contact: referral.contact,
    c.Arrive: referral.arrive,
    c.NotNeeded: referral.not_needed,
    c.Progress: referral.progress,
    c.Enter: referral.enter,
    c.HandOff: referral.hand_off,
    c.Report: report.report,
    c.HandleNow: report.handle_now,
    c.Review: report.review,
    c.Defer: report.defer,
    c.Extend: timekeeping.extend,
    c.Hold: timekeeping.hold,
    c.Resume: timekeeping.resume,
    c.ConfirmDeadlines: timekeeping.confirm_deadlines,
    c.AddParty: mediation.add_party,
    c.Consent: mediation.consent,
    c.Challenge: mediation.challenge,
    c.Agree: mediation.agree,
    c.Settle: mediation.settle,
    c.CallBack: callback.call_back,
    c.Rate: callback.rate,
    c.Rework: callback.rework,
    c.Close: callback.close,
    c.Archive: callback.archive,
    c.Merge: joining.merge,
    c.Unmerge: joining.unmerge,
    c.Split: joining.split,
    c.AddAccused: recusal.add_accused,
    c.Sign: signing.sign,
    c.SendLetter: correspondence.send_letter,
    c.LetterDelivered: correspondence.letter_delivered,
    c.LateAnswer: correspondence.late_answer,
    c.CallFailed: correspondence.call_failed,
    c.Migrate: correspondence.migrate,
    c.Preserve: retention.preserve,
    c.EndPreservation: retention.end_preservation,
    c.Anonymise: retention.anonymise,
    c.PassAnswer: answer.pass_answer,
    c.Absorb: recurrence.absorb,
    c.Release: recurrence.release,
    c.Link: recurrence.link,
    c.MarkRecurred: recurrence.mark_recurred,
}

_OCCASIONS = frozenset({c.Decline, c.Transfer, c.Register})

# Clocks of two machines differ a little; an act is not in the future for that.
_SKEW = timedelta(minutes=5)


def decide(
    case: Case | None, request: Request, facts: Facts, setting: Setting, now: datetime
) -> Resolution | None:
    """What the command comes to; None where there is nothing to record (nothing was due).

    ``case`` is None only for ``register``. ``now`` is aware UTC. Raises Refused where the command
    is not allowed as it stands; the case is then unchanged.
    """
    if case is None and not isinstance(request.command, c.Register):
        raise unknown_case(request.case)
    if case is not None:
        authorise(case, request, setting.org)
    _check_time(request, setting, now)
    draft = Draft(case, request, facts, setting, now)
    HANDLERS[type(request.command)](draft, request.command)
    if case is not None and draft.case.state != case.state:
        _check_step(request, case.state, draft.case.state)
    _ask_rules(draft, request.command)
    if case is not None and case.state in WORKING and draft.case.state in DONE:
        escalation.occasion(draft, "resolved")
    return draft.done() if draft.changed else None


def _ask_rules(draft: Draft, command: c.Command) -> None:
    """What people did is an occasion for the escalation rules too, once it is done."""
    if type(command) not in _OCCASIONS:
        return
    match command:
        case c.Decline(referral=id):
            escalation.occasion(draft, "declined", id)
        case c.Transfer(referral=id):
            escalation.occasion(draft, "transferred", id)
        case c.Register() if draft.case.problem:
            escalation.occasion(draft, "recurred")


def _check_step(request: Request, before: str, after: str) -> None:
    """What the table does not know must not happen: the command is given up, nothing is kept."""
    command = command_name(request.command)
    if not allows(command, before, after):
        raise RuntimeError(f"{command} led from {before} to {after}, which no row of lifecycle has")


def _check_time(request: Request, setting: Setting, now: datetime) -> None:
    at = request.happened_at
    if at is None:
        return
    if at.tzinfo is None:
        raise Refused("NO_ZONE", _("The time {at} has no zone.").format(at=at))
    if at > now + _SKEW:
        raise Refused("IN_THE_FUTURE", _("The act lies in the future: {at}.").format(at=at))
    if now - at > setting.policy.backdate.elapsed():
        raise Refused(
            "TOO_LONG_AGO",
            _("An act may be recorded at most {span} afterwards.").format(
                span=setting.policy.backdate
            ),
            _("Record it with a note and let the centre decide on the clock."),
        )
