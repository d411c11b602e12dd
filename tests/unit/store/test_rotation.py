"""Master keys are exchanged beside those who work: nothing is lost, nothing stays under the old."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from referral_engine.errors import Refused
from referral_engine.store import Keyring, Store
from referral_engine.store.audit import verify
from referral_engine.store.keyring import fresh_key
from referral_engine.store.tables import data_key
from tests.unit.store.story import opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A key file with one key."""
    made = tmp_path / "master.key"
    made.write_text(fresh_key(), "ascii")
    return made


def put_first(file: Path) -> str:
    """A new key in front of the others; the file's text before."""
    before = file.read_text("ascii")
    file.write_text(f"{fresh_key()}\n{before}\n", "ascii")
    return before


def test_a_rotation_beside_a_daemon_that_was_not_told(any_url: str, file: Path) -> None:
    stop, failed, written = threading.Event(), [], []

    def work(daemon: Store) -> None:
        number = 0
        while not stop.is_set():
            code = f"D-{number:04}"
            try:
                opened(daemon, code)
                content = daemon.read(lambda r, code=code: r.content(code))  # type: ignore[misc]
                assert content == {"issue": f"text of {code}"}
            except Exception as error:  # noqa: BLE001 - the assertion is below
                failed.append(error)
                return
            written.append(code)
            number += 1

    with Store.open(any_url, Keyring.load(file)) as daemon:
        for number in range(200):
            opened(daemon, f"A-{number}")
        old = daemon.masters()
        working = threading.Thread(target=work, args=(daemon,))
        working.start()
        put_first(file)
        new = Keyring.load(file)
        try:
            with Store.open(any_url, new) as beside:
                for _again in range(3):
                    beside.rotate(new)
        finally:
            stop.set()
            working.join()
        assert failed == []
        assert daemon.read(lambda r: r.content("A-7")) == {"issue": "text of A-7"}
        daemon.rotate(new)
        assert set(daemon.masters()) == {new.current} != set(old)
        assert daemon.masters()[new.current] == 200 + len(written) + 1
        assert verify(daemon.engine) == []
    only_new = Keyring.load(file).ids[:1]
    assert only_new == (new.current,)


def test_what_a_rotation_left_undone_is_done_by_the_next(any_url: str, file: Path) -> None:
    class Interrupted(Exception):
        pass

    def interrupt(_more: int) -> None:
        raise Interrupted

    with Store.open(any_url, Keyring.load(file)) as store:
        for number in range(3):
            opened(store, f"A-{number}")
        put_first(file)
        with pytest.raises(Interrupted):
            store.rotate(Keyring.load(file), interrupt)
        assert store.read(lambda r: r.content("A-1")) == {"issue": "text of A-1"}
        store.rotate(Keyring.load(file))
        masters = select(data_key.c.master_key_id).distinct()
        ids = store.read(lambda r: r.connection.execute(masters).scalars().all())
    assert ids == [Keyring.load(file).current]


def test_keys_that_do_not_open_all_are_not_taken(any_url: str, file: Path) -> None:
    with Store.open(any_url, Keyring.load(file)) as store:
        opened(store, "A-1")
        with pytest.raises(Refused, match="KEY_MISSING"):
            store.rotate(Keyring([bytes(32)]))
        opened(store, "A-2")
        assert store.read(lambda r: r.content("A-1")) == {"issue": "text of A-1"}
    with Store.open(any_url, Keyring.load(file)) as again:
        assert again.read(lambda r: r.content("A-2")) == {"issue": "text of A-2"}
