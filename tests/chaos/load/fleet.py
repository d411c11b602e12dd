"""The daemons of a county and those who use it: started, killed, started again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Literal

from referral_engine.clock import SystemClock
from tests.chaos.killing import children
from tests.chaos.load.people import OVER
from tests.district import LONGEST, ROOT, start

__all__ = ["Fleet", "Kind"]

Kind = Literal["embedded", "postgres"]
WORKERS: dict[Kind, int] = {"embedded": 1, "postgres": 3}
"""Daemons at once: one on a file, any number on a server."""
_REFUSED = 1
_USERS = ("send", "act")


class Fleet:
    """Every process that works on one store."""

    def __init__(self, kind: Kind, folder: Path, database: str, seed: int) -> None:
        self.folder = folder
        self.turned_away = 0
        """Daemons that found no server as they started."""
        self._kind = kind
        self.database = database
        self._seed = seed
        self._daemons = [self._daemon() for _one in range(WORKERS[kind])]
        self._started = [SystemClock().now()] * len(self._daemons)
        self._users = {role: self._user(role) for role in _USERS}

    def size(self) -> int:
        """How many daemons there are."""
        return len(self._daemons)

    def alive(self, number: int) -> tuple[int, datetime]:
        """The process of that daemon and when it was started."""
        return self._daemons[number].pid, self._started[number]

    def tend(self) -> None:
        """Starts again, as a supervisor would, a daemon that found its server away as it started;
        raises where one ended in any other way by itself.
        """
        for number, daemon in enumerate(self._daemons):
            code = daemon.poll()
            if code is None:
                continue
            if code != _REFUSED or self._kind == "embedded":
                raise AssertionError(f"a daemon ended ({code}); see {self.folder}/daemon.log")
            self.turned_away += 1
            self.start_daemon(number)

    def kill_daemon(self, number: int) -> None:
        """kill -9 of one daemon; its plugins see the end of their line and go."""
        self._daemons[number].kill()
        self._daemons[number].wait()

    def start_daemon(self, number: int) -> None:
        """Another one in its place."""
        self._started[number] = SystemClock().now()
        self._daemons[number] = self._daemon()

    def kill_plugin(self, chance: random.Random) -> bool:
        """kill -9 of one department's process of one daemon; False where none runs just now."""
        running = [pid for daemon in self._daemons for pid in children(daemon.pid)]
        if not running:
            return False
        try:
            os.kill(chance.choice(running), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def kill_user(self, chance: random.Random) -> None:
        """kill -9 of the sender or of the people; they begin anew and ask again what is open."""
        role = chance.choice(_USERS)
        self._users[role].kill()
        self._users[role].wait()
        self._users[role] = self._user(role)

    def let_users_end(self) -> None:
        """They stop asking for more, and end when everything is answered."""
        (self.folder / OVER).touch()
        codes = {role: user.wait(LONGEST) for role, user in self._users.items()}
        assert set(codes.values()) == {0}, f"see {self.folder}/people.log: {codes}"

    def stop_daemons(self) -> None:
        """SIGTERM: each finishes what it has in hand and ends with 0."""
        for daemon in self._daemons:
            daemon.terminate()
        codes = [daemon.wait(LONGEST) for daemon in self._daemons]
        assert set(codes) == {0}, f"see {self.folder}/daemon.log: {codes}"

    def end(self) -> None:
        """Whatever happened, nothing stays behind."""
        for process in (*self._users.values(), *self._daemons):
            process.kill()
            process.wait()

    def _daemon(self) -> subprocess.Popen[str]:
        return start(self.folder, "--database", self.database, "run", "--no-web", "--workers", 2)

    def _user(self, role: str) -> subprocess.Popen[bytes]:
        words = [role, str(self.folder), self.database, str(self._seed)]
        with (self.folder / "people.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.load.people", *words], cwd=ROOT,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
