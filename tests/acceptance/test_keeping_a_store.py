"""What an operator does to a store, a daemon beside it or none: back up, restore and move it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.district import Ran, referral_here
from tests.unit.desk.county import FILES
from tests.unit.runner.test_daemon import until

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
ISSUE = {
    "channel": "hotline", "received_at": "2026-11-02T09:00+08:00", "category": "D15",
    "territory": "620922100200001", "text": "电梯坏了三天没有人修",
    "reporter": {"name": "张三丰", "phone": "13800001234"},
}  # fmt: skip

Referral = Callable[..., Ran]


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A workspace on SQLite, with an anchor."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    config = tmp_path / "config.yaml"
    config.write_text(f"anchor: var/checkpoints.jsonl\n{config.read_text('utf-8')}", "utf-8")
    return tmp_path


@pytest.fixture
def referral(county: Path) -> Referral:
    """Runs a command in the county; further words are variables of its environment."""

    def run(*words: object, **more: str) -> Ran:
        return referral_here(county, *words, env={"REFERRAL_MASTER_KEY": KEY, **more})

    return run


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "referral_engine", *(str(word) for word in words)]


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("REFERRAL_")}
    return {**kept, "LC_ALL": "C.UTF-8", "REFERRAL_MASTER_KEY": KEY, **more}


def take_in(county: Path, referral: Referral, *numbers: int) -> None:
    lines = [json.dumps({**ISSUE, "id": str(number)}) for number in numbers]
    (county / "issues.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    ran = referral("intake", "issues.jsonl", "--backfill")
    assert ran.code == 0, ran.err


def proof(referral: Referral, *words: str) -> dict[str, Any]:
    ran = referral("audit", "verify", "--json", *words)
    told: dict[str, Any] = json.loads(ran.out)
    assert (ran.code, told["findings"]) == (0, [])
    return told


@contextmanager
def running(county: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command("run"), cwd=county, env=environment(**more))
    try:
        lock = county / "var/referral.db.lock"
        until(lambda: lock.exists() and lock.read_text("ascii") == str(process.pid))
        yield process
    finally:
        process.kill()
        process.wait(30)


def test_a_backup_beside_the_daemon_and_back_from_it(county: Path, referral: Referral) -> None:
    take_in(county, referral, 1, 2)
    with running(county) as daemon:
        made = referral("backup", "monday.backup", "--json")
        assert made.code == 0, made.err
        told = json.loads(made.out)
        assert (told["cases"], told["readable"]) == (2, 0)
        assert "encrypted" in made.err
        again = referral("backup", "monday.backup")
        assert (again.code, "FILE_EXISTS" in again.err) == (1, True)
        take_in(county, referral, 3)
        refused = referral("restore", "monday.backup", "--replace")
        assert (refused.code, "STORE_LOCKED" in refused.err) == (1, True)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(60) == 0
    refused = referral("restore", "monday.backup")
    assert (refused.code, "STORE_NOT_EMPTY" in refused.err) == (1, True)
    assert "--replace" in refused.err
    done = referral("restore", "monday.backup", "--replace")
    assert done.code == 0, done.err
    assert "2 cases" in done.out
    assert proof(referral)["cases"] == 2
    (aside,) = county.glob("var/referral.db.before-*")
    assert proof(referral, "--database", f"sqlite:///{aside}", "--anchor", anchor_aside(county))
    assert referral("run", "--until-idle").code == 0
    assert proof(referral)["anchor"].endswith("checkpoints.jsonl")


def anchor_aside(county: Path) -> str:
    (file,) = county.glob("var/checkpoints.jsonl.before-*")
    return str(file)


def test_without_the_key_nothing_is_put_back(county: Path, referral: Referral) -> None:
    take_in(county, referral, 1)
    assert referral("backup", "b", REFERRAL_MASTER_KEY="").code == 0, "needs no key"
    other = f"sqlite:///{county}/other.db"
    refused = referral("restore", "b", "--database", other, REFERRAL_MASTER_KEY="")
    assert (refused.code, "KEY_MISSING" in refused.err) == (1, True)
    assert not (county / "other.db").exists()


@pytest.mark.postgres
def test_a_county_that_outgrows_its_machine_moves_and_may_come_back(
    county: Path, referral: Referral, postgres_url: str
) -> None:
    take_in(county, referral, 1, 2)
    assert referral("run", "--until-idle").code == 0
    before = proof(referral)
    moved = referral("db", "move", postgres_url)
    assert moved.code == 0, moved.err
    assert "2 cases" in moved.out
    left = referral("intake", "issues.jsonl")
    assert (left.code, "STORE_MOVED" in left.err) == (1, True)
    there = ("--database", postgres_url)
    assert proof(referral, *there)["checkpoints"] == before["checkpoints"]
    same = referral("intake", "issues.jsonl", "--json", *there)
    assert json.loads(same.out)["duplicates"] == 2, "the senders' keys came along"
    assert referral("run", "--until-idle", *there).code == 0
    (county / "more.jsonl").write_text(json.dumps({**ISSUE, "id": "3"}) + "\n", "utf-8")
    assert referral("intake", "more.jsonl", "--backfill", *there).code == 0
    home = f"sqlite:///{county}/home.db"
    assert referral("db", "move", home, *there).code == 0
    assert referral("run", "--until-idle", "--database", home).code == 0
    assert proof(referral, "--database", home)["cases"] == 3
    full = referral("db", "move", home, *there)
    assert (full.code, "STORE_NOT_EMPTY" in full.err) == (1, True)
    taken = referral("db", "move", "--undo", *there)
    assert (taken.code, "home.db" in taken.out) == (0, True)
    assert referral("db", "move").code == 2


def test_a_new_master_key_beside_the_daemon(county: Path, referral: Referral) -> None:
    """New key first, SIGHUP, rotate, old key away, SIGHUP: docs/operations.md."""
    config = county / "config.yaml"
    config.write_text(config.read_text("utf-8") + "keys: {file: master.key}\n", "utf-8")
    by_file = {"REFERRAL_MASTER_KEY": ""}
    old = referral("keys", "new").out.strip()
    (county / "master.key").write_text(old, "ascii")
    (county / "issues.jsonl").write_text(json.dumps({**ISSUE, "id": "1"}) + "\n", "utf-8")
    assert referral("intake", "issues.jsonl", "--backfill", **by_file).code == 0
    with running(county, **by_file) as daemon:
        new = referral("keys", "new").out.strip()
        (county / "master.key").write_text(f"{new}\n{old}\n", "ascii")
        daemon.send_signal(signal.SIGHUP)
        turned = referral("keys", "rotate", **by_file)
        assert turned.code == 0, turned.err
        assert "can be dropped" in turned.err
        (county / "master.key").write_text(new, "ascii")
        daemon.send_signal(signal.SIGHUP)
        (county / "issues.jsonl").write_text(json.dumps({**ISSUE, "id": "2"}) + "\n", "utf-8")
        assert referral("intake", "issues.jsonl", "--backfill", **by_file).code == 0
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(60) == 0
    (status,) = json.loads(referral("keys", "status", "--json", **by_file).out)
    assert (status["current"], status["there"], status["uses"]) == (True, True, 3)
    lost = referral("keys", "status", REFERRAL_MASTER_KEY=old)
    assert (lost.code, "KEY_MISSING" in lost.err) == (1, True)
    (county / "master.key").chmod(0o644)
    assert "chmod 600" in referral("doctor", **by_file).out
