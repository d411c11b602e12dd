"""What this process has done since it began, counted as it is done and shown by `/metrics`.

Plain figures, so that a runner needs no monitoring library; the web surface gives them their names.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from referral_engine.clock import monotonic
from referral_engine.plugins.guard import PluginFailed

__all__ = ["CALL_SECONDS", "CallKey", "Meter", "Spread", "Spreads"]

CALL_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Bounds for the durations of plugin calls: up to a configured deadline of a minute."""


class CallKey(NamedTuple):
    """``outcome`` is ``ok``, a FailureKind, or ``error`` where the engine itself failed."""

    department: str
    verb: str
    outcome: str


class Spread(NamedTuple):
    """How values are spread: `counts` of those up to each bound and, last, of all others."""

    counts: tuple[int, ...]
    total: float


class Spreads:
    """Spreads by key, all over the same bounds. Safe from any thread."""

    def __init__(self, bounds: Sequence[float]) -> None:
        """`bounds` ascend."""
        self.bounds = tuple(bounds)
        self._counts: dict[tuple[str, ...], list[int]] = {}
        self._totals: dict[tuple[str, ...], float] = {}
        self._lock = threading.Lock()

    def add(self, key: tuple[str, ...], value: float) -> None:
        """One more value under `key`."""
        with self._lock:
            counts = self._counts.setdefault(key, [0] * (len(self.bounds) + 1))
            counts[bisect_left(self.bounds, value)] += 1
            self._totals[key] = self._totals.get(key, 0.0) + value

    def taken(self) -> dict[tuple[str, ...], Spread]:
        """The spreads as they are now."""
        with self._lock:
            return {
                key: Spread(tuple(counts), self._totals[key])
                for key, counts in self._counts.items()
            }


class Meter:
    """Counts of one process. Safe from any thread.

    Figures by department leave sealed cases out altogether: a small number would tell of one.
    """

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        self.call_seconds = Spreads(CALL_SECONDS)
        self.findings: Mapping[str, int] = {}
        """What the auditor last found, by code."""
        self.audited = 0
        """Cases that the auditor has rebuilt from their events."""
        self._seconds = seconds
        self._calls: Counter[CallKey] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def call(self, department: str, verb: str, *, sealed: bool) -> Iterator[None]:
        """Counts one plugin call, how it ended and how long it took."""
        began, outcome = self._seconds(), "error"
        try:
            yield
            outcome = "ok"
        except PluginFailed as error:
            outcome = error.kind
            raise
        finally:
            if not sealed:
                if outcome != "unavailable":  # then there was no call
                    self.call_seconds.add((department, verb), self._seconds() - began)
                with self._lock:
                    self._calls[CallKey(department, verb, outcome)] += 1

    def calls(self) -> dict[CallKey, int]:
        """Plugin calls that have ended."""
        with self._lock:
            return dict(self._calls)
