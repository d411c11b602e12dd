"""Referrals as departments see them, for tests: the whole view, changed where a test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from referral_engine import OpenHours, Referral, Reporter
from referral_engine.model.hours import WorkHours
from referral_engine.org.content import STANDARD_HOURS
from referral_engine.worktime import WorkCalendar

NOW = datetime(2026, 9, 28, 1, 0, tzinfo=UTC)  # Monday 09:00 in Beijing
_CALENDAR = WorkCalendar()


def open_hours(department: str, now: datetime = NOW) -> tuple[OpenHours, ...]:
    """The police are there day and night, the others Monday to Friday in office hours."""
    always = department in ("police", "traffic_police")
    hours = WorkHours(around_the_clock=True) if always else STANDARD_HOURS
    spans = _CALENDAR.open_between(now, now + timedelta(days=21), hours)
    return tuple(OpenHours(opens, closes) for opens, closes in spans)


def offered(**changes: Any) -> Referral:
    """An ordinary referral to a lead, just offered, with deadlines as for a routine matter."""
    given: dict[str, Any] = {
        "id": "C1-1",
        "key": "C1-1/offered/1",
        "case": "C1",
        "department": "police",
        "station": "police_100",
        "role": "lead",
        "state": "offered",
        "now": NOW,
        "offered_at": NOW,
        "received_at": NOW - timedelta(minutes=5),
        "territory": "620922100001",
        "channel": "hotline",
        "claim_by": NOW + timedelta(hours=2),
        "contact_by": NOW + timedelta(days=1),
        "report_by": NOW + timedelta(days=5),
        "reporter": Reporter("张三丰", "13912345678"),
    }
    given |= changes
    given.setdefault("open_hours", open_hours(given["department"], given["now"]))
    return Referral(**given)
