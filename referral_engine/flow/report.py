"""Feedback: the report, handling at once, review, return, lawful outcomes."""

from __future__ import annotations

from datetime import date, datetime

from referral_engine.errors import Refused
from referral_engine.flow import clocks
from referral_engine.flow.answer import answered
from referral_engine.flow.draft import Draft
from referral_engine.flow.offer import offer, offer_step
from referral_engine.flow.referral import cancel_supports, claimed, referral_of
from referral_engine.flow.sampling import sampled
from referral_engine.flow.signing import effect_of, propose, void_all
from referral_engine.flow.timekeeping import end_stops
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.case import Proposal
from referral_engine.model.command import Defer, HandleNow, Report, Review
from referral_engine.model.referral import Evidence, Referral

__all__ = ["defer", "handle_now", "report", "review"]

FAILED = ("not_mediated", "unfounded", "no_answer")
_BACKED = ("explained",)
"""Outcomes that close what was not done: two persons sign (domain.md §9)."""


def report(draft: Draft, command: Report) -> None:
    """A support's report is kept; the lead's resolves the case, or moves its path on."""
    referral = referral_of(draft, command.referral)
    text = draft.keep(command.text)
    leads = referral.role == "lead"  # what a support finds closes its own part and no more
    if leads and command.outcome == "deferred":
        _ask_to_defer(draft, command, text)
        return
    if leads and command.outcome in _BACKED:
        propose(
            draft, "explain", {"outcome": command.outcome, "text": text},
            referral=referral.id, note=text,
        )  # fmt: skip
        return
    _reported(draft, referral, command.outcome, text, command.evidence)


def _reported(
    draft: Draft,
    referral: Referral,
    outcome: str,
    text: str,
    evidence: tuple[Evidence, ...] = (),
) -> None:
    _close_part(draft, referral, outcome, text, evidence)
    if referral.role == "support":
        return
    if not _next_step(draft, referral, outcome):
        _resolve(draft, _path_outcome(draft, referral, outcome))


def handle_now(draft: Draft, command: HandleNow) -> None:
    """即办: claim and feedback in one command at the spot, with photo and time; no review."""
    referral = draft.case.referral(command.referral) or _own(draft)
    text = draft.keep(command.text)
    if referral.state == "offered":
        claimed(draft, referral)
    _close_part(draft, referral, "solved", text, command.evidence, now=True)
    if referral.role == "lead":
        _resolve(draft, "solved", review=False)


def review(draft: Draft, command: Review) -> None:
    """Passed, the reporter is called back; returned, the unit's remaining time continues."""
    note = draft.keep(command.reason)
    lead = draft.case.lead()
    if clocks.find(draft, "review"):
        clocks.meet(draft, "review")
    if command.passed:
        draft.record(e.Reviewed(passed=True, note=note), owner=draft.case.holder)
        _to_call_back(draft)
        return
    if lead is None:
        raise Refused("NO_LEAD", _("There is no report to return."), _("Dispatch the case."))
    draft.record(e.Reviewed(passed=False, note=note), owner=lead.station)
    _return(draft, lead)


def defer(draft: Draft, command: Defer) -> None:
    """挂账: asked for by one, signed by two others, told to the reporter."""
    note = draft.keep(command.reason)
    _propose_deferral(draft, command.review_on, note)


def _propose_deferral(draft: Draft, day: date, note: str) -> None:
    _ahead(draft, day)
    propose(draft, "defer", {"review_on": day.isoformat()}, note=note)


def _ahead(draft: Draft, day: date) -> datetime:
    """The end of business of a day that must still come."""
    at = draft.setting.calendar.end_of_day(day, draft.org.hours_of(draft.case.holder))
    if at <= draft.now:
        raise Refused("REVIEW_DATE", _("The day on which it is looked at again must lie ahead."))
    return at


@effect_of("defer")
def _deferred(draft: Draft, proposal: Proposal) -> None:
    at = _ahead(draft, date.fromisoformat(proposal.detail["review_on"]))
    draft.record(e.Deferred(at, proposal.note))
    lead = draft.case.lead()
    if lead is not None and lead.open:
        _close_part(draft, lead, "deferred", proposal.note)
    clocks.moment(draft, "deferred", at)
    answered(draft, "deferral", proposal.note)
    _resolve(draft, "deferred", review=False)
    draft.tell("reporter", "deferred", review_on=proposal.detail["review_on"])


