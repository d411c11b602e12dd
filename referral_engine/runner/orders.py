"""What is asked of a running daemon, by signals or by other threads."""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal

__all__ = ["Order", "Orders", "signals"]

Order = Literal["stop", "reload", "accept_time", "look"]
"""``stop`` after the step in hand; ``reload`` the workspace; ``accept_time`` after a jump; ``look``
whether there is something to do: a thread beside the loop has finished some work."""

_SIGNALS: dict[signal.Signals, Order] = {
    signal.SIGTERM: "stop",
    signal.SIGINT: "stop",
    signal.SIGHUP: "reload",
    signal.SIGUSR1: "accept_time",
}


class Orders:
    """A letter box. Posting is safe everywhere, also in a signal handler.

    A handler runs in the midst of whatever the main thread does, so it must take no lock that the
    main thread may hold; of the standard library only `queue.SimpleQueue` promises that.
    """

    def __init__(self) -> None:
        self._posted: queue.SimpleQueue[Order] = queue.SimpleQueue()

    def post(self, order: Order) -> None:
        self._posted.put(order)

    def taken(self, wait: float = 0.0) -> Iterator[Order]:
        """The orders posted by now, after waiting up to `wait` seconds for a first one."""
        try:
            yield self._posted.get(timeout=wait) if wait > 0 else self._posted.get_nowait()
            while True:
                yield self._posted.get_nowait()
        except queue.Empty:
            return


@contextmanager
def signals(orders: Orders) -> Iterator[None]:
    """SIGTERM and SIGINT stop, SIGHUP reloads, SIGUSR1 accepts the time.

    Only the main thread may take signals; in another nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def receive(number: int, _frame: FrameType | None) -> None:
        orders.post(_SIGNALS[signal.Signals(number)])

    before = {number: signal.signal(number, receive) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
