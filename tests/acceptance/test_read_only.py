"""Read-only mode: on a copy, a standby, a disk that cannot be written, it looks and no more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_keeping_a_store import (
    ISSUE,
    Referral,
    command,
    county,
    environment,
    referral,
    take_in,
)

__all__ = ["county", "referral"]

WRITING = (
    ("intake", "issues.jsonl"),
    ("run", "--until-idle"),
    ("centre", "archive", "{code}"),
    ("retention", "run"),
    ("retention", "hold", "{code}", "--reason", "x"),
    ("keys", "rotate"),
    ("db", "upgrade"),
    ("db", "move", "sqlite:///elsewhere.db"),
    ("restore", "--replace", "b.backup"),
    ("rules", "publish"),
    ("case", "show", "{code}", "--full", "--actor", "leader"),
)


@pytest.fixture
def code(county: Path, referral: Referral) -> str:
    take_in(county, referral, 1)
    rules = county / "rules/routing.yaml"
    assert referral("backup", "b.backup").code == 0
    rules.write_text(rules.read_text("utf-8").replace("物业", "房屋"), "utf-8")
    (one,) = json.loads(referral("case", "list", "--json").out)
    return str(one["code"])


def test_whatever_changes_something_is_refused(county: Path, referral: Referral, code: str) -> None:
    before = (county / "var/referral.db").read_bytes()
    for words in WRITING:
        ran = referral("--read-only", *(word.format(code=code) for word in words))
        told = (words, ran.code, "STORE_READONLY" in ran.err)
        assert told == (words, 1, True), ran.err
    assert (county / "var/referral.db").read_bytes() == before
    assert not (county / "elsewhere.db").exists()


def test_the_three_ways_to_say_it(county: Path, referral: Referral, code: str) -> None:
    assert code
    assert "STORE_READONLY" in referral("retention", "run", REFERRAL_READ_ONLY="1").err
    assert "STORE_READONLY" in referral("retention", "run", "--read-only").err
    config = county / "config.yaml"
    config.write_text("mode: read_only\n" + config.read_text("utf-8"), "utf-8")
    assert "STORE_READONLY" in referral("retention", "run").err


@pytest.fixture
def on_read_only_disk(county: Path, code: str) -> Iterator[list[str]]:
    """Words before a command that let it see the county on a disk that cannot be written."""
    assert code
    copy = county / "shipped"
    shutil.copytree(county, copy, ignore=shutil.ignore_patterns("shipped", "*-wal", "*-shm"))
    if os.geteuid() != 0:
        for folder in (copy, *(each for each in copy.rglob("*") if each.is_dir())):
            folder.chmod(0o555)
        yield []
        for folder in (copy, *(each for each in copy.rglob("*") if each.is_dir())):
            folder.chmod(0o755)
        return
    mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && exec "$@"'
    words = ["unshare", "-m", "sh", "-c", mount, str(copy)]
    if subprocess.run([*words, "true"], check=False, capture_output=True).returncode:
        pytest.skip("root writes everywhere, and may not mount a disk read-only here")
    yield words


def test_a_disk_that_cannot_be_written(
    county: Path, on_read_only_disk: list[str], code: str
) -> None:
    def look(*words: str) -> Any:
        ran = subprocess.run(
            [*on_read_only_disk, *command("--read-only", *words)],
            cwd=county / "shipped", env=environment(PYTHONDONTWRITEBYTECODE="1"),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    shown = look("case", "show", code, "--json")
    assert (shown["code"], shown["sight"]) == (code, "masked")
    assert ISSUE["reporter"]["name"] not in json.dumps(shown, ensure_ascii=False)  # type: ignore[index]
    assert [each["code"] for each in look("case", "list", "--json")] == [code]
    assert look("case", "history", code, "--json")[0]["kind"] == "registered"
    assert look("audit", "verify", "--json")["ok"]
    assert look("backup", str(county / "from-there.backup"), "--json")["cases"] == 1
    store = [each for each in look("doctor", "--json")["checks"] if each["name"] == "store"]
    assert {each["status"] for each in store} == {"ok"}


@pytest.mark.postgres
def test_a_standby(county: Path, referral: Referral, code: str, postgres_url: str) -> None:
    """A role that can only read, as on a standby every role is."""
    import psycopg
    from sqlalchemy.engine import make_url

    assert referral("db", "move", postgres_url).code == 0
    address = make_url(postgres_url)
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as admin:
        name = address.database
        admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    there = ("--read-only", "--database", postgres_url)
    shown = referral("case", "show", code, "--json", *there)
    assert json.loads(shown.out)["sight"] == "masked"
    assert json.loads(referral("audit", "verify", "--json", *there).out)["ok"]
    made = referral("backup", "standby.backup", "--json", *there)
    assert json.loads(made.out)["cases"] == 1
    assert "STORE_READONLY" in referral("retention", "run", *there).err
