"""Personal data: encrypted under a key a case, erased with it, wrapped anew at rotation."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from sqlalchemy import select, update

from referral_engine.errors import Refused
from referral_engine.store import Keyring, Store, audit
from referral_engine.store.tables import content, data_key, follow_up, setting
from tests.unit.store.conftest import KEY
from tests.unit.store.story import START, Story, commit, opened

OTHER = bytes(reversed(range(32)))


def rows_of(url: str) -> bytes:
    """Everything SQLite has on disk, journal included."""
    file = Path(url.removeprefix("sqlite:///"))
    return b"".join(p.read_bytes() for p in file.parent.glob(file.name + "*"))


def test_no_word_of_the_reporter_is_on_disk_in_the_clear(store: Store, url: str) -> None:
    story = Story("A-1").register()
    commit(store, story.take(content={"issue": "Zhang San 13800138000"}))
    store.transact(lambda tx: tx.viewed("A-1", "officer-1", "case show", START))
    on_disk = rows_of(url)
    assert b"A-1" in on_disk
    assert b"Zhang San" not in on_disk
    assert b"13800138000" not in on_disk


def test_content_opens_only_in_its_own_place(store: Store) -> None:
    opened(store, "A-1")
    opened(store, "A-2")
    swap = select(content.c.ciphertext).where(content.c.case_code == "A-2").scalar_subquery()
    store.transact(
        lambda tx: tx.connection.execute(
            update(content).where(content.c.case_code == "A-1").values(ciphertext=swap)
        )
    )
    with pytest.raises(Refused, match="CONTENT_CHANGED"), store.reading() as reader:
        reader.content("A-1")


def test_content_of_one_case_cannot_be_exchanged(store: Store) -> None:
    story = Story("A-1").register()
    commit(store, story.take(content={"accusation": "x", "answer": "y"}))
    other = select(content.c.ciphertext).where(content.c.ref == "answer").scalar_subquery()
    store.transact(
        lambda tx: tx.connection.execute(
            update(content).where(content.c.ref == "accusation").values(ciphertext=other)
        )
    )
    with pytest.raises(Refused, match="CONTENT_CHANGED"):
        store.read(lambda r: r.content("A-1", ["accusation"]))


def test_without_its_master_key_a_store_does_not_open(store: Store, url: str) -> None:
    for keys in (Keyring(), Keyring([OTHER])):
        with pytest.raises(Refused, match="KEY_MISSING"):
            Store.open(url, keys)


def test_a_store_without_keys_works_and_takes_one_later(url: str) -> None:
    with Store.open(url) as store:
        opened(store, "A-1")
        digest = store.digest("13800138000")
        assert store.rotate(Keyring([KEY])) == 2
    with Store.open(url, Keyring([KEY])) as store:
        assert store.read(lambda r: r.content("A-1")) == {"issue": "text of A-1"}
        assert store.digest("13800138000") == digest


def test_rotation_wraps_anew_and_leaves_the_chains(any_store: Store) -> None:
    for number in range(5):
        opened(any_store, f"A-{number}")
    digest = any_store.digest("13800138000")
    assert any_store.rotate(Keyring([OTHER, KEY])) == 6
    assert any_store.rotate(Keyring([OTHER])) == 0
    with any_store.reading() as reader:
        masters = reader.connection.execute(select(data_key.c.master_key_id).distinct())
        assert len(masters.all()) == 1
        assert reader.content("A-3") == {"issue": "text of A-3"}
    opened(any_store, "B-1")
    assert audit.verify(any_store.engine) == []
    with Store.open(any_store.url, Keyring([OTHER])) as again:
        assert again.digest("13800138000") == digest
        assert again.read(lambda r: r.content("B-1")) == {"issue": "text of B-1"}


def test_erasure_takes_the_words_and_leaves_the_proof(any_store: Store) -> None:
    story = Story("A-1").register()
    taken = story.take(content={"issue": "secret"}, follow_ups=[story.follow("B-1")])
    commit(any_store, taken)
    opened(any_store, "A-2")
    assert any_store.transact(lambda tx: tx.erase("A-1"))
    assert not any_store.transact(lambda tx: tx.erase("A-1"))
    with any_store.reading() as reader:
        assert reader.content("A-1") == {}
        assert reader.content("A-2") == {"issue": "text of A-2"}
        left = reader.connection.execute(select(follow_up.c.status, follow_up.c.payload)).one()
        assert left == ("void", b"")
    assert audit.verify(any_store.engine) == []
    commit(any_store, story.later().offer().take(content={"note": "afterwards"}))
    assert any_store.read(lambda r: r.content("A-1")) == {"note": "afterwards"}


def test_digests_are_keyed_by_the_store(url: str, tmp_path: Path) -> None:
    with Store.open(url) as one, Store.open(f"sqlite:///{tmp_path}/other.db") as other:
        assert one.digest("13800138000") == one.digest("13800138000")
        assert one.digest("13800138000") != other.digest("13800138000")
        assert one.digest("") == ""
        assert len(one.digest("x")) == 32
        assert one.id != other.id


def test_who_looked_is_recorded(any_store: Store) -> None:
    opened(any_store, "A-1")
    any_store.transact(lambda tx: tx.viewed("A-1", "officer-1", "case show", START))
    assert any_store.read(lambda r: r.accesses("A-1")) == [("A-1", "officer-1", "case show", START)]
    assert any_store.read(lambda r: r.accesses("A-2")) == []


def test_a_changed_data_key_is_named(store: Store) -> None:
    opened(store, "A-1")
    store.transact(
        lambda tx: tx.connection.execute(update(data_key).values(wrapped=os.urandom(60)))
    )
    with pytest.raises(Refused, match=r"KEY_WRONG.*A-1"):
        store.read(lambda r: r.content("A-1"))


def test_the_secret_of_digests_is_made_once(url: str) -> None:
    with Store.open(url) as store:
        before = store.digest("x")
    with Store.open(url) as store:
        assert store.digest("x") == before
        names = store.read(lambda r: r.connection.execute(select(setting.c.name)).scalars().all())
        assert sorted(names) == ["digest_secret", "store_id"]


class TestLoading:
    def test_the_environment_goes_before_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "key"
        file.write_text(base64.b64encode(KEY).decode() + "\n")
        monkeypatch.delenv("REFERRAL_MASTER_KEY", raising=False)
        assert Keyring.load(file).current == Keyring([KEY]).current
        assert Keyring.load().current == ""
        monkeypatch.setenv("REFERRAL_MASTER_KEY", base64.b64encode(OTHER).decode())
        assert Keyring.load(file).current == Keyring([OTHER]).current

    def test_the_first_of_several_wraps_and_all_unwrap(self, tmp_path: Path) -> None:
        file = tmp_path / "keys"
        file.write_text("\n".join(base64.b64encode(key).decode() for key in (OTHER, KEY)))
        keys = Keyring.load(file)
        assert keys.current == Keyring([OTHER]).current
        wrapped = Keyring([KEY]).wrap(b"data key", "A-1")
        assert keys.unwrap(*wrapped, "A-1") == b"data key"

    @pytest.mark.parametrize("written", ["short", "!!!", base64.b64encode(b"x" * 31).decode()])
    def test_what_is_no_key_is_refused(self, tmp_path: Path, written: str) -> None:
        file = tmp_path / "key"
        file.write_text(written)
        with pytest.raises(Refused, match="KEY_UNREADABLE"):
            Keyring.load(file)
        with pytest.raises(Refused, match="KEY_UNREADABLE"):
            Keyring.load(tmp_path / "nowhere")
