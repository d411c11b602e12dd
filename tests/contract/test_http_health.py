"""What a monitor sees of a real daemon: health, readiness, metrics, over real HTTP."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.databases import question
from tests.district import referral, start

_WAITS = 600
_LISTENING = re.compile(r"health and metrics on (http://\S+)")


@pytest.fixture
def workspace(county: Path, tmp_path: Path) -> Path:
    """The shipped county on any free port."""
    folder = Path(shutil.copytree(county, tmp_path / "county"))
    put(folder, 0)
    return folder


def put(folder: Path, port: int) -> None:
    config = folder / "config.yaml"
    text = re.sub(r"\n  port: \d+", f"\n  port: {port}", config.read_text("utf-8"))
    config.write_text(text, "utf-8")


@contextmanager
def daemon(folder: Path, *words: object) -> Iterator[subprocess.Popen[str]]:
    process = start(folder, "run", "--verbose", *words)
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


def said(folder: Path, process: subprocess.Popen[str], what: re.Pattern[str]) -> re.Match[str]:
    """The first line of the log that fits; it is waited for."""
    for _wait in range(_WAITS):
        if found := what.search((folder / "daemon.log").read_text("utf-8")):
            return found
        assert process.poll() is None, (folder / "daemon.log").read_text("utf-8")
        time.sleep(0.1)
    raise AssertionError(f"{what.pattern} is never said")


def ready(client: httpx.Client) -> httpx.Response:
    """The answer of /readyz once it is 200: the first beat comes with the first round."""
    for _wait in range(_WAITS):
        answer = client.get("/readyz")
        if answer.status_code == httpx.codes.OK:
            return answer
        time.sleep(0.1)
    return answer


def beats(folder: Path) -> None:
    """Waits for the daemon's pulse."""
    for _wait in range(_WAITS):
        if question(folder, "SELECT runner_id FROM heartbeat"):
            return
        time.sleep(0.1)
    raise AssertionError("nobody works")


def test_a_daemon_says_that_it_is_alive_ready_and_how_it_does(workspace: Path) -> None:
    referral(workspace, "intake", "samples/issues.csv", "--backfill", "--json", ends=0)
    with daemon(workspace) as process:
        url = said(workspace, process, _LISTENING)[1]
        with httpx.Client(base_url=url, timeout=60) as client:
            alive = client.get("/healthz")
            assert (alive.status_code, alive.json()["status"]) == (200, "ok")
            assert ready(client).json() == {"ready": True, "problems": []}
            told = client.get("/metrics")
        assert told.headers["content-type"].startswith("text/plain")
        assert "referral_workers_alive 1.0" in told.text
        assert "referral_store_up 1.0" in told.text
        put(workspace, int(url.rpartition(":")[2]))
        checks = referral(workspace, "doctor", "--json").json["checks"]
        (page,) = [each for each in checks if each["name"] == "web"]
        assert (page["status"], page["message"]) == ("ok", f"{url} answers and is ready")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


@pytest.mark.postgres
def test_workers_on_postgresql_each_tell_of_all(workspace: Path, postgres_url: str) -> None:
    url = ("--database", postgres_url)
    referral(workspace, *url, "intake", "samples/issues.csv", "--backfill", "--json", ends=0)
    process = start(workspace, *url, "run", "--verbose")
    try:
        pages = said(workspace, process, _LISTENING)[1]
        with httpx.Client(base_url=pages, timeout=60) as client:
            assert ready(client).json() == {"ready": True, "problems": []}
            told = client.get("/metrics").text
        assert "referral_workers_alive 1.0" in told
        assert "referral_store_up 1.0" in told
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait(30)


def test_a_taken_port_is_named_and_stops_nothing(workspace: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        put(workspace, taken.getsockname()[1])
        with daemon(workspace) as process:
            said(workspace, process, re.compile("no pages on http://127.0.0.1:.*goes on without"))
            beats(workspace)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0


def test_without_pages_nobody_listens(workspace: Path) -> None:
    with daemon(workspace, "--no-web") as process:
        said(workspace, process, re.compile("department .* from"))
        beats(workspace)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert not _LISTENING.search((workspace / "daemon.log").read_text("utf-8"))
