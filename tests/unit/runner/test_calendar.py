"""A deadline past the known holidays is provisional, and confirmed once they are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.deadline import Deadline
from referral_engine.model.principal import ENGINE
from referral_engine.model.span import Span
from referral_engine.trial.box import Box
from referral_engine.workspace import Workspace
from tests.unit.desk.county import (
    CLERK,
    DAY,
    LEADER,
    OFFICER,
    START,
    handled,
    issue,
    lead,
    register,
)

NEW_YEAR = """\
kind: calendar
known_until: 2027-12-31
days:
  2027-01-01..2027-01-03: holiday
"""
MONDAY_TO_FRIDAY = "kind: calendar\nknown_until: 2027-12-31\ndays: {}\n"
SPRING = NEW_YEAR + "  2027-02-05..2027-02-11: holiday\n"


def learn(box: Box, calendar: str) -> int:
    """The administrator edits calendar.yaml; the daemon reads it. How many cases changed."""
    root = box.workspace.config.root
    (root / "calendar.yaml").write_text(calendar, "utf-8")
    box.desk.refresh(Workspace.open(root / "config.yaml"))
    return box.runner.confirm_calendar()


def clock(box: Box, code: str, name: str = "answer") -> Deadline:
    return next(d for d in box.case(code).deadlines if d.name == name)


def confirmed(box: Box, code: str) -> list[Deadline]:
    bodies = (event.body for event in box.events(code))
    return [b.deadline for b in bodies if isinstance(b, e.ClockChanged) and "confirm" in b.reason]


def fired(box: Box, code: str) -> list[e.MarkFired]:
    bodies = (event.body for event in box.events(code))
    return [b for b in bodies if isinstance(b, e.MarkFired) and b.name == "answer"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T16:00+00:00").astimezone(UTC)


def test_sixty_days_from_november_end_beyond_what_is_known(box: Box) -> None:
    answer = clock(box, register(box))
    assert (answer.provisional, answer.due) == (True, at("2027-01-01"))


def test_it_is_confirmed_with_both_versions_once_the_holidays_are_known(box: Box) -> None:
    code = register(box)
    before = clock(box, code)
    assert learn(box, NEW_YEAR) == 1
    (after,) = confirmed(box, code)
    assert (after.due, after.provisional) == (at("2027-01-04"), False)
    assert before.calendar != after.calendar == box.desk.workspace.calendar.version
    assert clock(box, code) == after
    assert clock(box, code, "claim") == next(
        d for d in box.case(code).deadlines if d.name == "claim"
    )


def test_it_is_confirmed_also_where_the_day_stays(box: Box) -> None:
    code = register(box)
    assert learn(box, MONDAY_TO_FRIDAY) == 1
    assert (clock(box, code).due, clock(box, code).provisional) == (at("2027-01-01"), False)


def test_a_second_look_does_nothing(box: Box) -> None:
    code = register(box)
    learn(box, NEW_YEAR)
    before = box.events(code)
    assert box.runner.confirm_calendar() == 0
    assert learn(box, NEW_YEAR) == 0
    assert learn(box, SPRING) == 0, "what is known is not reckoned again"
    assert box.events(code) == before


def test_a_calendar_that_knows_no_more_changes_nothing(box: Box) -> None:
    code = register(box)
    before = box.events(code)
    assert learn(box, "kind: calendar\ndays:\n  2026-11-03: holiday\n") == 0
    assert box.events(code) == before
    assert clock(box, code).provisional
    assert learn(box, NEW_YEAR) == 1


def test_what_fired_never_unfires(box: Box) -> None:
    """New Year's Day passed for a working day; only then the notice is read."""
    code = register(box)
    box.advance_to(at("2027-01-01") + timedelta(minutes=1))
    before = fired(box, code)
    assert [mark.share for mark in before] == [1.0]
    assert clock(box, code).state == "missed"
    learn(box, NEW_YEAR)
    box.settle()
    after = clock(box, code)
    assert after.due == at("2027-01-04")
    assert [mark.fired for mark in after.marks if mark.share <= 1.0] == [True]
    box.advance_to(at("2027-01-04") + DAY)
    assert fired(box, code) == before


def test_what_was_missed_by_every_reckoning_stays_missed(box: Box) -> None:
    code = register(box)
    box.advance_to(at("2027-01-05"))
    learn(box, NEW_YEAR)
    assert clock(box, code).state == "missed"
    assert clock(box, code).due == at("2027-01-04")


def test_a_clock_that_stands_still_is_reckoned_when_it_runs_again(box: Box) -> None:
    code = register(box)
    box.do(code, c.Claim(lead(box, code).id), OFFICER)
    box.do(code, c.Hold("等检测", START + 3 * DAY), OFFICER)
    (proposal,) = box.case(code).proposals
    box.do(code, c.Sign(proposal.id), LEADER)
    assert clock(box, code).state == "paused"
    learn(box, NEW_YEAR)
    box.do(code, c.Resume(), CLERK)
    assert clock(box, code).due == at("2027-01-04")
    assert not clock(box, code).provisional


def test_a_promise_that_outlives_its_case_is_confirmed_too(box: Box) -> None:
    code = handled(box, issue())
    assert box.case(code).over
    assert clock(box, code, "archive").state == "running"
    assert not clock(box, code, "archive").provisional, "thirty days of November are known"
    box.advance_to(datetime(2026, 12, 10, tzinfo=UTC))
    later = handled(box, issue("另一件事，已经办完", received_at=box.now()))
    assert clock(box, later, "archive").provisional
    assert learn(box, NEW_YEAR) == 1
    assert not clock(box, later, "archive").provisional


def test_an_extension_over_the_new_year_is_confirmed_as_a_whole(box: Box) -> None:
    code = register(box)
    box.do(code, c.Claim(lead(box, code).id), OFFICER)
    box.do(code, c.Extend(Span.parse("60wd"), "要开工"), OFFICER)
    (proposal,) = box.case(code).proposals
    box.do(code, c.Sign(proposal.id), LEADER)
    before = clock(box, code, "report")
    assert before.provisional
    learn(box, NEW_YEAR)
    after = clock(box, code, "report")
    assert before.due is not None
    assert after.due == before.due + DAY  # one working day fewer in January
    assert box.desk.submit(c.Request(code, c.ConfirmDeadlines(), ENGINE)).version == (
        box.case(code).version
    )
