"""A database that is full or away: told once, asked again ever more rarely, told when it works."""

from __future__ import annotations

import logging
import threading

from referral_engine.clock import monotonic
from referral_engine.errors import Unavailable

__all__ = ["Rest"]

log = logging.getLogger(__name__)

_PATIENCE = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds until the work is tried again; the last for ever."""
_TRUSTED = 60.0
"""Seconds of work after which a database counts as mended. On a full disk small changes succeed
between failures: they must not make it look new each time.
"""


class Rest:
    """Whether the work of one process rests, and for how long. Any thread may say and ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._on = False
        self._tries = 0
        self._changed = 0.0

    def __bool__(self) -> bool:
        """The work rests."""
        return self._on

    @property
    def wait(self) -> float:
        """Seconds until the work should be tried again; 0 where it should be now."""
        with self._lock:
            pause = _PATIENCE[min(self._tries, len(_PATIENCE)) - 1] if self._on else 0.0
            return max(0.0, self._changed + pause - monotonic())

    def begin(self, error: Unavailable) -> None:
        """The database failed; where the work rests already and was tried, it goes on resting."""
        with self._lock:
            told, now = self._on, monotonic()
            if not told and now - self._changed >= _TRUSTED:
                self._tries = 0
            self._on, self._changed = True, now
            self._tries += 1
        if not told:
            log.error("the work rests: %s", error)

    def end(self) -> None:
        """The database did what it was asked."""
        with self._lock:
            told, self._on, self._changed = self._on, False, monotonic()
        if told:
            log.warning("the database works again")
