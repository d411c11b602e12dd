"""Intake: an issue becomes a case, is accepted and routed, or a refusal is put to a person."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from referral_engine.errors import Refused
from referral_engine.flow import clocks
from referral_engine.flow.answer import answered
from referral_engine.flow.draft import Draft
from referral_engine.flow.ground import coded
from referral_engine.flow.offer import drop_all, hold_at_centre, offer_step
from referral_engine.flow.recurrence import recall
from referral_engine.flow.recusal import (
    ACCUSATION,
    bar,
    barred_by,
    clear_of,
    is_accusation,
    seal,
)
from referral_engine.flow.routing import route
from referral_engine.flow.signing import effect_of, propose, void_all
from referral_engine.flow.timekeeping import end_stops
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.case import Proposal
from referral_engine.model.command import (
    Accept,
    Exclude,
    Object,
    Redirect,
    Register,
    Reject,
    Withdraw,
)
from referral_engine.model.event.body import Extra
from referral_engine.model.issue import Issue
from referral_engine.model.span import Span
from referral_engine.rules import vocabulary
from referral_engine.worktime import Due, deadline

__all__ = [
    "ISSUE",
    "accept",
    "exclude",
    "object_",
    "owe_again",
    "redirect",
    "register",
    "reject",
    "take_up_again",
    "withdraw",
]

ISSUE = "issue"
"""Content reference of the issue as it came in, as JSON."""

EXCLUDED_FOR_DAYS = 183
"""An exclusion holds six months (domain.md §9) and is then to be decided anew."""


def register(draft: Draft, command: Register) -> None:
    """The first event. Accusations are sealed here, before anything else is asked."""
    issue = command.issue
    org = draft.org
    accused = barred_by(draft, issue.accused)
    # Not even at the first event does the case belong to whom it accuses.
    holder = clear_of(draft, draft.centre(issue.territory), accused)
    first = draft.by.unit if draft.by.unit and draft.by.unit not in accused else holder
    ref = draft.keep(msgspec.json.encode(issue).decode(), ref=ISSUE)
    draft.begin(
        e.Registered(
            channel=issue.channel, received_at=issue.received_at, rule_set=draft.rules.hash,
            holder=holder, first=first, level=org.level_of_unit(holder),
            category=issue.category, territory=issue.territory, people=issue.people,
            severity=issue.severity, tags=issue.tags, accused=issue.accused,
            extra=_declared(draft, issue), reporter=draft.facts.reporter,
            reporter_anonymous=issue.reporter.anonymous,
            has_location=issue.location is not None and issue.location.lat is not None,
            attachments=tuple(a.digest for a in issue.attachments if a.digest),
            sender_id=issue.id, issue_ref=ref, follows=command.follows,
            imported_at=draft.facts.imported_at,
        ),
        owner=holder,
    )  # fmt: skip
    if issue.accused:
        bar(draft, issue.accused)
    if command.sealed or is_accusation(draft):
        seal(draft, command.sealed or ACCUSATION)
    clock = draft.rules.clock("case", "answer")
    if clock is not None:
        clocks.start(draft, clock, since=_received(draft))
    draft.tell("reporter", "registered")
    if command.auto_accept:
        draft.record(e.Accepted(), engine=True)
        route(draft)
    else:
        hold_at_centre(draft, "accept")
    recall(draft)  # only now is it known whether the rules seal it


def accept(draft: Draft, command: Accept) -> None:
    """A person accepts, correcting category or place, and the rules decide."""
    draft.record(e.Accepted(command.category, command.territory))
    if clocks.find(draft, "accept"):
        clocks.meet(draft, "accept")
    void_all(draft, "accepted")
    route(draft)


def reject(draft: Draft, command: Reject) -> None:
    ground, words = coded(command.ground, command.reason, vocabulary.REJECT_GROUNDS)
    propose(draft, "reject", {"ground": ground}, note=draft.keep(words))


def redirect(draft: Draft, command: Redirect) -> None:
    path, words = coded(command.legal_path, command.reason, vocabulary.REDIRECTS)
    propose(draft, "redirect", {"legal_path": path}, note=draft.keep(words))


def exclude(draft: Draft, command: Exclude) -> None:
    ground, words = coded(command.ground, command.reason, vocabulary.REJECT_GROUNDS)
    propose(draft, "exclude", {"ground": ground}, note=draft.keep(words))


def object_(draft: Draft, command: Object) -> None:
    """The reporter objects in time: the case goes on to the step that its path has for that, else
    the centre takes it up again."""
    lead = draft.case.lead()
    step = draft.step_of(lead)
    if step is not None and step.final:
        raise Refused(
            "CONCLUDED",
            _("The last instance has decided; the procedure is closed."),
            _("New facts may be reported; they are joined to this case's history."),
        )
    beyond = step.objection if step else None
    _in_time(draft, beyond.within if beyond else draft.policy.objection)
    draft.record(e.Objected(draft.keep(command.reason)), owner=draft.case.holder)
    following = draft.rules.step(draft.case.path, beyond.step) if beyond else None
    if lead is None or following is None:
        take_up_again(draft)
        return
    owe_again(draft)
    offer_step(draft, following, lead.unit, "objection")


def _in_time(draft: Draft, span: Span) -> None:
    """Counted from the closing, to the close of business of a working day."""
    ended = draft.case.closed_at or draft.now
    end = deadline(
        ended, span, draft.setting.calendar, draft.org.hours_of(draft.case.holder)
    )  # fmt: skip
    if isinstance(end, Due) and draft.now > end.at:
        raise Refused(
            "OBJECTION_TOO_LATE",
            _("The time for an objection is over."),
            _("A new report may be made; it is joined to this case's history."),
        )


def take_up_again(draft: Draft) -> None:
    """What ended, or was about to, is in hand again, and the centre says whose."""
    owe_again(draft)
    hold_at_centre(draft, "designate")


def owe_again(draft: Draft) -> None:
    """Nothing of the ending runs on, and an answer is owed anew."""
    ending = ("review", "call_back", "close", "archive")
    clocks.cancel(draft, [d for d in draft.case.deadlines if d.name in ending])
    clocks.ensure(draft, "answer")


def withdraw(draft: Draft, command: Withdraw) -> None:
    """The reporter's own word ends it; anyone else's only asks the reporter."""
    if draft.case.reporters:
        raise Refused(
            "OTHERS_REPORTED_IT",
            _("Others reported the same; for them the case goes on."),
            _("The centre can take your report out of it: unmerge."),
        )
    note = draft.keep(command.reason)
    if draft.by.has("reporter"):
        _withdraw(draft, note)
        return
    draft.record(e.WithdrawalAsked(note))
    propose(draft, "withdraw", {}, note=note)


@effect_of("withdraw")
def _withdrawal_confirmed(draft: Draft, proposal: Proposal) -> None:
    _withdraw(draft, proposal.note)


def _withdraw(draft: Draft, note: str) -> None:
    draft.record(e.Withdrawn(note), owner=draft.case.holder)
    _finish(draft, "withdrawn")


@effect_of("reject")
def _rejected(draft: Draft, proposal: Proposal) -> None:
    draft.record(e.Rejected(proposal.detail["ground"], proposal.note), owner=draft.case.holder)
    answered(draft, "rejection", proposal.note)
    draft.tell("reporter", "rejected", ground=proposal.detail["ground"])
    _finish(draft, "rejected")


@effect_of("redirect")
def _redirected(draft: Draft, proposal: Proposal) -> None:
    path = proposal.detail["legal_path"]
    draft.record(e.Redirected(path, proposal.note), owner=draft.case.holder)
    answered(draft, "redirection", proposal.note)
    draft.tell("reporter", "redirected", legal_path=path)
    _finish(draft, "redirected")


@effect_of("exclude")
def _excluded(draft: Draft, proposal: Proposal) -> None:
    until = draft.now + timedelta(days=EXCLUDED_FOR_DAYS)
    draft.record(e.Excluded(proposal.detail["ground"], until, proposal.note))
    draft.tell("reporter", "excluded", ground=proposal.detail["ground"])


def _finish(draft: Draft, reason: str) -> None:
    """Nothing of an ended case runs on."""
    end_stops(draft)
    void_all(draft, reason)
    drop_all(draft, reason)
    clocks.cancel(draft, draft.case.deadlines)


def _declared(draft: Draft, issue: Issue) -> Extra:
    """The columns of its own that rules may read. Any other may hold a person's name or number
    and stays with the issue, in content."""
    known = draft.rules.fields
    return {
        name: value
        for name, value in issue.extra.items()
        if f"extra.{name}" in known or ("." in name and name in known)
    }


def _received(draft: Draft) -> datetime:
    """The answer clock runs from receipt; that of a backfill, received long ago, from now."""
    received = draft.case.received_at
    recent = draft.now - received <= draft.policy.backdate.elapsed()
    return min(received, draft.now) if recent else draft.now
