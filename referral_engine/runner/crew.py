"""Further threads for what goes out, so that a slow department or recipient holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable

from referral_engine.errors import Unavailable
from referral_engine.runner.failing import name_failure

__all__ = ["Crew"]

_IDLE = 1.0
"""Seconds between two looks of a thread that found nothing to do and is not called."""


class Crew:
    """So many threads, each with `work` again and again; it says whether there was any."""

    def __init__(
        self, work: Callable[[], bool], size: int, *, name: str = "calls",
        finished: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """`finished` is told after each piece of work: it may have left something to do."""
        self._work = work
        self._name = name
        self._finished = finished
        self._over = threading.Event()
        self._waiting = threading.Condition()
        self._calls = 0
        self._at_work = 0
        self.stopped_by: Unavailable | None = None
        """Why somebody left: what was in hand is claimed, and could not be completed."""
        self._threads = [
            threading.Thread(target=self._live, name=f"{name}-{n}") for n in range(size)
        ]
        for thread in self._threads:
            thread.start()

    def call(self) -> None:
        """There is something to do: whoever waits need not wait longer."""
        with self._waiting:
            self._calls += 1
            self._waiting.notify_all()

    @property
    def busy(self) -> bool:
        """Whether anybody is at work, or just looking for some."""
        with self._waiting:
            return self._at_work > 0

    def dismiss(self) -> bool:
        """Waits until each has finished the work in hand; False where nobody was left."""
        self._over.set()
        self.call()
        threads, self._threads = self._threads, []
        for thread in threads:
            thread.join()
        return bool(threads)

    def _live(self) -> None:
        heard = 0
        while not self._over.is_set():
            with self._waiting:
                self._at_work += 1
                heard = self._calls
            found = self._once()
            with self._waiting:
                self._at_work -= 1
                if self.stopped_by is not None:
                    return  # whoever hired the crew waits for the database, and hires another
                # A call during the look was for what the look may have missed.
                if not found and heard == self._calls and not self._over.is_set():
                    self._waiting.wait(_IDLE)
            if found:
                self._finished()

    def _once(self) -> bool:
        try:
            return self._work()
        except Unavailable as error:
            self.stopped_by = error
        except Exception as error:  # noqa: BLE001 - a thread that ends would not be missed
            name_failure(f"a round of {self._name}", error)
        return False
