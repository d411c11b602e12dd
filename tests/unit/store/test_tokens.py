"""Tokens and counted guesses as they lie in both databases."""

from __future__ import annotations

from datetime import timedelta

from referral_engine.store import Store, Token
from tests.unit.store.story import HOUR, START

DAY = timedelta(days=1)
HASH = bytes(range(32))


def token(id: str = "a1", **given: object) -> Token:
    values = {
        "principal": "clerk", "roles": ("dispatcher", "reviewer"), "unit": "centre", "case": "",
        "issued_by": "admin", "issued_at": START, "expires_at": START + DAY,
    }  # fmt: skip
    return Token(id=id, **{**values, **given})  # type: ignore[arg-type]


def test_a_token_is_found_by_its_id_with_the_hash_of_its_secret(any_store: Store) -> None:
    any_store.transact(lambda tx: tx.issue_token(token(), HASH))
    assert any_store.read(lambda r: r.token("a1")) == (token(), HASH)
    assert any_store.read(lambda r: r.token("a2")) is None


def test_it_is_revoked_once_and_stays_in_the_list(any_store: Store) -> None:
    any_store.transact(lambda tx: tx.issue_token(token(), HASH))
    any_store.transact(lambda tx: tx.issue_token(token("a2", case="A-1"), HASH))
    later = START + HOUR
    assert any_store.transact(lambda tx: tx.revoke_token("a1", "admin-2", later))
    assert not any_store.transact(lambda tx: tx.revoke_token("a1", "admin-3", later + HOUR))
    (kept,) = any_store.read(lambda r: r.tokens())
    assert (kept.revoked_at, kept.revoked_by) == (later, "admin-2"), "and none of a case's"


def test_its_use_is_kept_to_the_hour(any_store: Store) -> None:
    any_store.transact(lambda tx: tx.issue_token(token(), HASH))
    any_store.transact(lambda tx: tx.used_token("a1", START + timedelta(minutes=59)))
    found = any_store.read(lambda r: r.token("a1"))
    assert found is not None
    assert found[0].used_at == START


def test_guesses_add_up_by_hour_and_are_forgotten_after_days(any_store: Store) -> None:
    for at in (START, START, START + HOUR):
        any_store.transact(lambda tx, at=at: tx.count_attempt("ab12", at))  # type: ignore[misc]
    any_store.transact(lambda tx: tx.count_attempt("ffff", START))

    def counted(bucket: str, within: timedelta) -> int:
        return any_store.read(lambda r: r.attempts(bucket, START + HOUR, within))

    assert (counted("ab12", HOUR), counted("ab12", DAY)) == (1, 3)
    assert (counted("ffff", HOUR), counted("0000", DAY)) == (0, 0)
    any_store.transact(lambda tx: tx.count_attempt("ffff", START + 5 * DAY))
    assert counted("ab12", DAY) == 0
