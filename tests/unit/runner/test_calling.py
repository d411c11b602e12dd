"""Plugin calls: at least once under a key that stays, and what comes of them exactly once."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from referral_engine import (
    Claim,
    Contact,
    Department,
    Handler,
    Referral,
    Reply,
    Report,
    Wait,
)
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.principal import Principal
from referral_engine.runner.calling import CALL_LEASE, Calling
from referral_engine.trial.box import Box
from tests.unit.desk.county import (
    CLERK,
    DAY,
    OFFICER,
    START,
    by_name,
    issue,
    lead,
    register,
    staffed,
)

Answers = Callable[[Referral], Reply]


class Desk:
    """The housing department, which answers as a test tells it and keeps what it was asked."""

    def __init__(self, answers: dict[str, Answers]) -> None:
        self.asked: list[tuple[str, str, datetime]] = []
        self.answers = answers
        self.department = Department("housing", "县住建局", "1.0", grounds={"busy": "忙"})
        outer = self

        @self.department.handles()
        class Any(Handler):
            def offered(self, referral: Referral) -> Reply:
                return outer.answer("offered", referral)

            def work(self, referral: Referral) -> Reply:
                return outer.answer("work", referral)

            def withdraw(self, referral: Referral) -> Reply:
                return outer.answer("withdraw", referral)

    def answer(self, verb: str, referral: Referral) -> Reply:
        self.asked.append((verb, referral.key, referral.now))
        return self.answers.get(verb, lambda _referral: None)(referral)

    @property
    def verbs(self) -> list[str]:
        return [verb for verb, _key, _at in self.asked]


Open = Callable[..., tuple[Box, Desk]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Open]:
    """`start(offered=answer, …)` is an engine and its department."""
    with ExitStack() as stack:

        def opened(**answers: Answers) -> tuple[Box, Desk]:
            desk = Desk(answers)
            return stack.enter_context(staffed(tmp_path, desk.department)), desk

        yield opened


def kinds(box: Box, code: str) -> Counter[type]:
    return Counter(type(event.body) for event in box.events(code))


def raises(_referral: Referral) -> Reply:
    raise RuntimeError("out of order")


def takes(_referral: Referral) -> Reply:
    return [Claim(), Contact("已联系")]


# -- it goes well -----------------------------------------------------------------------------
def test_a_department_claims_works_and_reports_under_growing_keys(start: Open) -> None:
    looks = iter([Wait(timedelta(hours=2), "second"), Report("修好了")])
    box, desk = start(
        offered=lambda r: [Claim(), Contact("联系了"), Wait(timedelta(hours=1), "first")],
        work=lambda r: next(looks),
    )
    code = register(box)
    box.advance_to(START + timedelta(hours=4))
    id = lead(box, code).id
    assert desk.asked == [
        ("offered", f"{id}/offered/1", START),
        ("work", f"{id}/offered/1+1", START + timedelta(hours=1)),
        ("work", f"{id}/offered/1+2", START + timedelta(hours=3)),
    ]
    assert box.case(code).state == "resolved"
    found = kinds(box, code)
    assert (found[e.Claimed], found[e.Contacted], found[e.Reported]) == (1, 1, 1)
    claimed = next(x for x in box.events(code) if isinstance(x.body, e.Claimed))
    assert claimed.by == Principal("plugin:housing@1.0", ("officer",), "housing")


def test_a_department_without_a_plugin_works_from_its_inbox(start: Open) -> None:
    box, desk = start(offered=takes)
    code = register(box, issue("邻居半夜吵闹", category="D02"))
    assert desk.asked == []
    assert [line.case for line in box.view.inbox("centre", CLERK)] == [code]
    with box.store.reading() as reader:
        assert reader.waiting_calls() == {}


def test_what_a_department_is_shown_is_a_look(start: Open) -> None:
    box, _desk = start(offered=takes)
    code = register(box, issue(**by_name("张三丰", "13800001234")))
    with box.store.reading() as reader:
        looks = [(look.principal, look.purpose) for look in reader.accesses(code)]
    assert looks == [("plugin:housing@1.0", "offered")]


# -- it fails ---------------------------------------------------------------------------------
def test_a_call_that_fails_is_made_again_later_and_at_last_given_up(start: Open) -> None:
    box, desk = start(offered=raises)
    code = register(box)
    box.advance_to(START + timedelta(hours=1, minutes=45))
    id = lead(box, code).id
    moments = [at for _verb, _key, at in desk.asked]
    waits = [int((b - a).total_seconds()) for a, b in itertools.pairwise(moments)]
    assert waits == [10, 30, 120, 600, 1800, 1800, 1800]
    assert {key for _verb, key, _at in desk.asked} == {f"{id}/offered/1"}
    given_up = next(x.body for x in box.events(code) if isinstance(x.body, e.CallGivenUp))
    assert (given_up.referral, given_up.verb) == (id, "offered")
    assert given_up.error == "raised: RuntimeError: out of order"
    told = [notice for _at, notice in box.post.delivered if notice.to == "housing"]
    assert "system_unreachable" in {notice.subject for notice in told}
    with box.store.reading() as reader:
        (letter,) = reader.dead_letters()
    assert (letter.box, letter.key, letter.claims) == ("plugin_call", f"{id}/offered/1", 8)
    assert "test_calling.py" in letter.trace


def test_then_the_people_of_the_department_go_on(start: Open) -> None:
    box, _desk = start(offered=raises)
    code = register(box)
    box.advance_to(START + timedelta(hours=1, minutes=45))
    (line,) = box.view.inbox("housing", OFFICER)
    box.do(code, c.Claim(line.referral), OFFICER)
    assert box.case(code).state == "in_progress"


def test_a_dead_letter_that_is_requeued_is_called_anew(start: Open) -> None:
    box, desk = start(offered=raises)
    code = register(box)
    box.advance_to(START + timedelta(hours=1, minutes=45))
    desk.answers["offered"] = takes
    with box.store.reading() as reader:
        (letter,) = reader.dead_letters()
    assert box.store.transact(lambda tx: tx.requeue(letter.box, letter.item_id, box.now()))
    box.settle()
    assert kinds(box, code)[e.Claimed] == 1


def test_a_failing_department_holds_up_no_other(start: Open) -> None:
    box, _desk = start(offered=raises)
    codes = [register(box, issue(f"第{n}件事，各不相干")) for n in range(3)]
    other = register(box, issue("邻居半夜吵闹", category="D02"))
    assert box.case(other).state == "assigned"
    box.advance_to(START + timedelta(hours=1, minutes=50))
    assert [kinds(box, code)[e.CallGivenUp] for code in codes] == [1, 1, 1]


def test_workers_that_die_count_like_failures(start: Open) -> None:
    box, desk = start(offered=takes)
    code = box.register(issue(), OFFICER).case
    for _death in range(8):
        claimed = box.store.transact(lambda tx: box.runner.calling.claim(tx, box.now()))
        assert len(claimed) == 1
        box.clock.advance(CALL_LEASE)
    box.settle()
    assert desk.asked == []
    given_up = next(x.body for x in box.events(code) if isinstance(x.body, e.CallGivenUp))
    assert given_up.error == "claimed 8 times without an answer"


def test_a_fault_of_our_own_is_named_and_costs_a_retry(
    start: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    box, desk = start(offered=takes)
    with monkeypatch.context() as broken:
        broken.setattr("referral_engine.runner.calling.requests_of", lambda *_asked: 1 // 0)
        code = register(box)
    assert f"call {lead(box, code).id}/offered/1 failed: ZeroDivisionError" in caplog.text
    box.advance_to(START + timedelta(seconds=10))
    assert desk.verbs == ["offered", "offered"]
    assert kinds(box, code)[e.Claimed] == 1


# -- a crash ----------------------------------------------------------------------------------
class Killed(BaseException):
    """kill -9 between the call and the commit of its answer."""


def test_after_a_crash_the_call_is_made_again_and_its_events_are_there_once(
    start: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, desk = start(offered=takes)
    code = box.register(issue(), OFFICER).case
    with monkeypatch.context() as crash:

        def die(*_answer: object) -> None:
            raise Killed

        crash.setattr(Calling, "_finish", die)
        with pytest.raises(Killed):
            box.settle()
    box.settle()
    assert desk.verbs == ["offered"], "the lease of the dead worker is held"
    box.clock.advance(CALL_LEASE)
    box.settle()
    assert desk.verbs == ["offered", "offered"]
    assert len({key for _verb, key, _at in desk.asked}) == 1
    found = kinds(box, code)
    assert (found[e.Claimed], found[e.Contacted], found[e.AnsweredLate]) == (1, 1, 0)


def test_a_worker_that_was_only_slow_answers_late_and_the_next_one_counts(start: Open) -> None:
    taken_over = []

    def slow(_referral: Referral) -> Reply:
        if not taken_over:
            box.clock.advance(CALL_LEASE)
            taken_over.extend(
                box.store.transact(lambda tx: box.runner.calling.claim(tx, box.now()))
            )
        return [Claim(), Contact("已联系")]

    box, desk = start(offered=slow)
    code = register(box)
    found = kinds(box, code)
    assert (found[e.Claimed], found[e.AnsweredLate]) == (0, 2)
    box.runner.calling.make(taken_over[0])
    found = kinds(box, code)
    assert (found[e.Claimed], found[e.Contacted], found[e.AnsweredLate]) == (1, 1, 2)
    assert desk.verbs == ["offered", "offered"]


def test_an_answer_that_was_late_once_and_is_refused_later_is_kept_both_times(
    start: Open, caplog: pytest.LogCaptureFixture
) -> None:
    taken_over = []

    def slow(referral: Referral) -> Reply:
        if taken_over:
            box.do(referral.case, c.Claim(referral.id), OFFICER)
        else:
            box.clock.advance(CALL_LEASE)
            taken_over.extend(
                box.store.transact(lambda tx: box.runner.calling.claim(tx, box.now()))
            )
        return [Claim()]

    box, desk = start(offered=slow)
    code = register(box)
    box.runner.calling.make(taken_over[0])
    late = [x.body for x in box.events(code) if isinstance(x.body, e.AnsweredLate)]
    content = box.view.case(code, CLERK).content
    said = [content[each.note] for each in late]
    assert said == ["offered: late", "offered: REFERRAL_STATE"]
    box.settle()
    assert desk.verbs == ["offered", "offered"], "it is done, and not asked a third time"
    assert "KEY_REUSED" not in caplog.text


# -- it is over -------------------------------------------------------------------------------
def withdraw(box: Box, code: str) -> None:
    box.do(code, c.Withdraw("不用了"), Principal(box.case(code).reporter, ("reporter",)))


def test_no_call_starts_after_the_end_but_the_withdrawal(start: Open) -> None:
    box, desk = start(offered=takes)
    code = box.register(issue(), OFFICER).case
    withdraw(box, code)
    box.settle()
    assert desk.verbs == ["withdraw"]


def test_a_call_in_hand_at_the_end_is_not_begun(start: Open) -> None:
    box, desk = start(offered=takes)
    code = box.register(issue(), OFFICER).case
    (in_hand,) = box.store.transact(lambda tx: box.runner.calling.claim(tx, box.now()))
    withdraw(box, code)
    box.runner.calling.make(in_hand)
    assert desk.verbs == []


def test_what_is_answered_after_the_end_is_kept_without_effect(start: Open) -> None:
    def while_it_thinks(referral: Referral) -> Reply:
        withdraw(box, referral.case)
        return [Claim(), Report("修好了")]

    box, desk = start(offered=while_it_thinks)
    code = register(box)
    assert desk.verbs == ["offered", "withdraw"]
    found = kinds(box, code)
    assert (found[e.Claimed], found[e.Reported], found[e.AnsweredLate]) == (0, 0, 2)
    assert box.case(code).state == "withdrawn"


def test_an_answer_that_is_not_allowed_any_more_is_kept_too(start: Open) -> None:
    def while_it_thinks(referral: Referral) -> Reply:
        box.do(referral.case, c.Claim(referral.id), OFFICER)
        return [Claim(), Contact("联系了")]

    box, _desk = start(offered=while_it_thinks)
    code = register(box)
    late = [x.body for x in box.events(code) if isinstance(x.body, e.AnsweredLate)]
    content = box.view.case(code, CLERK).content
    assert [content[each.note] for each in late] == ["offered: REFERRAL_STATE"]
    assert kinds(box, code)[e.Contacted] == 1


def test_a_wait_of_what_has_ended_is_not_called_again(start: Open) -> None:
    box, desk = start(offered=lambda r: [Claim(), Wait(timedelta(days=1), "later")])
    code = register(box)
    withdraw(box, code)
    box.advance_to(START + 2 * DAY)
    assert desk.verbs == ["offered", "withdraw"]


def test_an_erased_case_is_asked_about_no_more(start: Open) -> None:
    box, desk = start(offered=takes)
    code = box.register(issue(), OFFICER).case
    box.store.transact(lambda tx: tx.erase(code))
    box.settle()
    assert desk.asked == []
    with box.store.reading() as reader:
        assert (reader.waiting_calls(), reader.dead_letters()) == ({}, [])
