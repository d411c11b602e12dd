"""After the work: call-back, rating, rework, closing. The answer every issue is owed."""

from __future__ import annotations

from datetime import timedelta

from referral_engine.errors import Refused
from referral_engine.flow import clocks
from referral_engine.flow.answer import answered
from referral_engine.flow.draft import Draft
from referral_engine.flow.escalation import occasion
from referral_engine.flow.offer import hold_at_centre, offer
from referral_engine.flow.signing import void_all
from referral_engine.flow.whistle import call_conference
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.command import CallBack, Close, PassAnswer, Rate, Rework

__all__ = ["archive", "call_back", "close", "rate", "rework"]

_RESULTS = {"yes": "resolved", "partly": "partly", "no": "unresolved"}


def call_back(draft: Draft, command: CallBack) -> None:
    """One try. Three in vain at different hours end ``unverified``, never ``satisfied``."""
    result = _result(command)
    note = draft.keep(command.comment)
    if command.party:
        _call_party(draft, command, result, note)
        return
    if draft.case.state != "reviewed":
        raise Refused("CALLED_BACK", _("The reporter has been called back."), _("Name --party."))
    tried = draft.case.tries + 1
    if not command.reached:
        _unreached(draft, tried, note)
        return
    draft.record(e.CalledBack(result, tried, score=command.score, note=note))
    answered(draft, "call_back", note)
    if result == "unresolved":
        _unhappy(draft, note)
        return
    _end_waiting(draft)
    clocks.ensure(draft, "close")


def _result(command: CallBack) -> str:
    if not command.reached:
        return "unreached"
    if command.resolved not in _RESULTS:
        raise Refused("HOW_RESOLVED", _("Say whether it is resolved: yes, partly or no."))
    if command.score:
        _check_score(command.score)
    return _RESULTS[command.resolved]


def _check_score(score: int) -> None:
    if not 1 <= score <= 5:
        raise Refused("BAD_SCORE", _("A score is 1 to 5."))


def _call_party(draft: Draft, command: CallBack, result: str, note: str) -> None:
    """One of a sample of those concerned; a "no" of theirs is as good as the reporter's."""
    if all(party.id != command.party for party in draft.case.parties):
        raise Refused("NO_SUCH_PARTY", _("There is no party {id}.").format(id=command.party))
    draft.record(e.CalledBack(result, 1, score=command.score, note=note, party=command.party))
    if result == "unresolved":
        _unhappy(draft, note)


def _unhappy(draft: Draft, note: str) -> None:
    occasion(draft, "unhappy")
    _end_waiting(draft)
    _again(draft, "unhappy", note)


def rate(draft: Draft, command: Rate) -> None:
    """The reporter's own word, at any time; the handler sees no score before the case closes."""
    _check_score(command.score)
    note = draft.keep(command.comment)
    draft.record(e.Rated(command.contacted, command.resolved, command.score, note))
    if command.resolved != "no" and command.score > 2:
        return
    if draft.case.state in ("reviewed", "called_back"):
        _unhappy(draft, note)
    else:
        occasion(draft, "unhappy")


def rework(draft: Draft, command: Rework) -> None:
    """重办 by a person's word."""
    _end_waiting(draft)
    _again(draft, "rework", draft.keep(command.reason))


def close(draft: Draft, command: Close) -> None:
    """A named person closes; the reporter has had an answer by then, or gets it now."""
    case = draft.case
    open_supports = [r for r in case.referrals if r.open and r.required]
    if open_supports:
        raise Refused(
            "SUPPORT_OPEN",
            _("A required support has not reported: {units}.").format(
                units=", ".join(r.unit for r in open_supports)
            ),
            _("Remind it, or stand the whistle down."),
        )
    outcome = command.outcome or case.outcome
    note = draft.keep(command.reason)
    if case.answered_at is None or clocks.find(draft, "answer"):
        answered(draft, "letter", note)
    _end_waiting(draft)
    draft.record(e.Closed(outcome, note), owner=case.holder)
    void_all(draft, "closed")
    lasting = ("deferred", "perform", "confirm")  # they are watched beyond the closing
    clocks.cancel(draft, [d for d in draft.case.deadlines if d.name not in lasting])
    draft.tell("reporter", "closed", outcome=outcome)
    for code in case.absorbed:
        draft.follow(code, PassAnswer(draft.code, outcome), f"answer/{code}/{case.version}")
    clocks.ensure(draft, "archive")


def archive(draft: Draft, command: object) -> None:
    """Into the archive; only promises that are still to be kept stay on the clock."""
    draft.record(e.Archived())
    clocks.cancel(draft, [d for d in draft.case.deadlines if d.name == "archive"])


def _unreached(draft: Draft, tried: int, note: str) -> None:
    last = draft.case.last_try
    apart = timedelta(hours=draft.policy.tries_apart)
    if last is not None and draft.at - last < apart:
        raise Refused(
            "TRY_LATER",
            _("Tries count only at different hours; the last was at {at}.").format(
                at=last.isoformat()
            ),
            _("Try again {n} hours after it.").format(n=draft.policy.tries_apart),
        )
    if tried < draft.policy.tries:
        draft.record(e.CalledBack("unreached", tried, note=note))
        return
    draft.record(e.CalledBack("unverified", tried, note=note))
    draft.tell("reporter", "unreached")
    _end_waiting(draft)
    clocks.ensure(draft, "close")


def _again(draft: Draft, reason: str, note: str) -> None:
    """Another round for the same unit; beyond the limit the case goes to a conference."""
    last = next((r for r in reversed(draft.case.referrals) if r.role == "lead"), None)
    beyond = draft.case.reworks >= draft.policy.reworks
    kind = "conference" if beyond else "rework"
    draft.record(e.Reopened(draft.case.reworks + 2, reason=kind, note=note))
    if beyond:
        units = {r.station for r in draft.case.referrals if r.role == "lead"}
        members = [draft.case.holder, *sorted(units), draft.county()]
        call_conference(draft, dict.fromkeys(members), rule=reason)
        hold_at_centre(draft, "designate")
        return
    if last is None or set(last.units) & set(draft.case.barred):
        hold_at_centre(draft, "designate")
        return
    offer(draft, last.unit, "lead", whistle=last.whistle, reason=reason, note=note)


def _end_waiting(draft: Draft) -> None:
    for name in ("review", "call_back", "close"):
        if clocks.find(draft, name):
            clocks.meet(draft, name)
