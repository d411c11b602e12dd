"""`referral run` as a process of its own, and the signals people send it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from referral_engine.clock import SystemClock
from referral_engine.store.audit import verify
from tests.unit.runner.test_daemon import due, engine, take_in, until


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The daemon on the workspace in `folder`; what it says goes to `said`."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REFERRAL_")}
    words = [sys.executable, "-m", "referral_engine", "--config", str(folder / "config.yaml")]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([*words, "run"], stdout=said, stderr=said, env=environment)
        try:
            yield process
        finally:
            process.kill()
            process.wait(30)


def test_signals_reload_accept_and_stop_it(tmp_path: Path) -> None:
    with engine(tmp_path, SystemClock()) as runner:
        take_in(runner)
        with running(tmp_path) as process:
            until(lambda: not due(runner))
            (tmp_path / "org.yaml").write_text("kind: organization\n", "utf-8")
            process.send_signal(signal.SIGHUP)
            until(lambda: "org.yaml:1" in (tmp_path / "said").read_text("utf-8"))
            process.send_signal(signal.SIGUSR1)
            take_in(runner, "自来水管爆裂路面积水")
            until(lambda: not due(runner))
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        assert list(verify(runner.desk.store.engine, None)) == []
        with runner.desk.store.reading() as reader:
            assert reader.last_checkpoint() is not None


def test_a_stop_while_it_starts_is_an_ordinary_one(tmp_path: Path) -> None:
    """As soon as it holds the lock: what follows, the plugins above all, takes longest."""
    with engine(tmp_path, SystemClock()):
        lock = next(tmp_path.glob("var/*.db")).with_suffix(".db.lock")
        with running(tmp_path) as process:
            until(lambda: lock.exists() and lock.read_text("ascii") == str(process.pid))
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
