"""What counts as an answer, and what may be answered when."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from referral_engine import (
    Act,
    Answer,
    Arrive,
    Claim,
    Contact,
    Decline,
    Defer,
    HandOff,
    NotNeeded,
    Progress,
    Report,
    Wait,
)
from referral_engine.plugins.department import Profile
from referral_engine.plugins.handler import VERBS, Verb
from referral_engine.plugins.mistake import Unusable
from referral_engine.plugins.reply import answer_of, check, decode
from tests.unit.plugins.offers import offered

PROFILE = Profile("police", "公安", "1", 1, {"busy": "正忙"}, {"open": "办理"}, ())
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (None, Answer()),
        (Claim(), Answer((Claim(),))),
        (Wait(HOUR, "x"), Answer((), HOUR, "x")),
        ([Claim(), Contact("已联系")], Answer((Claim(), Contact("已联系")))),
        ((Claim(), Wait(HOUR)), Answer((Claim(),), HOUR)),
        ([], Answer()),
        (Answer((Claim(),)), Answer((Claim(),))),
    ],
)
def test_a_reply_becomes_an_answer(reply: object, answer: Answer) -> None:
    assert answer_of(reply) == answer
    assert decode(msgspec.msgpack.encode(answer)) == answer


@pytest.mark.parametrize("reply", ["claim", 0, False, {}, Claim, [None], [Wait(HOUR), Claim()]])
def test_anything_else_is_none(reply: object) -> None:
    with pytest.raises(Unusable):
        answer_of(reply)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("claim", "a value of type str is not an answer"),
        (Claim, "the class Claim is not an answer"),
        ((each for each in [Claim()]), "a value of type generator is not an answer"),
        ([Claim(), [Contact()]], "a value of type list is not an act"),
        ([Wait(HOUR), Claim()], "a Wait is the end of an answer"),
        (Wait(7200), "Wait takes a timedelta, not a value of type int"),  # type: ignore[arg-type]
    ],
)
def test_the_author_is_told_what_he_returned(reply: object, told: str) -> None:
    with pytest.raises(Unusable, match=told):
        answer_of(reply)


def test_an_unknown_word_is_told_with_those_there_are() -> None:
    answer = Answer((Decline("lazy"),))
    with pytest.raises(Unusable, match="'lazy' is not among the department's grounds: busy"):
        check(answer, "offered", offered(), PROFILE)


@pytest.mark.parametrize("packed", [b"", b"\xc1", b"\xff" * 40, msgspec.msgpack.encode([1, 2])])
def test_bytes_that_are_no_answer_are_refused(packed: bytes) -> None:
    with pytest.raises(Unusable, match="not an answer"):
        decode(packed)


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = Contact("已联系", at=datetime(2026, 9, 28, 9))  # noqa: DTZ001 - the fault itself
    with pytest.raises(Unusable, match="timezone"):
        decode(msgspec.msgpack.encode(Answer((naive,))))


ACTS: tuple[Act, ...] = (
    Claim(), Decline("busy"), Defer(), NotNeeded(), Contact(), Arrive(), Progress(status="open"),
    Report("完成"), HandOff("110", "1", "指挥中心"),
)  # fmt: skip


def allowed(act: Act, verb: Verb, state: str, role: str = "lead") -> bool:
    try:
        check(Answer((act,)), verb, offered(state=state, role=role), PROFILE)
    except Unusable:
        return False
    return True


def names(verb: Verb, state: str, role: str = "lead") -> set[str]:
    return {type(act).__name__ for act in ACTS if allowed(act, verb, state, role)}


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "withdraw"])
def test_what_may_be_said_first_depends_on_the_referral(verb: Verb) -> None:
    assert names(verb, "offered") == {"Claim", "Decline", "Defer", "HandOff"}
    assert names(verb, "offered", "support") == {
        "Claim", "Decline", "Defer", "HandOff", "NotNeeded",
    }  # fmt: skip
    assert names(verb, "claimed") == {
        "Decline", "Defer", "Contact", "Arrive", "Progress", "Report", "HandOff",
    }  # fmt: skip


def test_a_withdrawn_referral_takes_nothing() -> None:
    assert names("withdraw", "cancelled") == set()
    check(Answer(), "withdraw", offered(state="cancelled"), PROFILE)


def test_only_the_chain_of_work_may_wait() -> None:
    waits = set()
    for verb in VERBS:
        try:
            check(Answer(again=HOUR), verb, offered(state="claimed"), PROFILE)
        except Unusable:
            continue
        waits.add(verb)
    assert waits == {"offered", "work", "returned"}
