"""Grounds stand in the chain as codes; free words go to content, where they can be erased."""

from __future__ import annotations

import msgspec
import pytest

from referral_engine.flow.ground import OTHER, coded
from referral_engine.model import command as c
from referral_engine.rules.vocabulary import GROUNDS, REJECT_GROUNDS
from tests.unit.flow.play import CENTRE, Play

WORDS = "张三丰13900001234说不归我们管"


@pytest.mark.parametrize("code", [*GROUNDS, *REJECT_GROUNDS, "dead_animals"])
def test_a_code_stays(code: str) -> None:
    assert coded(code, "why", GROUNDS) == (code, "why")


def test_a_label_becomes_its_code() -> None:
    assert coded(GROUNDS["outside_remit"], "", GROUNDS) == ("outside_remit", "")


def test_words_go_before_the_reason() -> None:
    assert coded(WORDS, "见附件", GROUNDS) == (OTHER, f"{WORDS}; 见附件")


def test_no_event_holds_the_words_of_a_ground() -> None:
    play = Play()
    declined = play.do(c.Decline(play.lead().id, WORDS), play.officer())
    rejected = play.do(c.Reject(WORDS), CENTRE)
    assert play.referral("ecology").declined_ground == OTHER
    assert WORDS not in msgspec.json.encode(play.events).decode()
    kept = [each.content.values() for each in (declined, rejected) if each is not None]
    assert [WORDS in words for words in map(" ".join, kept)] == [True, True]
