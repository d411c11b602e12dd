"""A database that is full or away: said in words, nothing half kept, the next command goes on."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import text

from referral_engine.errors import Unavailable
from referral_engine.store import Reader, Store, Tx
from referral_engine.store.audit import verify
from referral_engine.store.engine import open_writer
from tests.unit.store.story import Story, commit, opened

LONG = "屋顶漏水" * 20_000
"""More than a disk with three pages left takes."""


def leave(store: Store, pages: int) -> None:
    """So many further pages are all that the writer's database may grow by."""

    def limit(tx: Tx) -> None:
        (count,) = tx.connection.exec_driver_sql("PRAGMA page_count").one()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {count + pages}")

    store.transact(limit)


def lost(url: str) -> None:
    """The server ends every connection but ours, as it does when it is restarted."""
    with open_writer(url).begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def codes(store: Store) -> list[str]:
    with store.reading() as reader:
        return [each.event.case for each in reader.all_events() if each.event.seq == 1]


def test_a_full_disk_is_said_in_words_and_nothing_of_the_command_is_kept(store: Store) -> None:
    opened(store, "A-1")
    leave(store, 3)
    with pytest.raises(Unavailable, match="STORE_FULL: the disk of the database is full") as told:
        commit(store, Story("A-2").register().take(content={"issue": LONG}))
    assert "Make room" in told.value.next_step
    assert codes(store) == ["A-1"]
    leave(store, 10_000)
    commit(store, Story("A-2").register().take(content={"issue": LONG}))
    assert codes(store) == ["A-1", "A-2"]
    assert list(verify(store.engine, None)) == []


@pytest.mark.parametrize("pages", range(12))
def test_commands_that_meet_a_full_disk_together_are_kept_whole_or_not_at_all(
    store: Store, pages: int
) -> None:
    """SQLite may roll everything back by itself: what came after would be kept row by row."""
    opened(store, "A-1")
    leave(store, pages)
    sent: dict[str, Future[bytes]] = {}
    for number in range(2, 10):
        resolution, before = Story(f"A-{number}").register().offer().take(content={"issue": "x"})

        def write(tx: Tx, what=resolution, on=before) -> bytes:  # type: ignore[no-untyped-def]
            tx.viewed(what.case.code, "somebody", "show", what.case.registered_at)
            return tx.commit_resolution(what, expected_version=on)

        sent[f"A-{number}"] = store.write(write)
    kept = ["A-1"]
    for code, future in sent.items():
        failure = future.exception()
        assert failure is None or isinstance(failure, Unavailable)
        kept += [code] if failure is None else []
    assert sorted(codes(store)) == kept
    with store.reading() as reader:
        looked = [access.case for code in sent for access in reader.accesses(code)]
    assert looked == kept[1:]
    assert list(verify(store.engine, None)) == []


def test_a_folder_that_is_gone_is_told_as_the_database_s_failure(tmp_path: Path) -> None:
    place = tmp_path / "var"
    with Store.open(f"sqlite:///{place}/referral.db") as store:
        opened(store, "A-1")
        store.engine.dispose()
        place.rename(tmp_path / "elsewhere")
        with pytest.raises(Unavailable, match="STORE_FAILED: the database could not do it: unable"):
            codes(store)
        (tmp_path / "elsewhere").rename(place)
        assert codes(store) == ["A-1"]


@pytest.mark.postgres
def test_a_server_that_was_restarted_fails_what_was_on_its_way_and_nothing_after(
    postgres_url: str,
) -> None:
    with Store.open(postgres_url) as store:
        opened(store, "A-1")
        lost(postgres_url)
        with pytest.raises(Unavailable, match="STORE_FAILED"):
            opened(store, "A-2")
        opened(store, "A-2")

        def counted(reader: Reader) -> int:
            lost(postgres_url)
            return reader.count()

        with pytest.raises(Unavailable, match="STORE_FAILED"):
            store.read(counted)
        assert codes(store) == ["A-1", "A-2"]
