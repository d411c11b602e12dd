"""The door: what was asked before is not done again, and when an act may have happened."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from referral_engine.clock import VirtualClock
from referral_engine.desk import Answer, Desk
from referral_engine.errors import Refused
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.code import is_code
from referral_engine.model.issue import Issue
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.trial.box import Box
from tests.unit.desk.county import CLERK, DAY, OFFICER, START, issue, lead, register


def refused(box: Box, code: str, command: c.Command, **how: object) -> str:
    with pytest.raises(Refused) as caught:
        box.do(code, command, OFFICER, **how)  # type: ignore[arg-type]
    return caught.value.code


def test_a_code_that_is_taken_is_drawn_again(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = [7, 7, 8]
    monkeypatch.setattr("secrets.randbelow", lambda _below: drawn.pop(0))
    codes = [register(box), register(box, issue("完全不同的一件事情", received_at=START))]
    assert not drawn
    assert [code[-9:-1] for code in codes] == ["00000007", "00000008"]


# -- the same again ---------------------------------------------------------------------------
def test_a_key_and_its_body_are_done_once(box: Box) -> None:
    code = register(box)
    claim = c.Claim(lead(box, code).id)
    first = box.do(code, claim, OFFICER, key="k1")
    before = box.events(code)
    again = box.do(code, claim, OFFICER, key="k1")
    assert again == Answer(**{**_fields(first), "duplicate": True})
    assert box.events(code) == before


def _fields(answer: Answer) -> dict[str, object]:
    return {name: getattr(answer, name) for name in answer.__struct_fields__}


def test_a_stored_answer_stays_what_it_was(box: Box) -> None:
    code = register(box)
    claim = c.Claim(lead(box, code).id)
    first = box.do(code, claim, OFFICER, key="k1")
    box.do(code, c.Contact(lead(box, code).id, "打过电话"), OFFICER)
    assert box.do(code, claim, OFFICER, key="k1").version == first.version < box.case(code).version


@pytest.mark.parametrize("other", ["command", "case", "moment"])
def test_a_key_with_another_body_is_refused(box: Box, other: str) -> None:
    code, second = register(box), register(box, issue("完全不同的一件事情", received_at=START))
    contact = c.Contact(lead(box, code).id, "打过电话")
    box.do(code, c.Claim(lead(box, code).id), OFFICER)
    box.do(code, contact, OFFICER, key="k1")
    before = box.events(code)
    body: dict[str, object] = {"happened_at": START} if other == "moment" else {}
    command = c.Contact(lead(box, code).id, "又打了") if other == "command" else contact
    assert refused(box, second if other == "case" else code, command, key="k1", **body) == (
        "KEY_REUSED"
    )
    assert box.events(code) == before


def test_a_key_belongs_to_whoever_used_it(box: Box) -> None:
    code = register(box)
    box.do(code, c.Claim(lead(box, code).id), OFFICER, key="k1")
    colleague = Principal("colleague", ("officer",), "housing")
    assert not box.do(code, c.Contact(lead(box, code).id), colleague, key="k1").duplicate


def test_a_refused_command_leaves_its_key_free(box: Box) -> None:
    code = register(box)
    id = lead(box, code).id
    assert refused(box, code, c.Contact(id), key="k1") == "REFERRAL_STATE"
    box.do(code, c.Claim(id), OFFICER, key="k1")
    assert box.case(code).state == "in_progress"


def test_a_command_that_came_to_nothing_does_not_act_when_it_is_asked_again(box: Box) -> None:
    """Who sends again did not hear the answer; what became due meanwhile is not his to do."""
    code = register(box)
    first = box.do(code, c.Tick(), ENGINE, key="k1")
    assert first.version == box.case(code).version
    before = box.events(code)
    box.clock.set(START + timedelta(hours=1, minutes=36))
    again = box.do(code, c.Tick(), ENGINE, key="k1")
    assert again == Answer(**{**_fields(first), "duplicate": True})
    assert box.events(code) == before


def test_many_commands_share_a_commit_and_each_is_done_once(box: Box) -> None:
    code = register(box)
    claim = c.Request(code, c.Claim(lead(box, code).id), OFFICER, key="k1")
    answers = [future.result() for future in [box.desk.send(claim) for _ in range(20)]]
    assert [answer.duplicate for answer in answers] == [False] + [True] * 19
    assert sum(isinstance(event.body, e.Claimed) for event in box.events(code)) == 1


# -- intake -----------------------------------------------------------------------------------
def test_a_senders_key_makes_one_case_for_ever(box: Box) -> None:
    first = box.register(issue(id="A-1"), CLERK)
    box.advance_to(START + 400 * DAY)
    later = box.register(issue("改过的字", id="A-1"), CLERK)
    assert (later.case, later.duplicate) == (first.case, True)
    assert box.codes() == [first.case]


def test_the_same_id_on_another_channel_is_another_case(box: Box) -> None:
    first = box.register(issue(id="A-1"), CLERK)
    other = box.register(issue("自来水管爆裂路面积水", id="A-1", channel="app"), CLERK)
    assert other.case != first.case


def test_without_an_id_the_importer_s_key_counts(box: Box) -> None:
    def take(key: str) -> Answer:
        return box.desk.register(issue(), CLERK, sender_key=key).result()

    first, again, other = take("hash#1"), take("hash#1"), take("hash#2")
    assert again.duplicate
    assert again.case == first.case != other.case


def test_a_code_is_area_day_and_a_check_digit(box: Box) -> None:
    code = register(box)
    assert is_code(code)
    assert code.startswith("62092220261102")


def test_a_receipt_without_a_zone_is_refused(box: Box) -> None:
    naive = issue(received_at=datetime(2026, 11, 2, 9, 0))  # noqa: DTZ001
    with pytest.raises(Refused, match="NO_ZONE"):
        box.register(naive, CLERK)


def test_history_is_registered_when_it_was_received(box: Box) -> None:
    old = issue(received_at=START - 40 * DAY)
    code = box.register(old, ENGINE).case
    registered = box.events(code)[0]
    assert isinstance(registered.body, e.Registered)
    assert registered.recorded_at == old.received_at
    assert registered.body.imported_at == START
    assert min(d.since for d in box.case(code).deadlines) == old.received_at


def test_a_backfill_starts_its_clocks_now(box: Box) -> None:
    old = issue(received_at=START - 40 * DAY)
    code = box.desk.register(old, ENGINE, backfill=True).result().case
    case = box.case(code)
    assert case.received_at == old.received_at
    assert {d.since for d in case.deadlines} == {START}
    assert box.events(code)[0].recorded_at == START


def test_what_came_in_yesterday_owes_its_answer_from_then(box: Box) -> None:
    code = register(box, issue(received_at=START - DAY))
    answer = next(d for d in box.case(code).deadlines if d.name == "answer")
    assert (answer.since, box.events(code)[0].recorded_at) == (START - DAY, START)


# -- acts recorded afterwards -----------------------------------------------------------------
def test_an_act_recorded_afterwards_keeps_both_moments(box: Box) -> None:
    code = register(box)
    box.advance_to(START + timedelta(hours=5))
    at = START + timedelta(hours=1)
    box.do(code, c.Claim(lead(box, code).id), OFFICER, happened_at=at)
    claimed = next(event for event in box.events(code) if isinstance(event.body, e.Claimed))
    assert (claimed.happened_at, claimed.recorded_at) == (at, START + timedelta(hours=5))
    met = next(d for d in box.case(code).deadlines if d.name == "claim")
    assert (met.met_at, met.late) == (at, False)


@pytest.mark.parametrize(
    ("happened_at", "expected"),
    [
        (START + timedelta(minutes=4), ""),
        (START + timedelta(minutes=6), "IN_THE_FUTURE"),
        (START - 3 * DAY, ""),
        (START - 3 * DAY - timedelta(seconds=1), "TOO_LONG_AGO"),
        (START.replace(tzinfo=None), "NO_ZONE"),
    ],
)
def test_how_far_an_act_may_lie_from_its_record(
    box: Box, happened_at: datetime, expected: str
) -> None:
    code = register(box)
    claim = c.Claim(lead(box, code).id)
    if expected:
        assert refused(box, code, claim, happened_at=happened_at) == expected
    else:
        box.do(code, claim, OFFICER, happened_at=happened_at)
        assert box.case(code).state == "in_progress"


# -- facts ------------------------------------------------------------------------------------
def test_what_history_answered_is_kept_with_the_decision(box: Box) -> None:
    who = {"reporter": issue().reporter.__class__(phone="13800001234")}
    codes = [register(box, issue(text, **who)) for text in ("楼道灯坏", "屋顶漏水了", "车库淹了水")]
    decided = [_decided(box, code) for code in codes]
    assert [sum(each.answers.values()) for each in decided] == [1, 2, 3]
    assert [each.rule for each in decided] == ["housing", "housing", "third-time"]
    assert {each.rule_set for each in decided} == {box.case(codes[0]).rule_set}
    assert decided[0].org == box.workspace.org.hash
    assert decided[0].calendar == box.workspace.calendar.version


def _decided(box: Box, code: str) -> e.Decided:
    return next(x.body for x in box.events(code) if isinstance(x.body, e.Decided))


def test_who_gave_no_name_is_nobody_else_s_reporter(box: Box) -> None:
    codes = [register(box, issue(text)) for text in ("楼道灯坏了", "屋顶漏水了", "车库淹了水")]
    assert len({box.case(code).reporter for code in codes}) == 3
    assert [box.case(code).rule for code in codes] == ["housing"] * 3


def test_an_issue_is_an_issue(box: Box) -> None:
    """The first thing kept is the issue as it came in, word for word."""
    given = issue("甲" * 10_000, title="标题", id="x")
    code = register(box, given)
    seen = box.view.case(code, ENGINE).issue
    assert isinstance(seen, Issue)
    assert seen == given


# -- time -------------------------------------------------------------------------------------
def test_a_clock_that_goes_back_does_not_turn_the_history_round(box: Box) -> None:
    code = register(box)
    box.advance_to(START + timedelta(hours=1))
    box.do(code, c.Claim(lead(box, code).id), OFFICER)
    behind = Desk(box.store, box.workspace, VirtualClock(START))
    behind.submit(c.Request(code, c.Contact(lead(box, code).id, "打过"), OFFICER))
    moments = [event.recorded_at for event in box.events(code)]
    assert moments == sorted(moments)
    assert moments[-1] == START + timedelta(hours=1)
