"""A department that is down: its calls wait for it, its people are told once, others are served."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from referral_engine import Claim, Department, Escalation, Handler, Referral, Reply
from referral_engine.model import event as e
from referral_engine.model.plugin_settings import BreakerSettings
from referral_engine.trial.box import Box
from tests.unit.desk.county import DAY, HOUR, OFFICER, START, issue, register, staffed

BREAKER = BreakerSettings(failures=3, pause=30, longest=600, patience=24 * 3600)


class Bureau:
    """The housing department, whose system is up or down, and which cannot bear some words."""

    def __init__(self, poison: str = "") -> None:
        self.up = False
        self.poison = poison
        self.asked: list[tuple[datetime, str]] = []
        self.department = Department("housing", "县住建局", "1.0", grounds={"busy": "忙"})
        outer = self

        @self.department.handles()
        class Any(Handler):
            def offered(self, referral: Referral) -> Reply:
                outer.ask(referral)
                return Claim()

            def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
                outer.ask(referral)

    def ask(self, referral: Referral) -> None:
        """What every call begins with. Raises ConnectionError."""
        self.asked.append((referral.now, referral.text))
        if not self.up or (self.poison and self.poison in referral.text):
            raise ConnectionError("no route to host")


@contextmanager
def at(folder: Path, bureau: Bureau, breaker: BreakerSettings = BREAKER) -> Iterator[Box]:
    with staffed(folder, bureau.department, breaker=breaker) as box:
        yield box


@pytest.fixture
def bureau() -> Bureau:
    return Bureau()


@pytest.fixture
def box(tmp_path: Path, bureau: Bureau) -> Iterator[Box]:
    with at(tmp_path, bureau) as box:
        yield box


def several(box: Box, count: int) -> list[str]:
    return [register(box, issue(f"第{n}件事，各不相干")) for n in range(count)]


def kinds(box: Box, code: str) -> Counter[type]:
    return Counter(type(event.body) for event in box.events(code))


def down(box: Box) -> list[str]:
    with box.store.reading() as reader:
        return [outage.unit for outage in reader.outages()]


def told(box: Box) -> list[str]:
    return [notice.to for _at, notice in box.post.delivered if notice.subject == "calls_suspended"]


@pytest.mark.parametrize("count", [1, 12])
def test_an_outage_of_two_hours_costs_no_call(box: Box, bureau: Bureau, count: int) -> None:
    codes = several(box, count)
    box.advance_to(START + 2 * HOUR)
    assert [kinds(box, code)[e.CallGivenUp] for code in codes] == [0] * count
    assert down(box) == ["housing"]
    bureau.up = True
    box.advance_to(START + 2 * HOUR + timedelta(seconds=BREAKER.longest))
    assert [kinds(box, code)[e.Claimed] for code in codes] == [1] * count
    assert down(box) == []


def test_while_it_is_down_one_call_at_a_time_asks_whether_it_is_back(
    box: Box, bureau: Bureau
) -> None:
    several(box, 12)
    box.advance_to(START + 2 * HOUR)
    moments = [moment for moment, _text in bureau.asked]
    waits = [(b - a).total_seconds() for a, b in itertools.pairwise(moments)]
    assert waits[:8] == [0, 0, 30, 60, 120, 240, 480, 600]
    assert set(waits[8:]) == {600}
    probed = Counter(text for _moment, text in bureau.asked[3:])
    assert max(probed.values()) <= 2, "they take turns"


def test_its_people_are_told_once_for_each_outage_and_go_on_from_their_inbox(
    box: Box, bureau: Bureau
) -> None:
    codes = several(box, 4)
    box.advance_to(START + HOUR)
    assert told(box) == ["housing"]
    assert {line.case for line in box.view.inbox("housing", OFFICER)} == set(codes)
    bureau.up = True
    box.advance_to(START + 2 * HOUR)
    bureau.up = False
    several(box, 4)
    box.advance_to(START + 3 * HOUR)
    assert told(box) == ["housing", "housing"]


def test_a_call_that_fails_while_others_go_well_is_given_up(tmp_path: Path) -> None:
    bureau = Bureau(poison="毒")
    bureau.up = True
    with at(tmp_path, bureau) as box:
        bad = register(box, issue("毒"))
        for n in range(24):
            good = register(box, issue(f"第{n}件事，各不相干", received_at=box.now()))
            box.advance_to(START + (n + 1) * HOUR / 4)
            assert kinds(box, good)[e.Claimed] == 1
        assert kinds(box, bad)[e.CallGivenUp] >= 1
        assert down(box) == []


def test_a_bad_call_does_not_keep_a_department_down_that_is_back(tmp_path: Path) -> None:
    bureau = Bureau(poison="毒")
    with at(tmp_path, bureau) as box:
        _bad, *good = [
            register(box, issue(text)) for text in ("毒", "路灯不亮", "井盖丢了", "漏水")
        ]
        box.advance_to(START + HOUR)
        bureau.up = True
        box.advance_to(START + 2 * HOUR)
        assert [kinds(box, code)[e.Claimed] for code in good] == [1, 1, 1]


def test_one_that_fails_alone_is_tried_for_as_long_as_patience_lasts(
    box: Box, bureau: Bureau
) -> None:
    code = register(box)
    box.advance_to(START + DAY)
    assert kinds(box, code)[e.CallGivenUp] == 0, "it cannot be told from an outage"
    box.advance_to(START + 2 * DAY)
    assert kinds(box, code)[e.CallGivenUp] >= 1


def test_without_patience_every_try_counts(tmp_path: Path, bureau: Bureau) -> None:
    breaker = BreakerSettings(failures=3, pause=30, longest=60, patience=0)
    with at(tmp_path, bureau, breaker) as box:
        code = register(box)
        box.advance_to(START + 3 * HOUR)
        assert kinds(box, code)[e.CallGivenUp] == 1


def test_a_new_process_knows_who_was_down_and_asks_once(tmp_path: Path, bureau: Bureau) -> None:
    with at(tmp_path, bureau) as box:
        codes = several(box, 6)
        box.advance_to(START + HOUR)
        stopped = box.now()
        clock = box.clock
    bureau.asked.clear()
    with staffed(tmp_path, bureau.department, breaker=BREAKER, clock=clock) as box:
        box.settle()
        assert [moment for moment, _text in bureau.asked] == [stopped]
        bureau.up = True
        box.advance_to(stopped + timedelta(minutes=10))
        assert [kinds(box, code)[e.Claimed] for code in codes] == [1] * 6
        assert down(box) == []


def test_others_are_called_meanwhile(tmp_path: Path, bureau: Bureau) -> None:
    police = Department("police", "公安局", "1.0", grounds={"busy": "忙"})

    @police.handles()
    class Any(Handler):
        def offered(self, referral: Referral) -> Reply:
            return Claim()

    with staffed(tmp_path, bureau.department, police, breaker=BREAKER) as box:
        several(box, 5)
        with box.store.reading() as reader:
            assert set(reader.next_calls()) == {"housing"}
        assert box.runner.upcoming()["plugin_call"] > box.now()
