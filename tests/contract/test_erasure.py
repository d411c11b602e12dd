"""Keys changed and cases erased in a whole engine with a master key: the chains hold, the old key
opens nothing, and of what was erased no byte is left in the files.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from referral_engine.errors import Refused
from referral_engine.model import command as c
from referral_engine.model.principal import ENGINE
from referral_engine.store import Keyring, Store, audit
from referral_engine.store.tables import content, data_key
from referral_engine.trial.box import Box
from tests.unit.desk.county import CLERK, DAY, LEADER, START, by_name, issue, register, staffed

OLD, NEW = bytes(range(32)), bytes(reversed(range(32)))
NAME, PHONE = "欧阳锦绣", "13987654321"


@pytest.fixture
def box(tmp_path: Path, database: str) -> Iterator[Box]:
    with staffed(tmp_path, keys=Keyring([OLD]), database=database) as box:
        yield box


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[Box]:
    """On a file: when a server's disk forgets is for its VACUUM to say (docs/store.md)."""
    with staffed(tmp_path, keys=Keyring([OLD])) as box:
        yield box


def whole(box: Box, cases: int) -> bool:
    with box.store.reading() as reader:
        return reader.count() == cases and list(audit.verify(box.store.engine)) == []


def on_disk(box: Box) -> bytes:
    file = Path(box.store.url.removeprefix("sqlite:///"))
    return b"".join(each.read_bytes() for each in sorted(file.parent.glob(file.name + "*")))


def secrets_of(box: Box, code: str) -> list[bytes]:
    """What must be gone with a case: its wrapped key and every ciphertext, in telling pieces."""
    with box.store.reading() as reader:
        ask = reader.connection.execute
        keys = ask(select(data_key.c.wrapped).where(data_key.c.case_code == code)).scalars()
        texts = ask(select(content.c.ciphertext).where(content.c.case_code == code)).scalars()
        return [bytes(each)[:24] for each in (*keys, *texts)]


def test_keys_are_changed_while_issues_come_in(box: Box) -> None:
    made, stop = [], threading.Event()

    def come_in() -> None:
        while not stop.is_set() or len(made) < 40:
            text = f"第{len(made)}件事，各不相同"
            made.append(box.register(issue(text, **by_name(NAME, PHONE)), ENGINE).case)

    thread = threading.Thread(target=come_in)
    thread.start()
    while len(made) < 20:
        pass
    wrapped = box.store.rotate(Keyring([NEW, OLD]))
    stop.set()
    thread.join()
    assert wrapped >= 20
    assert whole(box, len(made))
    url = box.store.url
    with pytest.raises(Refused, match="KEY_MISSING"):
        Store.open(url, Keyring([OLD]), readonly=True)
    with Store.open(url, Keyring([NEW]), readonly=True) as alone, alone.reading() as reader:
        assert all(NAME in reader.content(code)["issue"] for code in made)
        masters = {row.master_key_id for row in reader.connection.execute(select(data_key))}
    assert masters == {Keyring([NEW]).current}


def test_of_an_erased_case_no_byte_is_left_and_its_history_stands(filed: Box) -> None:
    kept = register(filed, issue(**by_name(NAME, PHONE)))
    gone = register(filed, issue("另一件事，" + "很长的话。" * 2_000, **by_name(NAME, PHONE)))
    filed.do(gone, c.Hold("理由" * 500, START + DAY), CLERK)
    filed.do(
        gone, c.Sign(filed.case(gone).proposals[-1].id, agreed=True, reason="好" * 300), LEADER
    )
    filed.settle()
    secrets, others = secrets_of(filed, gone), secrets_of(filed, kept)
    assert len(secrets) > 3
    assert all(each in on_disk(filed) for each in secrets), "else nothing would be shown"
    events = filed.events(gone)
    filed.store.transact(lambda tx: tx.erase(gone))
    assert filed.store.wipe()
    left = on_disk(filed)
    assert [each for each in secrets if each in left] == []
    assert all(each in left for each in others)
    assert filed.events(gone) == events
    assert whole(filed, 2)
    assert filed.view.case(gone, CLERK).issue is None
    assert filed.view.case(kept, CLERK).issue is not None


def test_erased_before_the_keys_are_changed_or_after_the_chains_hold(box: Box) -> None:
    first, second, third = (
        register(box, issue(f"第{n}件事，各不相同的话", **by_name(NAME, PHONE))) for n in range(3)
    )
    box.store.transact(lambda tx: tx.erase(first))
    assert box.store.rotate(Keyring([NEW, OLD])) == 3, "two cases and the secret of digests"
    box.store.transact(lambda tx: tx.erase(second))
    assert whole(box, 3)
    with box.store.reading() as reader:
        assert [code for code in (first, second, third) if reader.content(code)] == [third]


def test_wiping_twice_is_wiping_once(filed: Box) -> None:
    gone = register(filed, issue(**by_name(NAME, PHONE)))
    secrets = secrets_of(filed, gone)
    filed.store.transact(lambda tx: tx.erase(gone))
    assert filed.store.wipe()
    assert filed.store.wipe(), "and again, where there is nothing left to do"
    assert [each for each in secrets if each in on_disk(filed)] == []
