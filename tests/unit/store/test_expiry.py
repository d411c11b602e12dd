"""What has been kept long enough, asked of either database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from referral_engine.store import Keyring, Store, expiry
from referral_engine.store.tables import access_log, command_key, notice, plugin_call
from tests.fixtures.schema.load import loaded
from tests.unit.store.conftest import KEY

LONG_AFTER = datetime(2040, 1, 1, tzinfo=UTC)
BEFORE = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def lived(any_url: str) -> Store:
    loaded(any_url)
    return Store.open(any_url, Keyring([KEY]))


def test_ended_cases_with_content_page_by_page(lived: Store) -> None:
    with lived.reading() as reader:
        assert expiry.ended(reader.connection, BEFORE, "", 9) == []
        (one,) = expiry.ended(reader.connection, LONG_AFTER, "", 1)
        rest = expiry.ended(reader.connection, LONG_AFTER, one.code, 9)
    codes = [one.code, *(case.code for case in rest)]
    assert codes == sorted(set(codes))
    assert {case.state for case in (one, *rest)} <= {"closed", "archived", "split"}
    lived.transact(lambda tx: tx.erase(one.code))
    left = lived.read(lambda r: expiry.ended(r.connection, LONG_AFTER, "", 9))
    assert left == rest
    lived.close()


def test_what_is_past_its_term_goes_some_at_a_time(lived: Store) -> None:
    for act in (expiry.forget_accesses, expiry.empty_outboxes, expiry.empty_results):
        assert lived.transact(lambda tx, act=act: act(tx.connection, BEFORE, 99)) == 0  # type: ignore[misc]
        assert lived.transact(lambda tx, act=act: act(tx.connection, LONG_AFTER, 1)) > 0  # type: ignore[misc]
        while lived.transact(lambda tx, act=act: act(tx.connection, LONG_AFTER, 7)):  # type: ignore[misc]
            pass
    with lived.reading() as reader:
        asked = reader.connection.execute
        assert asked(select(func.count()).select_from(access_log)).scalar_one() == 0
        for box in (notice, plugin_call):
            kept = select(func.count()).where(box.c.status.in_(("done", "void")))
            full = kept.where(box.c.payload != b"")
            assert asked(kept).scalar_one() > asked(full).scalar_one() == 0
        assert asked(select(func.count()).select_from(command_key)).scalar_one() > 0
        waiting = select(func.count()).where(notice.c.status.in_(("pending", "dead")))
        whole = waiting.where(notice.c.payload != b"")
        assert asked(whole).scalar_one() == asked(waiting).scalar_one() > 0
    lived.close()


def test_a_day_is_done_by_one(lived: Store) -> None:
    def first(day: str) -> bool:
        return lived.transact(lambda tx: expiry.first_today(tx.connection, day))

    assert [first("2026-11-02"), first("2026-11-02"), first("2026-11-03")] == [True, False, True]
    lived.close()
