"""A wake-up says only "look at this case": in whatever order, how often and by whomever it is
delivered, the history is the same; a worker whose lease ran out completes nothing.
"""

from __future__ import annotations

import itertools
import random
import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from referral_engine.clock import VirtualClock
from referral_engine.desk.publishing import publish_first
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.command import Request
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.model.principal import ENGINE
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.in_thread import InThread
from referral_engine.runner.base import BATCH, LEASE
from referral_engine.store import Conflict, Store
from referral_engine.store.audit import verify
from referral_engine.trial.box import Box
from tests.unit.desk.county import CLERK, DAY, START, issue, make, opened, register

TEXTS = (
    "楼道灯坏了没人修",
    "屋顶漏水三天了",
    "车库淹了水进不去",
    "电梯停在七楼",
    "水压太低洗不了澡",
)
UNTIL = START + 12 * DAY

Disturb = Callable[[Box], None]


def history(folder: Path, disturb: Disturb) -> list[list[str]]:
    """What happens to a handful of cases that nobody touches, while deliveries are disturbed.

    Every event with owner and moment; the codes, which are random, are left out.
    """
    with opened(folder) as box:
        return told(box, disturb)


def told(box: Box, disturb: Disturb) -> list[list[str]]:
    codes = []
    for n, text in enumerate(TEXTS):
        box.advance_to(START + timedelta(minutes=10 * n))
        codes.append(register(box, issue(text, received_at=box.now(), id=str(n))))
    while (upcoming := box.runner.next_moment()) is not None and upcoming <= UNTIL:
        box.clock.set(max(upcoming, box.now()))
        disturb(box)
        box.settle()
    assert list(verify(box.store.engine, None)) == []
    return [[_plain(event, codes) for event in box.events(code)] for code in codes]


def _plain(event: e.Event, codes: list[str]) -> str:
    text = msgspec.json.encode(event).decode()
    for number, code in enumerate(codes):
        text = text.replace(code, f"case-{number}")
    return re.sub(r'"reporter":"\w*",', "", text)  # a digest under each store's own secret


def kinds(cases: list[list[str]]) -> list[list[str]]:
    """The same without its moments."""
    return [[_timeless(event) for event in case] for case in cases]


def _timeless(event: str) -> str:
    found = msgspec.json.decode(event)
    body = {k: v for k, v in found["body"].items() if k != "deadline" or isinstance(v, str)}
    return f"{found['seq']} {found['owner']} {body}"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """The history as it should be."""
    cases = history(tmp_path_factory.mktemp("undisturbed"), lambda box: None)
    assert all("stepped_up" in "".join(case) for case in cases), "something must have fired"
    return cases


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_and_doubled_deliveries_tell_the_same(
    any_box: Box, undisturbed: list[list[str]], seed: int
) -> None:
    chance = random.Random(seed)

    def disturb(box: Box) -> None:
        codes = chance.choices(box.codes(), k=chance.randint(0, 8))
        ticks = [box.desk.send(Request(code, c.Tick(), ENGINE)) for code in codes]
        for each in ticks:
            each.result()

    assert told(any_box, disturb) == undisturbed


@pytest.mark.parametrize("seed", range(3))
def test_dropped_deliveries_are_made_up_for(
    any_box: Box, undisturbed: list[list[str]], seed: int
) -> None:
    """A worker takes wake-ups and dies: after its lease they are found again, each done once."""
    chance = random.Random(seed)

    def disturb(box: Box) -> None:
        if chance.random() < 0.3:
            now, some = box.now(), chance.randint(1, 3)
            box.store.transact(lambda tx: tx.claim_wakeups(now, some, LEASE))

    assert kinds(told(any_box, disturb)) == kinds(undisturbed)


@pytest.mark.postgres
def test_two_runners_on_one_postgresql_tell_the_same(
    tmp_path: Path, postgres_url: str, undisturbed: list[list[str]]
) -> None:
    workspace, clock = make(tmp_path), VirtualClock(START)
    nobody = Departments(InThread({}), {}, (), (), PluginSettings())
    with Store.open(postgres_url) as one, Store.open(postgres_url) as other:
        boxes = [Box(workspace, store, clock, nobody) for store in (one, other)]
        publish_first(boxes[0].desk, "tester")

        def side_by_side(_box: Box) -> None:
            threads = [threading.Thread(target=box.settle) for box in boxes]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        assert kinds(told(boxes[0], side_by_side)) == kinds(undisturbed)


