"""A plugin of one line in a process of its own, its system and the engine over real HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from referral_engine.clock import SystemClock
from referral_engine.desk.publishing import publish_first
from referral_engine.model import event as e
from referral_engine.model.principal import ENGINE
from referral_engine.model.web_settings import WebSettings
from referral_engine.reach.signature import sign
from referral_engine.runner.opening import opened
from referral_engine.testing.outside import outside
from referral_engine.trial.box import open_box
from referral_engine.web import serving
from referral_engine.workspace import Workspace
from tests.unit.desk.county import CONFIG, OFFICER, START, issue, make, register

SECRET = "a secret of the housing bureau"
PLUGIN = """
from referral_engine import Department, Webhook, from_env, hookimpl

@hookimpl
def referral_departments():
    reach = Webhook({url!r}, from_env("HOUSING_SECRET"))
    return [Department("housing", "县住建局", "1.0", reach=reach)]
"""


def _reaching(folder: Path, url: str) -> Workspace:
    """The county whose housing bureau has a system at the address."""
    place = folder / "plugins" / "housing"
    place.mkdir(parents=True)
    (place / "__init__.py").write_text(PLUGIN.format(url=url), "utf-8")
    return make(folder, config=CONFIG.replace("folders: []", "folders: [plugins]"))


def test_no_preview_and_no_replay_reaches_a_real_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOUSING_SECRET", SECRET)
    with outside() as system:
        workspace = _reaching(tmp_path, system.url)
        with open_box(workspace, START, plugins=True) as box:
            assert box.runner.departments.profile("housing").kinds == ("reach:Webhook",)
            code = register(box)
            assert [line.case for line in box.view.inbox("housing", OFFICER)] == [code]
        with opened(workspace, "virtual", "") as runner:
            publish_first(runner.desk, "tester")
            runner.desk.register(issue(received_at=runner.clock.now()), ENGINE).result()
            while runner.step():
                pass
        assert system.tried == {}


def test_out_and_back_through_a_process_and_two_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOUSING_SECRET", SECRET)
    with outside() as system, opened(_reaching(tmp_path, system.url), "system", "") as runner:
        publish_first(runner.desk, "tester")
        given = issue(received_at=SystemClock().now())
        code = runner.desk.register(given, ENGINE).result().case
        while runner.step():
            pass
        (matter,) = system.matters.values()
        id = matter["referral"]["id"]
        assert (matter["verb"], matter["referral"]["text"]) == ("offered", given.text)
        with serving(runner.desk, WebSettings(port=0), runner) as port:
            message = {"key": "1", "referral": id, "acts": [{"act": "claim"}]}
            body, path = json.dumps(message).encode(), "/api/v1/departments/housing/reports"
            headers = sign(SECRET.encode(), "POST", path, body, SystemClock().now())
            url = f"http://127.0.0.1:{port}{path}"
            answers = [httpx.post(url, content=body, headers=headers) for _twice in range(2)]
        assert [answer.json() for answer in answers] == [
            {"key": "1", "referral": id, "status": "done"},
            {"key": "1", "referral": id, "status": "done", "duplicate": True},
        ]
        with runner.desk.store.reading() as reader:
            steps = [event.body for event in reader.events(code)]
        assert sum(isinstance(body, e.Claimed) for body in steps) == 1
