"""Words that go out: each recipient by itself, by night only what cannot wait, ids and no names."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from referral_engine.model.outcome import Notice
from referral_engine.notices import LogOutlet
from referral_engine.runner.base import Runner
from referral_engine.trial.box import Box
from tests.unit.desk.county import START, issue, opened, register

NIGHT = START + timedelta(hours=13)
"""Monday 22:00 in the county."""
MORNING = START + timedelta(hours=23)
"""Tuesday 08:00."""


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with opened(tmp_path) as box:
        yield box


def told(box: Box) -> list[tuple[datetime, str, str]]:
    return [(at, notice.to, notice.subject) for at, notice in box.post.delivered]


def test_by_day_a_notice_goes_out_at_once(box: Box) -> None:
    register(box)
    assert told(box) == [(START, "reporter", "registered"), (START, "housing", "offered")]


def test_in_quiet_hours_it_waits_for_the_morning(box: Box) -> None:
    box.advance_to(NIGHT)
    register(box, issue(received_at=NIGHT))
    assert told(box) == []
    box.advance_to(MORNING - timedelta(seconds=1))
    assert told(box) == []
    box.advance_to(MORNING)
    assert told(box)[:2] == [(MORNING, "reporter", "registered"), (MORNING, "housing", "offered")]


def test_an_emergency_waits_for_nobody(box: Box) -> None:
    box.advance_to(NIGHT)
    register(box, issue("小区燃气泄漏", received_at=NIGHT))
    at_once = {(to, subject) for at, to, subject in told(box) if at == NIGHT}
    assert at_once == {
        ("housing", "offered"), ("police", "offered"), ("reporter", "help_is_coming"),
    }  # fmt: skip


class Choosy:
    """Delivers to nobody but the reporter until it is mended."""

    def __init__(self) -> None:
        self.mended = False
        self.tried: list[tuple[str, str]] = []
        self.delivered: list[str] = []

    def deliver(self, notice: Notice) -> None:
        self.tried.append((notice.to, notice.key))
        if notice.to != "reporter" and not self.mended:
            raise ConnectionError("张三丰 is not at home")
        self.delivered.append(notice.to)


def through(box: Box, outlet: Choosy) -> Choosy:
    box.runner = Runner(box.desk, box.runner.departments, outlet, box.clock)
    return outlet


def test_one_recipient_s_trouble_holds_up_no_other_and_is_tried_again(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    outlet = through(box, Choosy())
    register(box)
    assert outlet.delivered == ["reporter"]
    assert "ConnectionError" in caplog.text
    assert "张三丰" not in caplog.text
    outlet.mended = True
    box.advance_to(START + timedelta(seconds=10))
    assert outlet.delivered == ["reporter", "housing"]
    assert len({key for to, key in outlet.tried if to == "housing"}) == 1


def test_what_can_never_be_delivered_is_named_as_a_dead_letter(box: Box) -> None:
    outlet = through(box, Choosy())
    register(box)
    box.advance_to(START + timedelta(hours=1, minutes=45))
    with box.store.reading() as reader:
        letters = reader.dead_letters()
    assert [(letter.box, letter.lane, letter.error) for letter in letters][:1] == [
        ("notice", "housing", "ConnectionError")
    ]
    assert "张三丰" not in "".join(letter.trace for letter in letters)
    first = outlet.tried[1]
    assert outlet.tried.count(first) == 8


def test_the_log_names_case_subject_and_recipient(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    notice = Notice("C1/1", "C1", "housing", "offered", detail={"secret": "张三丰"})
    LogOutlet().deliver(notice)
    assert caplog.messages == ["notice offered to housing about case C1"]
