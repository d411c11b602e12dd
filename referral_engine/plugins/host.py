"""The process a plugin lives in: loads it, answers one question at a time, ends with its parent.

Started as ``python -P -m referral_engine.plugins.host FD``; FD is its end of the channel. It holds
no store, no key and none of the engine's environment. This keeps mistakes in, not malice: a plugin
runs under the daemon's user, and whoever installs one trusts it as far as that.
"""

from __future__ import annotations

import os
import resource
import select
import socket
import sys
import threading

from referral_engine.plugins.channel import Channel, Closed
from referral_engine.plugins.imported import by_id, departments_of
from referral_engine.plugins.protocol import (
    LONGEST_QUESTION,
    QUESTION,
    START,
    Broken,
    Hello,
)
from referral_engine.plugins.redaction import describe, trace_of
from referral_engine.plugins.respond import respond

__all__ = ["main"]

_MIB = 1 << 20
_GRACE = 0.5


def main(fd: int) -> int:
    """Serves until the engine closes the channel; returns the exit code."""
    side = socket.socket(fileno=fd)
    side.set_inheritable(False)
    channel = Channel(side, LONGEST_QUESTION)
    start = channel.receive(START)
    _limit(start.memory)
    _end_with_the_engine(side)
    try:
        offered = departments_of(start.source)
        hello = Hello(tuple(each.profile() for each in offered))
    except BaseException as error:  # noqa: BLE001 - sys.exit at import is a fault like any other
        channel.send(Broken(describe(error), trace_of(error)))
        return 1
    channel.send(hello)
    departments = by_id(offered)
    while True:
        try:
            ask = channel.receive(QUESTION)
        except Closed:
            return 0
        said = respond(departments, ask)
        channel.send(said)
        if getattr(said, "ends", False):
            return 1


def _limit(memory: int) -> None:
    # A dump of this process would hold what people wrote.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        try:
            resource.setrlimit(resource.RLIMIT_AS, (memory * _MIB, memory * _MIB))
        except (ValueError, OSError):
            print("this system sets no limit to memory", file=sys.stderr)  # noqa: T201


def _end_with_the_engine(side: socket.socket) -> None:
    """A daemon that is killed says no goodbye; its plugins must not stay behind, even hanging."""

    def watch() -> None:
        poll = select.poll()
        poll.register(side.fileno(), select.POLLRDHUP if hasattr(select, "POLLRDHUP") else 0)
        poll.poll()
        # Idle, it returns from `main` by itself; this is for one that is stuck in a call.
        threading.Event().wait(_GRACE)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
