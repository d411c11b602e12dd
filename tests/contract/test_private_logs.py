"""A daemon with plugins that fail in every way says nothing of whom it was about."""

from __future__ import annotations

import json
import re
import shutil
import signal
import time
from pathlib import Path

import httpx
import pytest

from tests.contract.conftest import Placed
from tests.databases import copied, question
from tests.district import Ran, referral, start

PERSON = {"name": "欧阳震华", "phone": "13987654321", "id_number": "620922199001011234"}
WORDS = {"title": "槐树巷院墙倒塌", "text": "七号院墙倒了压坏三轮车，电话 13987654321 打不通"}
ADDRESS = "槐树巷甲七号后院"
SECRETS = (*PERSON.values(), "震华", "槐树巷", "三轮车", ADDRESS)
PLUGIN = """
import os
import sys

from referral_engine import Department, Handler, hookimpl

police = Department("police", "县公安局", "1.0")


@police.handles(when=lambda referral: True)
class Everything(Handler):
    def offered(self, referral):
        who = referral.reporter
        print(referral.text, who)
        print(referral.text, who, file=sys.stderr)
        how = sum(referral.id.encode()) % 4
        if how == 0:
            raise ValueError(f"{who} {referral.text} {who and who.name[2:]}")
        if how == 1:
            sys.exit(f"{who} {referral.text}")
        if how == 2:
            os._exit(7)
        return f"{who} {referral.text}"


@hookimpl
def referral_departments():
    return [police]
"""
ROUTING = "kind: routing\nhit: first\nrules: []\ndefault: {refer: {lead: police}, why: 全部}\n"
ISSUES = 12
_TRIES = 600


@pytest.fixture(params=["text", "json"])
def told(
    request: pytest.FixtureRequest, county: Path, placed: Placed, tmp_path: Path
) -> tuple[str, list[str], list[Ran]]:
    """The format, what the daemon wrote, and what commands and pages said."""
    folder = placed(copied(county, tmp_path / "county"))
    _furnish(folder, request.param)
    ran = [referral(folder, "intake", "in.jsonl", "--backfill", ends=1)]
    process = start(folder, "run", "--verbose")
    try:
        pages = _until_all_failed(folder)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait(30)
    written = (folder / "daemon.log").read_text("utf-8")
    return request.param, [written, pages], ran


def _furnish(folder: Path, form: str) -> None:
    config = folder / "config.yaml"
    text = re.sub(r"port: \d+", "port: 0", config.read_text("utf-8"))
    config.write_text(text.replace("format: text", f"format: {form}"), "utf-8")
    for given in ("plugins", "rules/routing", "rules/escalation", "rules/tests"):
        shutil.rmtree(folder / given)
        (folder / given).mkdir()
    (folder / "plugins/police").mkdir()
    (folder / "plugins/police/__init__.py").write_text(PLUGIN, "utf-8")
    (folder / "rules/routing/all.yaml").write_text(ROUTING, "utf-8")
    issue = {
        "channel": "hotline", "category": "M02", "territory": "620922100001002",
        "received_at": "2026-10-12T09:00:00+08:00", "reporter": PERSON,
        "location": {"address": ADDRESS}, **WORDS,
    }  # fmt: skip
    bad: list[dict[str, object]] = [{"received_at": "no time"}, {"reporter": 13987654321}]
    with (folder / "in.jsonl").open("w", encoding="utf-8") as file:
        for number, changed in enumerate([*({} for _n in range(ISSUES)), *bad]):
            line = {**issue, "id": str(number), **changed}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _until_all_failed(folder: Path) -> str:
    """The pages, once the plugin has failed in several ways."""
    for _try in range(_TRIES):
        written = (folder / "daemon.log").read_text("utf-8")
        found = re.search(r"health and metrics on (http://[\d.:]+)", written)
        if found and question(folder, "SELECT 1 FROM plugin_call WHERE error <> '' LIMIT 1"):
            told = "".join(httpx.get(f"{found[1]}{path}", timeout=60).text
                           for path in ("/metrics", "/readyz", "/healthz"))  # fmt: skip
            outcomes = set(re.findall(r'outcome="(\w+)"', told)) - {"ok"}
            if len(outcomes) >= 2:
                return told
        time.sleep(0.1)
    raise AssertionError(f"the plugin never failed:\n{written}")


def test_neither_log_nor_page_nor_message_names_anybody(
    told: tuple[str, list[str], list[Ran]],
) -> None:
    form, (written, pages), ran = told
    assert "failed (" in written, "it told of failures"
    assert 'department="police"' in pages
    said = written + pages + "".join(each.out + each.err for each in ran)
    assert [secret for secret in SECRETS if secret in said] == []
    for line in written.splitlines():
        if form == "json":
            record = json.loads(line)
            assert {"time", "level", "logger", "message", "worker"} <= record.keys()


def test_a_failed_call_is_told_with_fields(told: tuple[str, list[str], list[Ran]]) -> None:
    form, (written, _pages), _ran = told
    if form == "json":
        records = [json.loads(line) for line in written.splitlines()]
        failed = [each for each in records if "failed (" in each["message"]]
        assert {each["department"] for each in failed} == {"police"}
        assert all(each["case"] in each["message"] for each in failed)
    else:
        assert re.search(r"^\S+\+08:00 WARNING call \S+ failed \(", written, re.MULTILINE)
