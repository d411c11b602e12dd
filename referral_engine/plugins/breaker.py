"""When a department is not called at all: a circuit breaker, one a department.

``closed``     calls are made
``open``       it failed too often: no call until the pause is over
``half_open``  one call, the probe, finds out whether it answers again; the others wait for that

Times are seconds of whatever clock the caller reads, monotonic or virtual. Nothing here sleeps,
asks or reads a clock.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import Literal

from referral_engine.model.plugin_settings import BreakerSettings

__all__ = ["Breaker", "State", "Ticket"]

State = Literal["closed", "open", "half_open"]
Ticket = Literal["call", "probe"]

# Less than this is no wait: clocks and floating point meet only nearly.
_NOTHING = 0.001
_MOST_DOUBLINGS = 32


class Breaker:
    """Safe from any thread. Whoever was admitted says how it ended, whatever happens."""

    def __init__(self, settings: BreakerSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._recent: deque[bool] = deque(maxlen=settings.window)
        self._in_a_row = 0
        self._since: float | None = None
        self._until = 0.0
        self._failed_probes = 0
        self._probing = False

    @property
    def since(self) -> float | None:
        """The second at which it opened; None while it is closed."""
        return self._since

    def state(self, now: float) -> State:
        if self._since is None:
            return "closed"
        return "half_open" if self._probing or self._left(now) == 0 else "open"

    def wait(self, now: float) -> float:
        """Seconds until a call may be made: 0 at once, infinite while a probe is out."""
        with self._lock:
            return self._wait(now)

    def admit(self, now: float) -> Ticket | None:
        """Whether a call may be made; of one that is open only to one probe at a time."""
        with self._lock:
            if self._since is None:
                return "call"
            if self._wait(now) > 0:
                return None
            self._probing = True
            return "probe"

    def ended(self, ticket: Ticket, now: float, *, failed: bool) -> None:
        """How an admitted call ended.

        One that began before the breaker opened says nothing about what has been since.
        """
        with self._lock:
            if ticket == "probe":
                self._probing = False
                self._reopen(now) if failed else self._close()
            elif self._since is None:
                self._count(failed)
                # A call that was answered opens nothing, whatever those before it came to.
                if failed and self._too_many():
                    self._since = now
                    self._rest(now)

    def restore(self, since: float, now: float) -> None:
        """It was open when the process ended: the first call of this one is a probe."""
        with self._lock:
            self._since, self._until = since, now

    def forgives(self, now: float) -> bool:
        """Whether a failure is the department's and not the call's: it is known to be down, and
        not for longer than patience lasts. After that calls are given up as usual, or one that
        fails by its own fault, and is alone, would be tried for ever.
        """
        since = self._since
        return since is not None and now - since <= self._settings.patience

    def _left(self, now: float) -> float:
        left = self._until - now
        return left if left > _NOTHING else 0.0

    def _wait(self, now: float) -> float:
        if self._since is None:
            return 0.0
        return math.inf if self._probing else self._left(now)

    def _count(self, failed: bool) -> None:
        self._recent.append(failed)
        self._in_a_row = self._in_a_row + 1 if failed else 0

    def _too_many(self) -> bool:
        if self._in_a_row >= self._settings.failures:
            return True
        full = len(self._recent) == self._settings.window
        return full and 100 * sum(self._recent) >= self._settings.share * len(self._recent)

    def _reopen(self, now: float) -> None:
        self._failed_probes = min(self._failed_probes + 1, _MOST_DOUBLINGS)
        self._rest(now)

    def _rest(self, now: float) -> None:
        pause = self._settings.pause * 2.0**self._failed_probes
        self._until = now + min(pause, max(self._settings.longest, self._settings.pause))

    def _close(self) -> None:
        self._since, self._failed_probes, self._in_a_row = None, 0, 0
        self._recent.clear()
