"""Our side: workers in processes of their own, a sender, and when everything is drained."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.province.county import DEPARTMENTS
from benchmarks.province.effort import below
from benchmarks.province.process import driver, end, start

__all__ = ["Fleet", "fleet"]

_WAVE = 60
_WAVES = 12
_REST = 0.05
_BOXES = ("plugin_call", "follow_up", "notice")
_NOW = "(extract(epoch FROM clock_timestamp()) * 1e6)::bigint"
_DUE = " + ".join(f"(SELECT count(*) FROM {box} WHERE status = 'pending')" for box in _BOXES)
_LOOK = (
    f"SELECT {_DUE} + (SELECT count(*) FROM wakeup WHERE due_at IS NOT NULL AND dead = 0"
    f" AND due_at <= {_NOW}), {_NOW}"
)


class Fleet:
    """Workers and a sender on one database."""

    def __init__(self, url: str, sender: subprocess.Popen[str], workers: list[int]) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self._sender = sender
        self._workers = workers
        self.processes = [sender.pid, *workers]

    def send(self, what: Any) -> None:
        """Tells the sender; `sent` waits for it."""
        assert self._sender.stdin is not None
        self._sender.stdin.write(json.dumps(what) + "\n")
        self._sender.stdin.flush()

    def sent(self) -> None:
        assert self._sender.stdout is not None
        if self._sender.stdout.readline() != "done\n":
            raise RuntimeError("the sender failed")

    def now(self) -> int:
        """Microseconds since 1970 by the clock of the database."""
        return int(self._ask(f"SELECT {_NOW}")[0])

    def drained(self) -> int:
        """Waits until nothing is due nor in hand; when that was."""
        while True:
            left, now = self._ask(_LOOK)
            if not left:
                return int(now)
            time.sleep(_REST)

    def take(self, cases: int) -> float:
        """Seconds from the first registration until all cases are done and nothing is due."""
        began = self.now()
        self.send(cases)
        self.sent()
        return (self.drained() - began) / 1e6

    def warm(self) -> int:
        """Cases until each worker has started the process of each plugin; how many."""
        wanted, sent = len(self._workers) * len(DEPARTMENTS), 0
        for _wave in range(_WAVES):
            self.take(_WAVE)
            sent += _WAVE
            if below(self._workers) >= wanted:
                break
        return sent

    def _ask(self, query: str) -> tuple[Any, ...]:
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return row


@contextmanager
def fleet(url: str, config: Path, workers: int, seed: int) -> Iterator[Fleet]:
    """So many workers and a sender; all ended afterwards, the workers by SIGTERM."""
    words = ["-m", "referral_engine", "--config", config, "--database", driver(url)]
    with ExitStack() as stack:
        sender = start(["-m", "benchmarks.province.sender", driver(url), config, seed])
        stack.callback(end, sender)
        assert sender.stdout is not None
        if sender.stdout.readline() != "ready\n":
            raise RuntimeError("the sender did not start")
        started = [start([*words, "run", "--no-web", "--workers", 4]) for _one in range(workers)]
        for each in started:
            stack.callback(end, each)
        made = Fleet(url, sender, [each.pid for each in started])
        stack.callback(made.connection.close)
        yield made
