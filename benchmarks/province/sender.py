"""The process that takes issues in: through the door, as fast as it goes or at given rates."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from concurrent.futures import Future
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.province.issues import issues
from referral_engine.clock import DatabaseClock
from referral_engine.desk import Desk
from referral_engine.desk.publishing import publish_first
from referral_engine.model.principal import Principal
from referral_engine.store import Keyring, Store
from referral_engine.workspace import Workspace

__all__ = ["main"]

_AHEAD = 256
"""Registrations on their way at once; they share commits."""
_BY = Principal("bench:province", ("dispatcher",))


class Sender:
    def __init__(self, desk: Desk, seed: int) -> None:
        self._desk = desk
        places = desk.workspace.org.tree.territories.values()
        grids = [place.code for place in places if place.level == "grid"]
        self._issues = issues(seed, sorted(grids), desk.clock.now())
        self._sent: deque[Future[Any]] = deque()
        self._clock = desk.clock

    def at_once(self, count: int) -> None:
        for issue in islice(self._issues, count):
            self._send(issue)
        self._settle(0)

    def at_rate(self, seconds: float, rate: float) -> int:
        """So many a second; how many in all. Who is late catches up."""
        began, sent = time.perf_counter(), 0
        while (gone := time.perf_counter() - began) < seconds:
            while sent < gone * rate:
                self._send(next(self._issues))
                sent += 1
            time.sleep(0.01)
        self._settle(0)
        return sent

    def _send(self, issue: Any) -> None:
        self._settle(_AHEAD)
        self._sent.append(self._desk.register(issue, _BY))

    def _settle(self, most: int) -> None:
        while len(self._sent) > most:
            self._sent.popleft().result()


def main(url: str, config: str, seed: str) -> None:
    """Obeys lines of JSON on stdin: a number is a count, a list holds [seconds, rate] pairs."""
    workspace = Workspace.open(Path(config))
    with Store.open(url, Keyring.load()) as store:
        clock = DatabaseClock(lambda: store.read(lambda reader: reader.clock()))
        desk = Desk(store, workspace, clock)
        publish_first(desk, "bench")
        sender = Sender(desk, int(seed))
        print("ready", flush=True)
        for line in sys.stdin:
            asked = json.loads(line)
            if isinstance(asked, int):
                sender.at_once(asked)
            else:
                for seconds, rate in asked:
                    sender.at_rate(seconds, rate)
            print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
