"""Referrals as departments see them, for tests: the whole view, changed where a test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from referral_engine import Referral, Reporter

NOW = datetime(2026, 9, 28, 1, 0, tzinfo=UTC)  # Monday 09:00 in Beijing


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
    return Referral(**{**given, **changes})
