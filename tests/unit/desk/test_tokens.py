"""Tokens: who comes in by one, as what, and for how long; what is kept of it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from referral_engine.desk import tokens
from referral_engine.desk.follow_up import A_DAY, AN_HOUR, follow_up
from referral_engine.errors import Refused
from referral_engine.model import command as c
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.trial.box import Box
from tests.unit.desk.county import (
    ADMIN,
    AUDITOR,
    CLERK,
    DAY,
    HOUR,
    KEEPER,
    OFFICER,
    ORG,
    START,
    by_name,
    issue,
    make,
    register,
    staffed,
)

PHONE = "13987654321"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with staffed(tmp_path) as box:
        yield box


def refused(act: object, *given: object, **named: object) -> str:
    with pytest.raises(Refused) as caught:
        act(*given, **named)  # type: ignore[operator]
    assert caught.value.message
    return caught.value.code


# -- issuing -------------------------------------------------------------------------------------
def test_a_person_comes_in_with_the_roles_of_the_posts(box: Box) -> None:
    made = tokens.issue(box.desk, "clerk", ADMIN)
    assert tokens.authenticate(box.desk, made.text) == Principal("clerk", ("dispatcher",), "centre")


def test_another_system_comes_in_under_a_name_no_person_can_have(box: Box) -> None:
    made = tokens.issue(box.desk, "hotline", ADMIN, roles=("dispatcher",), unit="centre")
    found = tokens.authenticate(box.desk, made.text)
    assert found == Principal("svc:hotline", ("dispatcher",), "centre")


def test_a_role_that_is_not_held_is_not_given(box: Box) -> None:
    assert refused(tokens.issue, box.desk, "clerk", ADMIN, roles=("county_leader",)) == "NO_ROLE"
    assert refused(tokens.issue, box.desk, "hotline", ADMIN) == "NO_ROLE"
    for role in ("engine", "reporter", "emperor"):
        assert refused(tokens.issue, box.desk, "hotline", ADMIN, roles=(role,)) == "NO_ROLE"
    assert refused(tokens.issue, box.desk, "clerk", ADMIN, unit="nowhere") == "NO_SUCH_UNIT"


@pytest.mark.parametrize("by", [CLERK, OFFICER, KEEPER, AUDITOR])
def test_only_an_administrator_gives_and_takes(box: Box, by: Principal) -> None:
    made = tokens.issue(box.desk, "clerk", ADMIN)
    assert refused(tokens.issue, box.desk, "clerk", by) == "FORBIDDEN"
    assert refused(tokens.revoke, box.desk, made.token.id, by) == "FORBIDDEN"
    assert tokens.authenticate(box.desk, made.text).id == "clerk"


# -- ending --------------------------------------------------------------------------------------
def test_whoever_leaves_the_post_has_lost_the_token(box: Box, tmp_path: Path) -> None:
    made = tokens.issue(box.desk, "clerk", ADMIN, roles=("dispatcher",))
    gone = "\n".join(line for line in ORG.splitlines() if "id: clerk," not in line)
    box.desk.refresh(make(tmp_path / "later", org=gone))
    assert refused(tokens.authenticate, box.desk, made.text) == "BAD_TOKEN"


def test_it_ends_by_itself_and_at_once_when_revoked(box: Box) -> None:
    made = tokens.issue(box.desk, "clerk", ADMIN, life=DAY)
    other = tokens.issue(box.desk, "leader", ADMIN)
    box.clock.set(START + DAY - timedelta(seconds=1))
    assert tokens.authenticate(box.desk, made.text).id == "clerk"
    box.clock.set(START + DAY)
    assert refused(tokens.authenticate, box.desk, made.text) == "BAD_TOKEN"
    tokens.revoke(box.desk, other.token.id, ADMIN)
    assert refused(tokens.authenticate, box.desk, other.text) == "BAD_TOKEN"
    assert refused(tokens.revoke, box.desk, other.token.id, ADMIN) == "NO_SUCH_TOKEN"
    kept = {each.id: each for each in tokens.tokens(box.desk, AUDITOR)}
    ended = kept[other.token.id]
    assert (ended.issued_by, ended.revoked_by, ended.revoked_at) == ("admin", "admin", START + DAY)


def test_whatever_is_wrong_is_answered_in_the_same_words(box: Box) -> None:
    made = tokens.issue(box.desk, "clerk", ADMIN)
    tokens.revoke(box.desk, made.token.id, ADMIN)
    head, id, secret = made.text.split("-", 2)
    texts = [
        made.text, "", "x", "rft-", f"{head}-{id}-", f"{head}-000000000000-{secret}",
        f"{head}-{id}-{secret[::-1]}", made.text + "x", made.text.upper(), "rft-é-é",
    ]  # fmt: skip
    said = set()
    for text in texts:
        with pytest.raises(Refused) as caught:
            tokens.authenticate(box.desk, text)
        said.add(str(caught.value))
    assert len(said) == 1


def test_when_it_was_used_is_known_to_the_hour(box: Box) -> None:
    made = tokens.issue(box.desk, "clerk", ADMIN)
    for at in (START + timedelta(minutes=10), START + timedelta(minutes=50), START + 2 * HOUR):
        box.clock.set(at)
        tokens.authenticate(box.desk, made.text)
    (kept,) = tokens.tokens(box.desk, ADMIN)
    assert kept.used_at == START + 2 * HOUR


# -- what is kept --------------------------------------------------------------------------------
def test_the_store_and_every_copy_of_it_hold_the_hash_alone(box: Box, tmp_path: Path) -> None:
    code = register(box, issue(**by_name("欧阳锦绣", PHONE)))
    made = tokens.issue(box.desk, "clerk", ADMIN)
    follow = tokens.issue_follow_up(box.desk, code, CLERK)
    for each in (made, follow):
        assert each.text not in repr(each)
        secret = each.text.split("-", 2)[2].encode()
        assert len(secret) >= 43, "256 bits in base64"
        files = list(tmp_path.glob("box.db*"))
        assert files
        assert not [file.name for file in files if secret in file.read_bytes()]
    with sqlite3.connect(tmp_path / "box.db") as connection:
        hashes = {row[0] for row in connection.execute("select secret_hash from access_token")}
    assert hashes == {hashlib.sha256(each.text.encode()).digest() for each in (made, follow)}


# -- the reporter --------------------------------------------------------------------------------
def test_a_form_gets_a_token_with_the_new_case_and_none_for_one_known_before(box: Box) -> None:
    given = issue(id="w-1", **by_name("欧阳锦绣", PHONE))
    made = box.desk.register(given, ENGINE, follow_up=True).result()
    by = follow_up(box.desk, made.case, token=made.token)
    assert by == Principal(box.case(made.case).reporter, ("reporter",))
    again = box.desk.register(given, ENGINE, follow_up=True).result()
    assert (again.case, again.duplicate, again.token) == (made.case, True, "")


def test_a_reporters_token_opens_its_own_case_and_no_other(box: Box) -> None:
    """Two people of a household share a phone: to the engine they are one reporter."""
    noise = register(box, issue(**by_name("甲", PHONE)))
    other = register(box, issue("别的事，与前面的无关", **by_name("乙", PHONE)))
    assert box.case(noise).reporter == box.case(other).reporter
    made = tokens.issue_follow_up(box.desk, noise, CLERK)
    assert follow_up(box.desk, noise, token=made.text).has("reporter")
    assert refused(follow_up, box.desk, other, token=made.text) == "BAD_TOKEN"
    assert refused(tokens.authenticate, box.desk, made.text) == "BAD_TOKEN"
    clerks = tokens.issue(box.desk, "clerk", ADMIN)
    assert refused(follow_up, box.desk, noise, token=clerks.text) == "NO_FOLLOW_UP"


def test_who_handles_a_case_or_only_watches_hands_out_no_token_for_it(box: Box) -> None:
    code = register(box, issue(**by_name("甲", PHONE)))
    for by in (OFFICER, ADMIN, AUDITOR):
        assert refused(tokens.issue_follow_up, box.desk, code, by) == "FORBIDDEN"
    sealed = register(box, issue("举报某人", category="X02", **by_name("甲", PHONE)))
    missing = code[:-1] + str((int(code[-1]) + 1) % 10)
    for by in (CLERK, OFFICER, ADMIN, AUDITOR):
        assert refused(tokens.issue_follow_up, box.desk, sealed, by) == "UNKNOWN_CASE"
        assert refused(tokens.issue_follow_up, box.desk, missing, by) == "UNKNOWN_CASE"
    assert tokens.issue_follow_up(box.desk, sealed, KEEPER).token.case == sealed


def test_the_last_four_digits_of_the_phone_are_a_proof(box: Box) -> None:
    code = register(box, issue(**by_name("甲", "139-8765 4321")))
    assert follow_up(box.desk, code, tail="4321").id == box.case(code).reporter
    for wrong in ("", "1234", "54321", "13987654321", "４３２１"):
        box.clock.set(box.now() + DAY)
        assert refused(follow_up, box.desk, code, tail=wrong) == "NO_FOLLOW_UP"


def test_without_a_phone_no_tail_is_right(box: Box) -> None:
    code = register(box, issue())
    for tail in ("", "----", "0000"):
        assert refused(follow_up, box.desk, code, tail=tail) == "NO_FOLLOW_UP"


def tries(box: Box, code: str) -> list[str]:
    return [refused(follow_up, box.desk, code, tail="0000") for _time in range(AN_HOUR + 1)]


def test_guesses_are_counted_and_the_right_one_comes_too_late(box: Box) -> None:
    code = register(box, issue(**by_name("甲", PHONE)))
    assert tries(box, code) == ["NO_FOLLOW_UP"] * AN_HOUR + ["TOO_MANY_TRIES"]
    assert refused(follow_up, box.desk, code, tail="4321") == "TOO_MANY_TRIES"
    made = tokens.issue_follow_up(box.desk, code, CLERK)
    assert follow_up(box.desk, code, token=made.text).has("reporter"), "no guess, no limit"
    box.clock.set(START + 2 * HOUR)
    assert follow_up(box.desk, code, tail="4321").has("reporter")


def test_whoever_comes_back_every_hour_is_stopped_for_the_day(box: Box) -> None:
    code = register(box, issue(**by_name("甲", PHONE)))
    said = []
    for hour in range(0, 24, 2):
        box.clock.set(START + hour * HOUR)
        said += [refused(follow_up, box.desk, code, tail="0000") for _time in range(AN_HOUR)]
    assert said.count("NO_FOLLOW_UP") == A_DAY
    box.clock.set(START + 3 * DAY)
    assert follow_up(box.desk, code, tail="4321").has("reporter")


def test_neither_answer_nor_limit_tells_whether_there_is_a_case(box: Box) -> None:
    known = register(box, issue(**by_name("甲", PHONE)))
    sealed = register(box, issue("举报某人", category="X02", **by_name("甲", "13911112222")))
    from referral_engine.model.code import make_code

    unknown = make_code("620922", START.date(), 7)
    assert tries(box, known) == tries(box, unknown) == tries(box, sealed)
    box.clock.set(START + 2 * HOUR)
    with pytest.raises(Refused) as no_case:
        follow_up(box.desk, unknown, tail="2222")
    with pytest.raises(Refused) as hidden:
        follow_up(box.desk, sealed, tail="2222")
    assert str(no_case.value) == str(hidden.value), (
        "the tail of a sealed case's phone proves nothing"
    )


def test_tries_at_many_codes_do_not_fill_the_store(box: Box, tmp_path: Path) -> None:
    from referral_engine.model.code import make_code

    for number in range(50):
        refused(follow_up, box.desk, make_code("620922", START.date(), number), tail="0000")
    box.clock.set(START + 5 * DAY)
    refused(follow_up, box.desk, make_code("620922", START.date(), 99), tail="0000")
    with sqlite3.connect(tmp_path / "box.db") as connection:
        rows = connection.execute("select length(bucket), attempts from follow_attempt").fetchall()
    assert rows == [(4, 1)]


def test_the_reporter_rates_by_the_token(box: Box) -> None:
    code = register(box, issue(**by_name("甲", PHONE)))
    made = tokens.issue_follow_up(box.desk, code, CLERK)
    by = follow_up(box.desk, code, token=made.text)
    box.do(code, c.Rate(contacted=True, resolved="yes", score=5), by)
    assert box.case(code).ratings
