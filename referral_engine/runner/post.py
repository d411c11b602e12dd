"""Handing notices to the outlet within a deadline: one that hangs costs its own notice a retry."""

from __future__ import annotations

import queue
import threading

from referral_engine.model.outcome import Notice
from referral_engine.notices import Outlet

__all__ = ["DEADLINE", "Hung", "Post"]

DEADLINE = 10.0
"""Seconds that a delivery may take."""
MOST_LEFT = 16


class Hung(Exception):
    """The outlet did not come back by the deadline, or too many deliveries hang already."""


class Post:
    """Delivers from any thread. A delivery that hangs keeps its thread, which no one can end; while
    `most` do, nothing more is handed over until one comes back.
    """

    def __init__(self, outlet: Outlet, deadline: float = DEADLINE, most: int = MOST_LEFT) -> None:
        self.left = 0
        """How many deliveries hang."""
        self.lock = threading.Lock()
        self._outlet = outlet
        self._deadline = deadline
        self._most = most
        self._idle: list[_Carrier] = []

    def deliver(self, notice: Notice) -> None:
        """Raises Hung, or what the outlet raises."""
        carrier = self._carrier()
        carrier.given.put(notice)
        try:
            failure = carrier.came_to.get(timeout=self._deadline)
        except queue.Empty:
            self._leave(carrier)
            raise Hung from None
        with self.lock:
            self._idle.append(carrier)
        if failure is not None:
            raise failure

    def _carrier(self) -> _Carrier:
        with self.lock:
            if self.left >= self._most:
                raise Hung
            return self._idle.pop() if self._idle else _Carrier(self, self._outlet)

    def _leave(self, carrier: _Carrier) -> None:
        """Its thread ends with the delivery; whether that still comes to pass is not known."""
        with self.lock:
            carrier.left_behind = True
            # It may have come back in this very moment.
            self.left += carrier.came_to.empty()


class _Carrier:
    """One thread that delivers one notice after the other."""

    def __init__(self, post: Post, outlet: Outlet) -> None:
        self.given: queue.SimpleQueue[Notice] = queue.SimpleQueue()
        self.came_to: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self.left_behind = False
        self._post = post
        self._outlet = outlet
        threading.Thread(target=self._carry, name="post", daemon=True).start()

    def _carry(self) -> None:
        while True:
            failure = self._delivered(self.given.get())
            with self._post.lock:
                if self.left_behind:
                    self._post.left -= 1
                    return
                self.came_to.put(failure)

    def _delivered(self, notice: Notice) -> Exception | None:
        try:
            self._outlet.deliver(notice)
        except Exception as error:  # noqa: BLE001 - whatever it is, the sender hears of it
            return error
        return None
