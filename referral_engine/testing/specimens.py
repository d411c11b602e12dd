"""Made-up referrals with which a plugin is tried; what is personal in them can be recognised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from referral_engine.model.hours import WorkHours
from referral_engine.plugins.department import Profile
from referral_engine.plugins.handler import under
from referral_engine.plugins.view import Location, OpenHours, Referral, Reporter
from referral_engine.worktime import WorkCalendar

__all__ = ["PRIVATE", "specimens"]

_NOW = datetime(2026, 9, 28, 1, 0, tzinfo=UTC)
"""Monday 09:00 in Beijing, before the holidays of the National Day."""
_NAME, _PHONE, _ADDRESS = "欧阳甲乙丙", "13900001234", "示范巷七号院三单元"
_TEXT = "护栏倒了压住一辆车，已经三天没有人来看。"
PRIVATE = (_NAME, _PHONE, _ADDRESS, _TEXT)
"""Of these a plugin may print nothing."""
_MOST = 12
_ALWAYS = WorkHours(around_the_clock=True)


def specimens(profile: Profile, categories: Sequence[str]) -> Iterator[Referral]:
    """Of each kind of case the department handles one or two; an emergency, a crowd, a sealed one,
    a bound one, one in support.

    ``categories`` are the county's; a department that names none gets the first.
    """
    wanted = profile.categories or tuple(categories[:1]) or ("",)
    codes = [next((c for c in categories if under(c, each)), each) for each in wanted]
    for number, code in enumerate(dict.fromkeys(codes[:_MOST]), 1):
        yield _lead(f"T{number}", profile, code)
    for number, changes in enumerate(_SPECIAL, 1):
        yield replace(_lead(f"S{number}", profile, codes[0]), **changes)


_SPECIAL: tuple[dict[str, object], ...] = (
    {"whistle": "emergency", "severity": 1, "arrive_by": _NOW + timedelta(minutes=30)},
    {"people": 60, "tags": ("群体性",)},
    {"bound": True, "returns": 1},
    {"role": "support", "required": True, "reporter": None, "contact_by": None},
    {"sealed": True, "title": "", "text": "", "location": None, "reporter": None},
)


def _lead(id: str, profile: Profile, category: str) -> Referral:
    spans = WorkCalendar().open_between(_NOW, _NOW + timedelta(days=21), _ALWAYS)
    return Referral(
        id=f"{id}-1",
        key=f"{id}-1/offered/1",
        case=id,
        department=profile.id,
        station=profile.id,
        role="lead",
        state="offered",
        now=_NOW,
        offered_at=_NOW,
        received_at=_NOW - timedelta(minutes=5),
        category=category,
        title="护栏",
        text=_TEXT,
        territory="620922100200001",
        channel="hotline",
        claim_by=_NOW + timedelta(hours=2),
        contact_by=_NOW + timedelta(days=1),
        report_by=_NOW + timedelta(days=5),
        reporter=Reporter(_NAME, _PHONE),
        location=Location(address=_ADDRESS),
        open_hours=tuple(OpenHours(opens, closes) for opens, closes in spans),
    )
