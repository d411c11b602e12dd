"""What a department is shown: its own part, no engine object, no more personal data than needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from referral_engine import Conference, Evidence, Location, Reporter
from referral_engine.model.case import Case
from referral_engine.model.case import Conference as Called
from referral_engine.model.deadline import Deadline
from referral_engine.model.hours import WorkHours
from referral_engine.model.issue import Attachment, Issue
from referral_engine.model.issue import Location as Place
from referral_engine.model.issue import Reporter as Who
from referral_engine.model.outcome import Call
from referral_engine.model.referral import Referral as Part
from referral_engine.org.content import STANDARD_HOURS
from referral_engine.plugins.department import Department
from referral_engine.plugins.handler import Handler
from referral_engine.plugins.present import detail_of, view_of
from referral_engine.plugins.view import OpenHours, Referral
from referral_engine.worktime import WorkCalendar

NOW = datetime(2026, 9, 28, 1, tzinfo=UTC)
ISSUE = Issue(
    "hotline", NOW, title="噪声", text="夜里太吵", reporter=Who("张三丰", "13912345678", "620922X"),
    location=Place(40.5, 95.8, "幸福路1号"), attachments=(Attachment("a.jpg", "image/jpeg", "ab"),),
)  # fmt: skip
CALENDAR = WorkCalendar()
CALL = Call("C1-1/work/1", "C1", "police_100", "C1-1", "work", {"bookmark": "visit"})


def hours_of(unit: str) -> WorkHours:
    """The police are there day and night, everybody else in office hours."""
    return WorkHours(around_the_clock=True) if unit == "police" else STANDARD_HOURS


def part(**changes: Any) -> Part:
    given = Part("C1-1", "police", "police_100", "城关派出所", "lead", "claimed", NOW)
    return replace(given, **changes)


def clock(name: str, referral: str = "C1-1", **changes: Any) -> Deadline:
    due = NOW + timedelta(hours=len(name))
    return replace(Deadline(f"D-{name}", name, NOW, referral=referral, due=due), **changes)


def case(**changes: Any) -> Case:
    given = Case(
        "C1", "in_progress", "police_100", "centre", "centre", NOW, NOW, "hash",
        channel="hotline", category="M04d", territory="620922100", people=3, severity=3,
        tags=("夜间",), referrals=(part(),),
        deadlines=(
            clock("claim", state="met"), clock("contact"), clock("report", state="missed"),
            clock("accept"), clock("mediate", state="waiting"), clock("answer", referral=""),
            clock("arrive", referral="C1-2"),
        ),
        extra={"police.plate": "甘F00000", "housing.estate": "和平里", "note": "x"},
    )  # fmt: skip
    return replace(given, **changes)


def view(**changes: Any) -> Referral:
    found = view_of(case(**changes), CALL, ISSUE, NOW, CALENDAR, hours_of)
    assert found is not None
    return found


def test_it_shows_the_referral_as_it_stands() -> None:
    seen = view()
    assert (seen.id, seen.key, seen.case, seen.now) == ("C1-1", CALL.key, "C1", NOW)
    assert (seen.department, seen.station, seen.role) == ("police", "police_100", "lead")
    assert (seen.category, seen.people, seen.tags) == ("M04d", 3, ("夜间",))
    assert (seen.words, seen.bookmark) == ("噪声\n夜里太吵", "visit")
    assert seen.location == Location(40.5, 95.8, "幸福路1号")
    assert seen.evidence == (Evidence("image/jpeg", digest="ab"),)


def test_it_shows_when_the_acting_office_is_open_holidays_and_swapped_days_counted() -> None:
    shown = [each.opens for each in view(referrals=(part(station="police_100"),)).open_hours]
    days = sorted({(at + timedelta(hours=8)).date().isoformat() for at in shown})
    assert days[:6] == [
        "2026-09-28", "2026-09-29", "2026-09-30", "2026-10-08", "2026-10-09", "2026-10-10",
    ]  # fmt: skip
    assert shown[:2] == [NOW, NOW + timedelta(hours=5.5)]


def test_who_is_there_day_and_night_is_always_open() -> None:
    seen = view(referrals=(part(station="police"),))
    assert seen.open_hours == (OpenHours(NOW, NOW + timedelta(days=21)),)
    night = NOW + timedelta(hours=18)
    assert seen.opening(night) == night


def test_the_next_opening_is_over_the_holiday_and_beyond_what_is_shown_nobody_knows() -> None:
    seen = view(referrals=(part(station="petitions"),))
    noon, holiday, beyond = (NOW + timedelta(days=n) for n in (0.17, 3, 60))
    assert seen.opening(NOW) == NOW
    assert seen.opening(noon) == NOW + timedelta(hours=5.5)
    assert seen.opening(holiday) == NOW + timedelta(days=9, hours=23.5)
    assert seen.opening(beyond) == beyond


def test_deadlines_are_those_of_this_referral_that_are_open() -> None:
    seen = view()
    assert (seen.claim_by, seen.arrive_by) == (None, None)
    assert seen.contact_by == NOW + timedelta(hours=len("contact"))
    assert seen.report_by == NOW + timedelta(hours=len("report"))
    assert seen.clocks == {"accept": NOW + timedelta(hours=len("accept"))}


def test_extra_fields_are_those_of_the_department() -> None:
    assert view().extra == {"plate": "甘F00000"}


def test_the_reporter_is_shown_to_whoever_must_speak_to_him() -> None:
    support = part(role="support")
    asked = (clock("contact"),)
    assert view().reporter == Reporter("张三丰", "13912345678")
    assert view(referrals=(support,), deadlines=()).reporter is None
    assert view(referrals=(support,), deadlines=asked).reporter is not None
    hidden = replace(ISSUE, reporter=replace(ISSUE.reporter, anonymous=True))
    anonymous = view_of(case(), CALL, hidden, NOW, CALENDAR, hours_of)
    assert anonymous is not None
    assert anonymous.reporter is None


def test_of_a_sealed_case_no_word_is_shown() -> None:
    seen = view(sealed="domestic_violence")
    assert seen.sealed
    assert (seen.words, seen.location, seen.reporter, seen.evidence) == ("\n", None, None, ())
    assert "张三丰" not in repr(seen)


@pytest.mark.parametrize(
    ("changes", "bound"),
    [
        ({}, False),
        ({"designated": ("police",)}, True),
        ({"designated": ("justice",)}, False),
        ({"contested": True}, True),
        ({"grounds": ("police:civil_debt",)}, True),
        ({"grounds": ("justice:crime",)}, False),
        ({"contested": True, "referrals": (part(role="support"),)}, False),
    ],
)
def test_it_says_whether_a_decline_is_still_open(changes: dict[str, Any], bound: bool) -> None:
    assert view(**changes).bound is bound


def test_without_such_a_referral_there_is_nothing_to_show() -> None:
    assert view_of(case(referrals=()), CALL, ISSUE, NOW, CALENDAR, hours_of) is None


def test_a_conference_is_shown_with_its_members_and_time() -> None:
    called = Called("C1-C1", ("police_100", "justice"), NOW, meet_at=NOW + timedelta(days=1))
    call = Call("k", "C1", "police_100", "C1-1", "conference", {"conference": "C1-C1"})
    department, seen = Department("police", "公安", "1"), []

    @department.handles()
    class Any(Handler):
        def conference(self, referral: Referral, conference: Conference) -> None:
            seen.append(conference)

    held = case(conferences=(called,))
    department.answer("conference", view(), detail_of(held, call))
    department.answer("conference", view(), detail_of(case(), call))
    assert seen == [
        Conference("C1-C1", ("police_100", "justice"), NOW + timedelta(days=1)),
        Conference("C1-C1"),
    ]
