"""Backups are whole or not there; what comes back from one goes on as if nothing had been."""

from __future__ import annotations

import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, text

from referral_engine.errors import Refused
from referral_engine.store import Keyring, Store, schema
from referral_engine.store.audit import verify
from referral_engine.store.backup import back_up, label_of, size_of
from referral_engine.store.engine import open_reader, open_writer
from referral_engine.store.every_table import metadata
from referral_engine.store.relocation import move, restore, take_back
from referral_engine.store.tables import OUTBOXES, case_event, setting, wakeup
from tests.fixtures.schema.load import loaded
from tests.unit.store.conftest import KEY
from tests.unit.store.story import opened

NOW = datetime(2026, 12, 20, 3, 0, tzinfo=UTC)
KEYS = Keyring([KEY])
NOT_COMPARED = {"xact", "upto", "lease_until"}
"""Transaction numbers mean nothing elsewhere, and whoever held a lease is not there."""


def quiet(_more: int) -> None:
    pass


def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that is in a store, but for what an arrival changes."""
    engine = open_reader(url)
    found = {}
    names = {name for name in inspect(engine).get_table_names() if "procrastinate" not in name}
    assert names == {*metadata.tables, "alembic_version"}
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in NOT_COMPARED]
            query = select(*columns).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in connection.execute(query)]
    engine.dispose()
    found["setting"] = [row for row in found["setting"] if row[0] not in ("backup", "moved_to")]
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database beside `any_url`, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/other.db"
    found: str = request.getfixturevalue("second_postgres_url")
    return found


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """An empty database where its kind is of no account."""
    return f"sqlite:///{tmp_path}/other.db"


@pytest.fixture
def told(any_url: str) -> str:
    loaded(any_url)
    return any_url


def test_a_backup_goes_into_either_kind_of_database(
    told: str, other_url: str, tmp_path: Path
) -> None:
    file, counted = tmp_path / "b.backup", 0

    def count(more: int) -> None:
        nonlocal counted
        counted += more

    made = back_up(told, file, NOW, count)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (made.cases, made.readable) == (10, 0)
    assert label_of(file).at == NOW
    assert rows(f"sqlite:///{file}") == rows(told)
    put = restore(file, other_url, KEYS, NOW, quiet)
    assert (put.contents, put.aside) == (made, "")
    assert rows(other_url) == rows(told)
    if told.startswith("postgresql"):
        assert counted == size_of(told)


def test_a_move_carries_everything_and_both_know_it(told: str, other_url: str) -> None:
    before = rows(told)
    with Store.open(told, KEYS) as store:
        digest, anchored = store.digest("13800001234"), store.read(lambda r: r.last_checkpoint())
        highest = store.read(lambda r: r.connection.execute(_HIGHEST).scalar_one())
    move(told, other_url, "elsewhere", NOW, quiet)
    assert rows(other_url) == before
    with pytest.raises(Refused, match=r"STORE_MOVED.*elsewhere"):
        Store.open(told, KEYS)
    assert anchored is not None
    with Store.open(other_url, KEYS) as store:
        assert store.digest("13800001234") == digest
        assert store.checkpoint(NOW) is not None, "some events were not seen by the last"
        opened(store, "A-1")
        made = store.checkpoint(NOW)
        assert made is not None
        assert [head.code for head in made.heads] == ["A-1"]
        assert made.number == anchored.number + 2
        numbers = _numbers_of(store, "A-1")
        assert min(numbers) > highest
        assert verify(store.engine) == []
        assert [e.event.case for e in store.read(lambda r: list(r.all_events()))][-1] == "A-1"
    assert take_back(told) == "elsewhere"
    Store.open(told, KEYS).close()


_HIGHEST = text("SELECT max(event_id) FROM case_event")


def _numbers_of(store: Store, code: str) -> list[int]:
    query = select(case_event.c.event_id).where(case_event.c.case_code == code)
    return store.read(lambda r: list(r.connection.execute(query).scalars()))


def test_the_next_checkpoint_has_what_the_last_had_not(told: str, other_url: str) -> None:
    """Moved at once, and moved there and back again: the same heads come next."""
    with Store.open(told, KEYS) as store:
        opened(store, "A-1")
    engine = open_reader(told)
    with engine.connect() as connection:
        expected = _unseen(connection)
    engine.dispose()
    move(told, other_url, "elsewhere", NOW, quiet)
    with Store.open(other_url, KEYS) as store:
        made = store.checkpoint(NOW)
    assert made is not None
    assert {head.code for head in made.heads} == expected


def _unseen(connection: Any) -> set[str]:
    from referral_engine.store.checkpoints import _changed, latest

    return {head.code for head in _changed(connection, latest(connection))}


def test_numbers_of_rows_that_are_gone_are_not_given_again(told: str, file_url: str) -> None:
    with Store.open(told, KEYS) as store:
        opened(store, "A-1")
        gone = max(_numbers_of(store, "A-1"))
        store.transact(lambda tx: _forget(tx.connection, "A-1"))
    move(told, file_url, "elsewhere", NOW, quiet)
    with Store.open(file_url, KEYS) as store:
        opened(store, "A-2")
        assert min(_numbers_of(store, "A-2")) > gone


def _forget(connection: Any, code: str) -> None:
    for table in metadata.sorted_tables:
        if "case_code" in table.columns:
            connection.execute(table.delete().where(table.c.case_code == code))


def test_leases_end_with_the_move(told: str, file_url: str) -> None:
    move(told, file_url, "elsewhere", NOW, quiet)
    with Store.open(file_url, KEYS) as store, store.reading() as reader:
        for box in (*OUTBOXES, wakeup):
            held = select(box.c.lease_until).where(box.c.lease_until > 0, box.c.error == "")
            assert reader.connection.execute(held).all() == []


def test_a_backup_is_of_one_moment_beside_a_writer(told: str, tmp_path: Path) -> None:
    stop = threading.Event()
    with Store.open(told, KEYS) as store:

        def write() -> None:
            number = 0
            while not stop.is_set():
                opened(store, f"W-{number:04}")
                number += 1

        writing = threading.Thread(target=write)
        writing.start()
        try:
            made = [back_up(told, tmp_path / f"{n}.backup", NOW, quiet) for n in range(3)]
        finally:
            stop.set()
            writing.join()
    assert made[0].events < made[1].events < made[2].events
    for number in range(3):  # back_up has proved each; it can be proved again
        engine = open_reader(f"sqlite:///{tmp_path}/{number}.backup")
        assert verify(engine) == []
        engine.dispose()


def test_a_store_that_does_not_hold_gives_no_backup(told: str, tmp_path: Path) -> None:
    engine = open_writer(told)
    with engine.begin() as connection:
        connection.execute(text("UPDATE case_event SET owner = 'nobody' WHERE seq = 2"))
    engine.dispose()
    with pytest.raises(Refused, match=r"COPY_UNSOUND.*EVENT_ALTERED"):
        back_up(told, tmp_path / "b.backup", NOW, quiet)
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == []


def test_a_spoilt_backup_changes_nothing(told: str, other_url: str, tmp_path: Path) -> None:
    file = tmp_path / "b.backup"
    back_up(told, file, NOW, quiet)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM case_event WHERE seq = 3")
        connection.commit()
    before = rows(told)
    for url in (told, other_url):
        with pytest.raises(Refused, match=r"COPY_UNSOUND.*EVENT_MISSING"):
            restore(file, url, KEYS, NOW, quiet, replace=True)
    assert rows(told) == before
    assert _schema_of(other_url) == ""


def _schema_of(url: str) -> str:
    engine = open_writer(url)
    try:
        return schema.current(engine)
    finally:
        engine.dispose()


def test_what_is_there_is_put_aside_and_never_lost(told: str, tmp_path: Path) -> None:
    file, anchor = tmp_path / "b.backup", tmp_path / "anchor.jsonl"
    back_up(told, file, NOW, quiet)
    with Store.open(told, KEYS) as store:
        opened(store, "A-1")
        store.checkpoint(NOW, anchor)
    with pytest.raises(Refused, match="STORE_NOT_EMPTY"):
        restore(file, told, KEYS, NOW, quiet)
    later = rows(told)
    put = restore(file, told, KEYS, NOW, quiet, anchor=anchor, replace=True)
    assert put.contents.cases == 10
    assert rows(told) == rows(f"sqlite:///{file}") != later
    assert not anchor.exists()
    assert Path(put.anchor_aside).is_file()
    aside = (
        f"{told}{'&' if '?' in told else '?'}options=-csearch_path%3D{put.aside}"
        if told.startswith("postgresql")
        else f"sqlite:///{put.aside}"
    )
    assert rows(aside) == later
    with Store.open(told, KEYS) as store:
        opened(store, "A-2")
        store.checkpoint(NOW, anchor)
        assert verify(store.engine, anchor) == []


def test_an_anchor_that_knows_no_more_stays(told: str, tmp_path: Path) -> None:
    file, anchor = tmp_path / "b.backup", tmp_path / "anchor.jsonl"
    with Store.open(told, KEYS) as store:
        store.checkpoint(NOW, anchor)
    back_up(told, file, NOW, quiet)
    put = restore(file, told, KEYS, NOW, quiet, anchor=anchor, replace=True)
    assert put.anchor_aside == ""
    with Store.open(told, KEYS) as store:
        assert verify(store.engine, anchor) == []


def test_nobody_works_meanwhile(told: str, file_url: str, tmp_path: Path) -> None:
    file = tmp_path / "b.backup"
    back_up(told, file, NOW, quiet)
    with Store.open(told, KEYS) as store, store.lock_daemon() or _other_session(told):
        for act in (
            lambda: restore(file, told, KEYS, NOW, quiet, replace=True),
            lambda: move(told, file_url, "elsewhere", NOW, quiet),
        ):
            with pytest.raises(Refused, match=r"STORE_LOCKED|STORE_IN_USE"):
                act()
    assert _schema_of(file_url) == ""


def _other_session(url: str) -> Any:
    """What another process of ours looks like to a server."""
    import psycopg
    from sqlalchemy.engine import make_url

    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, application_name="referral elsewhere:1", autocommit=True)


def test_the_keys_of_a_backup_must_be_there(told: str, file_url: str, tmp_path: Path) -> None:
    file = tmp_path / "b.backup"
    back_up(told, file, NOW, quiet)
    with pytest.raises(Refused, match="KEY_MISSING"):
        restore(file, file_url, Keyring([bytes(32)]), NOW, quiet)
    assert _schema_of(file_url) == ""


def test_only_a_backup_is_restored(told: str, file_url: str, tmp_path: Path) -> None:
    text_file = tmp_path / "notes.txt"
    text_file.write_text("no backup\n", "utf-8")
    with pytest.raises(Refused, match="NOT_A_BACKUP"):
        restore(text_file, file_url, KEYS, NOW, quiet)
    if told.startswith("sqlite"):
        with pytest.raises(Refused, match="NOT_A_BACKUP"):
            restore(Path(told.removeprefix("sqlite:///")), file_url, KEYS, NOW, quiet)


def test_an_interrupted_move_is_begun_again(told: str, other_url: str) -> None:
    class Interrupted(Exception):
        pass

    arrived = 0

    def interrupt(more: int) -> None:
        nonlocal arrived
        arrived += more
        if arrived > 200:
            raise Interrupted

    before = rows(told)
    with pytest.raises(Interrupted):
        move(told, other_url, "elsewhere", NOW, interrupt)
    Store.open(told, KEYS).close()
    assert _schema_of(other_url) == ""
    move(told, other_url, "elsewhere", NOW, quiet)
    assert rows(other_url) == before


def test_there_and_back_again_on_whichever_databases(
    told: str, other_url: str, tmp_path: Path
) -> None:
    """The anchor made before holds after both moves, and after what came between."""
    anchor, home = tmp_path / "anchor.jsonl", f"sqlite:///{tmp_path}/home.db"
    with Store.open(told, KEYS) as store:
        store.checkpoint(NOW, anchor)
    move(told, other_url, "elsewhere", NOW, quiet)
    with Store.open(other_url, KEYS) as store:
        opened(store, "A-1")
        store.checkpoint(NOW, anchor)
        opened(store, "A-2")
    move(other_url, home, "home", NOW, quiet)
    with Store.open(home, KEYS) as store:
        made = store.checkpoint(NOW, anchor)
        assert made is not None
        assert "A-2" in {head.code for head in made.heads}
        assert verify(store.engine, anchor) == []
        secret = select(setting.c.value).where(setting.c.name == "store_id")
        assert store.read(lambda r: r.connection.execute(secret).scalar()) is not None


@pytest.mark.postgres
def test_a_dump_of_another_server_is_put_right_by_the_upgrade(postgres_url: str) -> None:
    """Its transaction numbers lie ahead of this server's: nobody would see those events."""
    loaded(postgres_url)
    with Store.open(postgres_url, KEYS) as store:
        expected = store.read(lambda r: _unseen(r.connection))
        told = store.read(lambda r: [e.event.case for e in r.all_events()])
    engine = open_writer(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE case_event SET xact = xact + 1000000000"))
        connection.execute(text("UPDATE checkpoint SET upto = upto + 1000000000"))
    with Store.open(postgres_url, KEYS) as store:
        assert store.read(lambda r: list(r.all_events())) == []
    schema.upgrade(engine)
    engine.dispose()
    with Store.open(postgres_url, KEYS) as store:
        seen = store.read(lambda r: [e.event.case for e in r.all_events()])
        assert sorted(seen) == sorted(told)
        made = store.checkpoint(NOW)
        assert made is not None
        assert {head.code for head in made.heads} == expected
        opened(store, "A-1")
        assert store.read(lambda r: [e.event.case for e in r.all_events()])[-1] == "A-1"
        assert verify(store.engine) == []
