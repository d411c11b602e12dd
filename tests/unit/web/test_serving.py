"""Serving beside the work: begins at once, ends when told, and never ends the work."""

from __future__ import annotations

import logging
import socket
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from referral_engine.model.web_settings import WebSettings
from referral_engine.trial.box import Box
from referral_engine.web import serving
from referral_engine.web.app import standalone
from referral_engine.web.probe import Probe, probe
from tests.unit.desk.county import make, opened

ANY = WebSettings(port=0)


def test_it_answers_as_long_as_it_is_open(box: Box) -> None:
    with serving(box.desk, ANY, box.runner) as port:
        there = WebSettings(port=port)
        assert httpx.get(f"{there.url}/healthz", timeout=60).status_code == 200
        assert "referral_clock_suspended" in httpx.get(f"{there.url}/metrics", timeout=60).text
        found = probe(there)
        assert found.engine is True
        assert "no worker" in found.problems[0]
    assert probe(there) == Probe(engine=None)


def test_the_answer_names_no_program(box: Box) -> None:
    with serving(box.desk, ANY) as port:
        told = httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=60)
    assert "server" not in told.headers


def test_it_may_end_before_it_has_begun(box: Box) -> None:
    for _time in range(3):
        with serving(box.desk, ANY) as port:
            assert port


def test_one_port_twice_is_an_error_in_the_log(box: Box, caplog: pytest.LogCaptureFixture) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        settings = WebSettings(port=taken.getsockname()[1])
        with caplog.at_level(logging.ERROR), serving(box.desk, settings) as port:
            assert port == 0
    (said,) = caplog.messages
    assert settings.url in said
    assert "--no-web" in said


@pytest.mark.parametrize("host", ["198.51.100.7", "no.such.host.invalid"])
def test_an_address_of_another_machine_is_an_error_in_the_log(
    box: Box, caplog: pytest.LogCaptureFixture, host: str
) -> None:
    with caplog.at_level(logging.ERROR), serving(box.desk, WebSettings(host, 0)) as port:
        assert port == 0
    assert host in caplog.text


def test_the_pages_live_without_a_daemon_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path):
        pass
    make(tmp_path)
    monkeypatch.setenv("REFERRAL_CONFIG", str(tmp_path / "config.yaml"))
    monkeypatch.setenv("REFERRAL_DATABASE_URL", f"sqlite:///{tmp_path}/alone.db")
    with TestClient(standalone()) as pages:
        assert pages.get("/readyz").json()["problems"][0]["check"] == "worker"
        told = pages.get("/metrics").text
    assert "referral_cases_open 0.0" in told
    assert "referral_clock_suspended" not in told, "no runner is here"
