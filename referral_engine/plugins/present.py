"""The view of a referral that a department is shown, made from the case and its content."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from referral_engine.model.case import Case
from referral_engine.model.deadline import Deadline
from referral_engine.model.hours import WorkHours
from referral_engine.model.issue import Issue
from referral_engine.model.outcome import Call
from referral_engine.model.referral import Evidence
from referral_engine.model.referral import Referral as Part
from referral_engine.plugins.view import Location, OpenHours, Receipt, Referral, Reporter
from referral_engine.worktime import WorkCalendar

__all__ = ["detail_of", "view_of"]

_NAMED = ("claim", "contact", "arrive", "report")
_AHEAD = timedelta(days=21)
"""How far opening hours are shown: over the longest holiday to what a plugin waits for after it."""


def view_of(
    case: Case,
    call: Call,
    issue: Issue,
    now: datetime,
    calendar: WorkCalendar,
    hours_of: Callable[[str], WorkHours],
    receipts: tuple[Receipt, ...] = (),
) -> Referral | None:
    """What the department is shown with this call; None when the case has no such referral.

    ``issue`` holds the words and personal data, ``now`` is the engine's time (aware); ``calendar``
    and ``hours_of`` say when the acting office is open; ``receipts`` are for its system. Of a
    sealed case neither words nor place nor reporter are shown: a person reads them at the desk,
    where each look is recorded.
    """
    part = case.referral(call.referral)
    if part is None:
        return None
    sealed = bool(case.sealed)
    due = _due(case, part)
    return Referral(
        id=part.id, key=call.key, case=case.code, department=part.unit, station=part.station,
        role=part.role, state=part.state, now=now, offered_at=part.offered_at,
        received_at=case.received_at, category=case.category, territory=case.territory,
        title="" if sealed else issue.title,
        text="" if sealed else issue.text,
        channel=case.channel, people=case.people, severity=case.severity, tags=case.tags,
        whistle=part.whistle, required=part.required, path=case.path, step=part.path_step,
        round=part.round, returns=case.returns, bound=_bound(case, part), sealed=sealed,
        claim_by=due.get("claim"), contact_by=due.get("contact"),
        arrive_by=due.get("arrive"), report_by=due.get("report"),
        clocks={name: at for name, at in due.items() if name not in _NAMED},
        claimed_at=part.claimed_at, contacted_at=part.contacted_at, arrived_at=part.arrived_at,
        open_hours=tuple(
            OpenHours(opens, closes)
            for opens, closes in calendar.open_between(now, now + _AHEAD, hours_of(part.station))
        ),
        location=None if sealed else _location(issue),
        reporter=_reporter(case, part, issue),
        external_ids={} if sealed else _numbers(case),
        evidence=() if sealed else _evidence(issue),
        extra=_extra(case, part, None if sealed else issue),
        bookmark=call.detail.get("bookmark", ""),
        receipts=receipts,
    )  # fmt: skip


def detail_of(case: Case, call: Call) -> dict[str, str]:
    """The call's detail; of a conference also who is called and when (UTC), from the case."""
    found = next((x for x in case.conferences if x.id == call.detail.get("conference")), None)
    if found is None:
        return call.detail
    detail = {**call.detail, "members": ",".join(found.members)}
    if found.meet_at is not None:
        detail["meet_at"] = found.meet_at.isoformat()
    return detail


def _bound(case: Case, part: Part) -> bool:
    """先办后裁: whoever is designated, or acts while it is settled who is, declines no more; nor
    does whoever a conference has decided on.
    """
    if part.role == "support":
        return case.decided_on(part.unit)
    declined = any(ground.split(":")[0] == part.unit for ground in case.grounds)
    return part.unit in case.designated or case.contested or declined


def _due(case: Case, part: Part) -> dict[str, datetime]:
    return {d.name: d.due for d in case.deadlines if d.due is not None and _runs(d, part)}


def _runs(deadline: Deadline, part: Part) -> bool:
    return deadline.referral == part.id and deadline.state in ("running", "missed")


def _reporter(case: Case, part: Part, issue: Issue) -> Reporter | None:
    """Only whoever must speak to the reporter learns who it is: the lead, or a support so asked."""
    must = part.role == "lead" or any(
        d.name == "contact" and d.referral == part.id for d in case.deadlines
    )
    who = issue.reporter
    if case.sealed or not must or who.anonymous or not (who.name or who.phone):
        return None
    return Reporter(who.name, who.phone)


def _numbers(case: Case) -> dict[str, str]:
    came_in = {case.channel: case.sender_id} if case.sender_id else {}
    return came_in | case.external_ids


def _location(issue: Issue) -> Location | None:
    at = issue.location
    return None if at is None else Location(at.lat, at.lon, at.address)


def _evidence(issue: Issue) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            each.media_type or "attachment", each.digest, each.taken_at,
            each.location.lat if each.location else None,
            each.location.lon if each.location else None,
        )
        for each in issue.attachments
    )  # fmt: skip


def _extra(
    case: Case, part: Part, issue: Issue | None
) -> dict[str, str | int | float | bool | None]:
    """The department's own columns: as they came in with the issue, and as rules have set them."""
    own, came_in = f"{part.unit}.", issue.extra if issue else {}
    found = {**came_in, **case.extra}
    return {name.removeprefix(own): v for name, v in found.items() if name.startswith(own)}