@effect_of("explain")
def _explained(draft: Draft, proposal: Proposal) -> None:
    referral = referral_of(draft, proposal.referral)
    if referral.open:
        answered(draft, "explanation", proposal.note)
        _reported(draft, referral, proposal.detail["outcome"], proposal.detail["text"])
    draft.tell("reporter", "explained")


def _ask_to_defer(draft: Draft, command: Report, text: str) -> None:
    if command.review_on is None:
        raise Refused(
            "REVIEW_DATE",
            _("A deferral names the day on which it is looked at again."),
            _("Give --review-on."),
        )
    _propose_deferral(draft, command.review_on, text)


def _close_part(
    draft: Draft,
    referral: Referral,
    outcome: str,
    text: str,
    evidence: tuple[Evidence, ...] = (),
    *,
    now: bool = False,
) -> None:
    owner = draft.case.holder if referral.role == "lead" else ""
    end_stops(draft, (referral.id,))
    draft.record(e.Reported(referral.id, outcome, text, evidence, handled_now=now), owner=owner)
    if now:
        clocks.meet(draft, "contact", referral.id)
        clocks.meet(draft, "arrive", referral.id)
    clocks.meet(draft, "report", referral.id)
    rest = [d for d in draft.case.deadlines if d.referral == referral.id]
    clocks.cancel(draft, rest)


def _own(draft: Draft) -> Referral:
    """Handled at the spot without a referral: the handler's unit becomes the lead at once."""
    lead = draft.case.lead()
    if lead is not None and lead.open and draft.by.unit in lead.units:
        return lead
    unit = draft.by.unit or draft.case.holder
    return offer(draft, unit, "lead", reason="handle_now")


def _path_outcome(draft: Draft, referral: Referral, outcome: str) -> str:
    """What the last step of a path calls its success or failure; else what was reported."""
    step = draft.step_of(referral)
    if step is None:
        return outcome
    named = step.outcome_failure if outcome in FAILED else step.outcome_success
    return named or outcome


def _next_step(draft: Draft, referral: Referral, outcome: str) -> bool:
    """Moves a path on by success or failure; False where the path (or the case) ends here."""
    step = draft.step_of(referral)
    if step is None:
        return False
    wanted = step.failure if outcome in FAILED else step.success
    following = draft.rules.step(draft.case.path, wanted) if wanted else None
    if following is None:
        return False
    offer_step(draft, following, referral.unit, "path", engine=True)
    return True


def _resolve(draft: Draft, outcome: str, *, review: bool = True) -> None:
    end_stops(draft)
    cancel_supports(draft)
    void_all(draft, "resolved")
    for name in ("designate", "supervise", "confer"):
        clocks.cancel(draft, [d for d in draft.case.deadlines if d.name == name])
    draft.record(e.Resolved(outcome), owner=draft.case.holder)
    draft.tell("reporter", "resolved", outcome=outcome)
    if review and sampled(draft.code, "review", draft.policy.review_share):
        clocks.ensure(draft, "review")
        draft.tell(draft.case.holder, "review")
        return
    why = "not_sampled" if review else "handled_now"
    draft.record(e.Reviewed(passed=True, skipped=why), owner=draft.case.holder, engine=True)
    _to_call_back(draft)


def _to_call_back(draft: Draft) -> None:
    """Whom the sample does not choose for a call-back still waits for a person who closes."""
    chosen = sampled(draft.code, "call_back", draft.policy.call_back_share)
    waiting = "call_back" if chosen else "close"
    clocks.ensure(draft, waiting)
    draft.tell(draft.case.holder, waiting)


def _return(draft: Draft, lead: Referral) -> None:
    draft.record(e.Resubmit(lead.id, lead.round), owner=lead.station)
    report_clock = next(
        (d for d in reversed(draft.case.deadlines) if d.name == "report" and d.referral == lead.id),
        None,
    )
    if report_clock is not None:
        clocks.reopen(draft, report_clock)
    draft.call(lead, "returned", once=str(draft.case.version))
    draft.tell(lead.station, "returned", referral=lead.id)
