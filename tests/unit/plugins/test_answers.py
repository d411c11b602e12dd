"""Answers become commands under keys that stay the same over attempts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from referral_engine import (
    Act,
    Answer,
    Arrive,
    Claim,
    Contact,
    Decline,
    Defer,
    Evidence,
    HandOff,
    NotNeeded,
    Progress,
    Report,
)
from referral_engine.model import command as c
from referral_engine.model.outcome import Call
from referral_engine.model.principal import Principal
from referral_engine.plugins.answers import commands_of, next_call, requests_of

PROOF = (Evidence("photo", digest="ab" * 32),)
CALL = Call("C1-1/offered/1", "C1", "police_100", "C1-1", "offered")
BY = Principal("plugin:police@1.0", ("officer",), "police_100")


@pytest.mark.parametrize(
    ("act", "command"),
    [
        (Claim(), c.Claim("C1-1")),
        (Decline("busy", "justice", "正忙"), c.Decline("C1-1", "busy", "justice", "正忙")),
        (NotNeeded("无需"), c.NotNeeded("C1-1", "无需")),
        (Contact("已联系"), c.Contact("C1-1", "已联系")),
        (Arrive(PROOF), c.Arrive("C1-1", PROOF)),
        (
            Progress("在办", "open", "accept", "initial"),
            c.Progress("C1-1", "在办", "open", "accept", "initial"),
        ),
        (
            Report("挂账", "deferred", PROOF, date(2027, 1, 4)),
            c.Report("C1-1", "挂账", "deferred", PROOF, date(2027, 1, 4)),
        ),
        (HandOff("119", "7", "消防"), c.HandOff("119", "7", "消防", "C1-1")),
    ],
)
def test_each_act_is_one_command(act: Act, command: c.Command) -> None:
    assert commands_of(Answer((act,)), "C1-1") == (command,)


def test_every_act_but_a_deferral_has_its_command() -> None:
    assert commands_of(Answer((Defer("人工判断"),)), "C1-1") == ()


def test_requests_keep_order_key_and_time_of_the_act() -> None:
    at = datetime(2026, 9, 28, 1, 5, tzinfo=UTC)
    first, second = requests_of(Answer((Claim(), Contact("已联系", at=at))), CALL, BY)
    assert (first.key, second.key) == ("C1-1/offered/1#0", "C1-1/offered/1#1")
    assert (first.happened_at, second.happened_at) == (None, at)
    assert (first.by, first.case) == (BY, "C1")


def test_the_next_call_grows_from_the_one_that_asked() -> None:
    asked = Answer((Claim(),), timedelta(hours=2), "visit")
    following = next_call(asked, CALL)
    assert following is not None
    call, after = following
    assert (call.verb, call.key, after) == ("work", "C1-1/offered/1+1", timedelta(hours=2))
    assert call.detail == {"bookmark": "visit"}
    again = next_call(Answer(again=timedelta(days=1)), call)
    assert again is not None
    assert (again[0].key, again[0].detail) == ("C1-1/offered/1+2", {})
    assert next_call(Answer(), call) is None
