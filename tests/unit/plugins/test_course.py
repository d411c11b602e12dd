"""A course: the first word, being urged, invited and sent back, said in the department's words."""

from __future__ import annotations

import hashlib
from typing import Any

from msgspec.structs import replace

from referral_engine import (
    Conference,
    Contact,
    Course,
    Escalation,
    Progress,
    Referral,
    Reply,
    Wait,
    proof,
)
from tests.unit.plugins.offers import NOW, offered


class Words(Course):
    phoned = "电话：{said}"
    noted = "留言：{said}"
    urged = "加快"
    attends = "参加"
    sent_back = "重办"
    sent_back_status = "again"


class Hands(Words):
    def ends(self, referral: Referral) -> bool:
        return False


URGED = Escalation("remind")
CALLED = Conference("K1")


def claimed(**changes: Any) -> Referral:
    return offered(state="claimed", claimed_at=NOW, **changes)


def test_the_first_word_goes_to_whoever_can_be_reached() -> None:
    said = "您好{}"
    assert Words().first_word(offered(), said) == [Contact("电话：您好{}")]
    assert Words().first_word(offered(reporter=None), said) == [Contact("留言：您好{}")]
    assert Words().first_word(offered(reporter=None, role="support"), said) == []
    assert Course().first_word(offered(), said) == [Contact("您好{}")]


def test_what_happens_before_the_claim_is_answered_by_nobody() -> None:
    for referral in (offered(), replace(offered(), state="reported")):
        assert Words().escalated(referral, URGED) is None
        assert Words().conference(referral, CALLED) is None


def test_the_departments_own_sentences_are_said_and_empty_ones_are_not() -> None:
    assert Words().escalated(claimed(), URGED) == Progress("加快")
    assert Words().conference(claimed(), CALLED) == Progress("参加")
    assert Course().escalated(claimed(), URGED) is None
    assert Course().conference(claimed(), CALLED) is None


def redone(course: Course) -> tuple[list[Reply], str]:
    reply = course.returned(claimed())
    assert isinstance(reply, list)
    waits = [each for each in reply if isinstance(each, Wait)]
    return [each for each in reply if not isinstance(each, Wait)], "".join(
        each.bookmark for each in waits
    )


def test_a_report_that_came_back_is_redone_by_whoever_ends_the_matter() -> None:
    assert redone(Words()) == ([Progress("重办", status="again")], "again")
    assert redone(Hands()) == ([Progress("重办", status="again")], "")
    assert redone(Course()) == ([], "again")


def test_a_proof_is_the_digest_of_what_the_department_keeps() -> None:
    paper = proof("agreement", "协议书", NOW)
    assert paper.digest == hashlib.sha256("协议书".encode()).hexdigest()
    assert (paper.kind, paper.taken_at) == ("agreement", NOW)
    assert proof("agreement", "协议书".encode(), NOW) == paper
