"""Further threads that make nothing but plugin calls, so that a slow department holds up none."""

from __future__ import annotations

import threading
from collections.abc import Callable

from referral_engine.runner.failing import name_failure

__all__ = ["Crew"]

_IDLE = 0.1
"""Seconds between two looks of a thread that found nothing to do."""


class Crew:
    """So many threads, each with `call` again and again; it says whether there was a call."""

    def __init__(self, call: Callable[[], bool], size: int) -> None:
        self._call = call
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"calls-{n}") for n in range(size)
        ]
        for thread in self._threads:
            thread.start()

    def dismiss(self) -> bool:
        """Waits until each has finished the call in hand; False where nobody was left."""
        self._over.set()
        threads, self._threads = self._threads, []
        for thread in threads:
            thread.join()
        return bool(threads)

    def _work(self) -> None:
        while not self._over.is_set():
            try:
                busy = self._call()
            except Exception as error:  # noqa: BLE001 - a thread that ends would not be missed
                name_failure("a round of plugin calls", error)
                busy = False
            if not busy:
                self._over.wait(_IDLE)
