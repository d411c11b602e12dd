"""Where a store may lie, who may open it, and what a crash leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from referral_engine.errors import Refused
from referral_engine.store import DaemonLock, Keyring, Store, audit
from referral_engine.store.engine import database_file, open_writer
from tests.unit.store.conftest import KEY
from tests.unit.store.story import Story, commit

WRITER = """
import sys
from referral_engine.store import Store
from tests.unit.store.story import opened
lane = sys.argv[2]
with Store.open(sys.argv[1]) as store:
    for number in range(100_000):
        opened(store, f"{lane}-{number:06}")
        print(number, flush=True)
"""


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_a_network_file_system_is_refused(tmp_path: Path, kind: str) -> None:
    mounts = tmp_path / "mounts"
    share = tmp_path / "on the share"
    share.mkdir()
    written = str(share).replace(" ", "\\040")
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x {written} {kind} rw 0 0\n")
    with pytest.raises(Refused, match=f"STORE_ON_NETWORK.*{kind}"):
        open_writer(f"sqlite:///{share}/a.db", mounts)
    open_writer(f"sqlite:///{tmp_path}/a.db", mounts).dispose()


def test_a_link_onto_the_network_is_seen_through(tmp_path: Path) -> None:
    mounts, share, link = tmp_path / "mounts", tmp_path / "share", tmp_path / "link"
    share.mkdir()
    link.symlink_to(share)
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x {share} nfs rw 0 0\n")
    with pytest.raises(Refused, match="STORE_ON_NETWORK"):
        open_writer(f"sqlite:///{link}/a.db", mounts)


def test_a_store_is_a_file() -> None:
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="sqlite:///path"):
            Store.open(url)
    assert database_file("postgresql://host/db") is None


def test_one_store_has_one_daemon(store: Store) -> None:
    lock = store.lock_daemon()
    assert lock is not None
    with pytest.raises(Refused, match=f"STORE_LOCKED.*{os.getpid()}"):
        store.lock_daemon()
    lock.release()
    with store.lock_daemon() or pytest.fail("no lock"):
        pass


def test_many_may_open_a_new_store_at_once(any_url: str) -> None:
    """As a daemon and an intake do that are started together on an empty database."""
    start = Barrier(6)

    def opened(_number: int) -> str:
        start.wait()
        with Store.open(any_url, Keyring([KEY])) as one:
            return one.id

    with ThreadPoolExecutor(6) as people:
        assert len(set(people.map(opened, range(6)))) == 1


def test_a_dead_daemon_leaves_no_lock(store: Store, tmp_path: Path) -> None:
    file = database_file(store.url)
    assert file is not None
    code = (
        "import os, signal; from pathlib import Path\n"
        "from referral_engine.store import DaemonLock\n"
        f"lock = DaemonLock(Path({str(file)!r})); os.kill(os.getpid(), signal.SIGKILL)"
    )
    died = subprocess.run([sys.executable, "-c", code], check=False)
    assert died.returncode == -signal.SIGKILL
    DaemonLock(file).release()


def test_a_store_for_reading_shows_and_does_not_change(store: Store, url: str) -> None:
    story = Story("A-1").register()
    commit(store, story.take())
    with Store.open(url, Keyring([KEY]), readonly=True) as readonly:
        assert readonly.read(lambda r: r.count()) == 1
        with pytest.raises(Refused, match="STORE_READONLY"):
            readonly.write(lambda tx: None)
    with pytest.raises(FileNotFoundError):
        Store.open("sqlite:////nowhere/at/all.db", readonly=True)


def test_kill_9_in_the_middle_of_commits_loses_nothing_acknowledged(any_url: str) -> None:
    """Each round kills a writer mid-stream; all it said it committed is there, and fits."""
    Store.open(any_url).close()
    acknowledged: dict[str, int] = {}
    for lane in ("A", "B", "C", "D"):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, any_url, lane],
            stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3],
        )  # fmt: skip
        assert writer.stdout is not None
        for _ in range(25):
            acknowledged[lane] = int(writer.stdout.readline())
        writer.kill()
        left = writer.stdout.read().split()
        writer.wait()
        acknowledged[lane] = max([acknowledged[lane], *map(int, left)])
    with Store.open(any_url) as store:
        codes = [line.code for line in store.read(lambda r: r.cases(100_000))]
        for lane, last in acknowledged.items():
            present = sorted(code for code in codes if code.startswith(lane))
            expected = [f"{lane}-{number:06}" for number in range(last + 1)]
            # One more may have been committed and not yet acknowledged.
            assert present[: last + 1] == expected
            assert len(present) <= last + 2
        assert audit.verify(store.engine) == []
