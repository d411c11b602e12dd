"""One plugin's process from outside: start, ask, kill, and what it printed counted, not kept."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from referral_engine.clock import monotonic
from referral_engine.plugins.channel import Channel
from referral_engine.plugins.find import Source
from referral_engine.plugins.protocol import (
    GREETING,
    LONGEST_ANSWER,
    SAID,
    Answered,
    Ask,
    Broken,
    Hello,
    Raised,
    Start,
)

__all__ = ["Process", "environment"]

log = logging.getLogger(__name__)
# Where a database and its password, or the keys, would stand in the daemon's environment.
_SECRET = ("REFERRAL_", "PG", "PYTHON")
_HOME = str(Path(__file__).resolve().parents[2])
# The first word fits into the socket's buffer: it is taken at once or the process is dead.
_FIRST_WORD = 5.0
# In the environment of a plugin's process and of all that it starts, whatever session that is in.
_MARK = "PLUGIN_PROCESS"


def environment(of: Mapping[str, str]) -> dict[str, str]:
    """The environment of a plugin's process: the engine's without what is the engine's own."""
    kept = {name: value for name, value in of.items() if not name.upper().startswith(_SECRET)}
    return {**kept, "PYTHONPATH": _HOME, "PYTHONUNBUFFERED": "1"}


class Process:
    """A running host of ``source``. Not for several threads at once."""

    def __init__(
        self, source: Source, memory: int, heard: Callable[[bytes], object] | None = None
    ) -> None:
        """Starts it and tells it what to load; ``memory`` in MiB. What it prints goes to ``heard``,
        from a thread of its own; without one it is counted and thrown away.

        Raises OSError, or Closed or TimedOut where it dies at once.
        """
        self.source = source
        self._mark = secrets.token_hex(16)
        with contextlib.ExitStack() as on_failure:
            ours, theirs = socket.socketpair()
            self._channel = Channel(ours, LONGEST_ANSWER)
            on_failure.callback(self._channel.close)
            with theirs:
                self._child, self._reader = _spawn(source.name, theirs.fileno(), self._mark, heard)
            on_failure.callback(self.kill)
            self._channel.send(Start(source, memory), monotonic() + _FIRST_WORD)
            on_failure.pop_all()

    @property
    def pid(self) -> int:
        return self._child.pid

    def hello(self, until: float) -> Hello | Broken:
        """What it says once the plugin is loaded. Raises Closed, TimedOut, Garbled."""
        return self._channel.receive(GREETING, until)

    def ask(self, ask: Ask, until: float) -> Answered | Raised:
        """One question, one answer. Raises Closed, TimedOut, Garbled; after them it is no use."""
        self._channel.send(ask, until)
        return self._channel.receive(SAID, until)

    def ended(self) -> str:
        """How it ended, in words; empty while it runs."""
        code = self._child.poll()
        if code is None:
            return ""
        return signal.strsignal(-code) or f"signal {-code}" if code < 0 else f"exit code {code}"

    @property
    def killed(self) -> bool:
        """Whether a signal ended it, and not its own code."""
        code = self._child.poll()
        return code is not None and code < 0

    def end(self, patience: float = 1.0) -> None:
        """Closes the channel; kills what has not ended after ``patience`` seconds, and what the
        plugin left running.
        """
        self._channel.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(patience)
        self.kill()
        self._reader.join(patience)

    def kill(self) -> None:
        """Kills it and whatever it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        self._channel.close()
        _kill_marked(self._mark)


def _kill_marked(mark: str) -> None:
    """Kills what got away into a session of its own; where there is no /proc, nothing is found."""
    entry = f"{_MARK}={mark}".encode()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if entry in environ.read_bytes().split(b"\0"):
                os.kill(int(environ.parent.name), signal.SIGKILL)


def _spawn(
    name: str, fd: int, mark: str, heard: Callable[[bytes], object] | None
) -> tuple[subprocess.Popen[bytes], threading.Thread]:
    """Starts a host that talks over ``fd``, and a thread that takes what it prints."""
    reads, writes = os.pipe()
    try:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "referral_engine.plugins.host", str(fd)],
            stdin=subprocess.DEVNULL,
            stdout=writes,
            stderr=writes,
            pass_fds=(fd,),
            env=environment(os.environ) | {_MARK: mark},
            # A session of its own: Ctrl-C reaches the daemon alone, which then ends it in order,
            # and a kill reaches whatever the plugin itself has started.
            start_new_session=True,
        )
    except OSError:
        os.close(reads)
        raise
    finally:
        os.close(writes)
    reader = threading.Thread(target=_swallow, args=(name, reads, heard), daemon=True)
    reader.start()
    return child, reader


def _swallow(name: str, fd: int, heard: Callable[[bytes], object] | None) -> None:
    """Reads what the plugin prints: unread it would block, kept it would hold personal data."""
    total = told = 0
    with open(fd, "rb", buffering=0) as output:
        while part := output.read(1 << 16):
            total += len(part)
            if heard is not None:
                heard(part)
                continue
            # Told at each doubling, so that a chatty plugin does not fill the log by its noise.
            if total > 2 * told:
                told = total
                log.warning("plugin %s has printed %d bytes; not kept", name, total)