# -- leases -----------------------------------------------------------------------------------
def overdue(box: Box) -> str:
    """A case whose first reminder is due, and not yet delivered."""
    code = register(box)
    box.clock.set(START + timedelta(hours=1, minutes=36))
    return code


def fired(box: Box, code: str) -> int:
    return sum(isinstance(event.body, e.MarkFired) for event in box.events(code))


def test_a_stale_owner_completes_nothing(box: Box) -> None:
    code = overdue(box)
    (stale,) = box.store.transact(lambda tx: tx.claim_wakeups(box.now(), BATCH, LEASE))
    box.settle()
    assert fired(box, code) == 0, "the lease is held"
    box.clock.advance(LEASE)
    box.settle()
    assert fired(box, code) == 1
    before = box.events(code)

    def awake(tx):  # type: ignore[no-untyped-def]
        box.desk.run(tx, Request(code, c.StepUp(), CLERK))
        tx.done_wakeup(stale.code, stale.fence)

    with pytest.raises(Conflict):
        box.store.transact(awake)
    assert box.events(code) == before


def test_a_timer_that_fails_is_named_tried_again_and_given_up_after_counted_claims(
    box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    code = overdue(box)
    secret = "张三丰的电话"
    tried: list[datetime] = []
    rules = box.desk.rulebook._compiled[box.case(code).rule_set]

    def broken(*_asked: object) -> None:
        tried.append(box.now())
        raise ValueError(secret)

    monkeypatch.setattr(rules.inference, "infer", broken)
    for _round in range(40):
        box.settle()
        if (upcoming := box.runner.next_moment()) is None or upcoming > START + DAY:
            break
        box.clock.set(upcoming)
    waits = [int((b - a).total_seconds()) for a, b in itertools.pairwise(tried)]
    assert waits == [10, 30, 120, 600, 1800, 1800, 1800]
    with box.store.reading() as reader:
        (letter,) = reader.dead_letters()
    assert (letter.box, letter.case_code, letter.error) == ("wakeup", code, "ValueError")
    assert f"a timer of case {code} failed: ValueError" in caplog.text
    assert secret not in caplog.text
    monkeypatch.undo()
    box.store.transact(lambda tx: tx.requeue("wakeup", code, box.now()))
    box.settle()
    assert fired(box, code) > 0


def test_one_case_that_fails_holds_up_no_other(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    first = register(box)
    second = register(box, issue("自来水管爆裂路面积水"))
    rules = box.desk.rulebook._compiled[box.case(first).rule_set]
    infer = rules.inference.infer

    def sometimes(subject, *asked):  # type: ignore[no-untyped-def]
        if turn.pop():
            raise ValueError
        return infer(subject, *asked)

    turn = [False, True]
    monkeypatch.setattr(rules.inference, "infer", sometimes)
    box.clock.set(START + timedelta(hours=1, minutes=36))
    box.settle()
    assert sorted([fired(box, first), fired(box, second)]) == [0, 1]


# -- follow-ups -------------------------------------------------------------------------------
def test_a_follow_up_is_done_once_whoever_claims_it(box: Box) -> None:
    first = register(box)
    second = box.register(issue(), ENGINE).case
    (dead,) = box.store.transact(lambda tx: tx.claim_follow_ups(box.now(), BATCH, LEASE))
    box.settle()
    assert box.case(first).links == ()
    box.clock.advance(LEASE)
    box.settle()
    assert box.case(first).links == (second,)
    before = box.events(first)

    def awake(tx):  # type: ignore[no-untyped-def]
        assert box.desk.run(tx, dead.work).duplicate
        tx.done_follow_up(dead.item_id, dead.fence)

    with pytest.raises(Conflict):
        box.store.transact(awake)
    assert box.events(first) == before


def test_a_follow_up_that_fails_is_kept_and_tried_again(
    box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = register(box)
    run, times = box.desk.run, [2]

    def sometimes(tx, request):  # type: ignore[no-untyped-def]
        if isinstance(request.command, c.Link) and times[0]:
            times[0] -= 1
            raise RuntimeError("张三丰")
        return run(tx, request)

    monkeypatch.setattr(box.desk, "run", sometimes)
    second = box.register(issue(), ENGINE).case
    box.settle()
    assert box.case(first).links == ()
    box.advance_to(START + timedelta(seconds=39))
    assert box.case(first).links == ()
    box.advance_to(START + timedelta(seconds=40))
    assert box.case(first).links == (second,)
    assert caplog.text.count("failed: RuntimeError") == 2
    assert "张三丰" not in caplog.text
