"""What an operator does to a store, as processes: back up, restore and move it."""

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

from tests.unit.desk.county import FILES
from tests.unit.runner.test_daemon import until

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
ISSUE = {
    "channel": "hotline", "received_at": "2026-11-02T09:00+08:00", "category": "D15",
    "territory": "620922100200001", "text": "电梯坏了三天没有人修",
    "reporter": {"name": "张三丰", "phone": "13800001234"},
}  # fmt: skip

Referral = Callable[..., "subprocess.CompletedProcess[str]"]


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
    def run(*words: object, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*words),
            cwd=county,
            env=environment(**more),
            capture_output=True,
            text=True,
            check=False,
        )

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
    assert ran.returncode == 0, ran.stderr


def proof(referral: Referral, *words: str) -> dict[str, Any]:
    ran = referral("audit", "verify", "--json", *words)
    told: dict[str, Any] = json.loads(ran.stdout)
    assert (ran.returncode, told["findings"]) == (0, [])
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
        assert made.returncode == 0, made.stderr
        told = json.loads(made.stdout)
        assert (told["cases"], told["readable"]) == (2, 0)
        assert "encrypted" in made.stderr
        again = referral("backup", "monday.backup")
        assert (again.returncode, "FILE_EXISTS" in again.stderr) == (1, True)
        take_in(county, referral, 3)
        refused = referral("restore", "monday.backup", "--replace")
        assert (refused.returncode, "STORE_LOCKED" in refused.stderr) == (1, True)
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(60) == 0
    refused = referral("restore", "monday.backup")
    assert (refused.returncode, "STORE_NOT_EMPTY" in refused.stderr) == (1, True)
    assert "--replace" in refused.stderr
    done = referral("restore", "monday.backup", "--replace")
    assert done.returncode == 0, done.stderr
    assert "2 cases" in done.stdout
    assert proof(referral)["cases"] == 2
    (aside,) = county.glob("var/referral.db.before-*")
    assert proof(referral, "--database", f"sqlite:///{aside}", "--anchor", anchor_aside(county))
    assert referral("run", "--until-idle").returncode == 0
    assert proof(referral)["anchor"].endswith("checkpoints.jsonl")


def anchor_aside(county: Path) -> str:
    (file,) = county.glob("var/checkpoints.jsonl.before-*")
    return str(file)


def test_without_the_key_nothing_is_put_back(county: Path, referral: Referral) -> None:
    take_in(county, referral, 1)
    assert referral("backup", "b", REFERRAL_MASTER_KEY="").returncode == 0, "needs no key"
    other = f"sqlite:///{county}/other.db"
    refused = referral("restore", "b", "--database", other, REFERRAL_MASTER_KEY="")
    assert (refused.returncode, "KEY_MISSING" in refused.stderr) == (1, True)
    assert not (county / "other.db").exists()


@pytest.mark.postgres
def test_a_county_that_outgrows_its_machine_moves_and_may_come_back(
    county: Path, referral: Referral, postgres_url: str
) -> None:
    take_in(county, referral, 1, 2)
    assert referral("run", "--until-idle").returncode == 0
    before = proof(referral)
    moved = referral("db", "move", postgres_url)
    assert moved.returncode == 0, moved.stderr
    assert "2 cases" in moved.stdout
    left = referral("intake", "issues.jsonl")
    assert (left.returncode, "STORE_MOVED" in left.stderr) == (1, True)
    there = ("--database", postgres_url)
    assert proof(referral, *there)["checkpoints"] == before["checkpoints"]
    same = referral("intake", "issues.jsonl", "--json", *there)
    assert json.loads(same.stdout)["duplicates"] == 2, "the senders' keys came along"
    assert referral("run", "--until-idle", *there).returncode == 0
    (county / "more.jsonl").write_text(json.dumps({**ISSUE, "id": "3"}) + "\n", "utf-8")
    assert referral("intake", "more.jsonl", "--backfill", *there).returncode == 0
    home = f"sqlite:///{county}/home.db"
    assert referral("db", "move", home, *there).returncode == 0
    assert referral("run", "--until-idle", "--database", home).returncode == 0
    assert proof(referral, "--database", home)["cases"] == 3
    full = referral("db", "move", home, *there)
    assert (full.returncode, "STORE_NOT_EMPTY" in full.stderr) == (1, True)
    taken = referral("db", "move", "--undo", *there)
    assert (taken.returncode, "home.db" in taken.stdout) == (0, True)
    assert referral("db", "move").returncode == 2


def test_a_new_master_key_beside_the_daemon(county: Path, referral: Referral) -> None:
    """New key first, SIGHUP, rotate, old key away, SIGHUP: docs/operations.md."""
    config = county / "config.yaml"
    config.write_text(config.read_text("utf-8") + "keys: {file: master.key}\n", "utf-8")
    by_file = {"REFERRAL_MASTER_KEY": ""}
    old = referral("keys", "new").stdout.strip()
    (county / "master.key").write_text(old, "ascii")
    (county / "issues.jsonl").write_text(json.dumps({**ISSUE, "id": "1"}) + "\n", "utf-8")
    assert referral("intake", "issues.jsonl", "--backfill", **by_file).returncode == 0
    with running(county, **by_file) as daemon:
        new = referral("keys", "new").stdout.strip()
        (county / "master.key").write_text(f"{new}\n{old}\n", "ascii")
        daemon.send_signal(signal.SIGHUP)
        turned = referral("keys", "rotate", **by_file)
        assert turned.returncode == 0, turned.stderr
        assert "can be dropped" in turned.stderr
        (county / "master.key").write_text(new, "ascii")
        daemon.send_signal(signal.SIGHUP)
        (county / "issues.jsonl").write_text(json.dumps({**ISSUE, "id": "2"}) + "\n", "utf-8")
        assert referral("intake", "issues.jsonl", "--backfill", **by_file).returncode == 0
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(60) == 0
    (status,) = json.loads(referral("keys", "status", "--json", **by_file).stdout)
    assert (status["current"], status["there"], status["uses"]) == (True, True, 3)
    lost = referral("keys", "status", REFERRAL_MASTER_KEY=old)
    assert (lost.returncode, "KEY_MISSING" in lost.stderr) == (1, True)
    (county / "master.key").chmod(0o644)
    assert "chmod 600" in referral("doctor", **by_file).stdout
