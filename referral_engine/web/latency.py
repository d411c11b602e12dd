"""How long departments take to claim and to report, followed along the journal.

Each look reads what was written since the one before, so that its cost does not grow with history;
like every counter these begin at nought when the process does.
"""

from __future__ import annotations

import threading
from datetime import timedelta

from referral_engine.desk.operations import Position, Reader
from referral_engine.runner.meter import Spread, Spreads

__all__ = ["BOUNDS", "Latencies"]

_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
BOUNDS = (
    5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, _DAY,
    2 * _DAY, 3 * _DAY, 5 * _DAY, 10 * _DAY, 15 * _DAY, 30 * _DAY, 60 * _DAY,
)  # fmt: skip
"""Seconds: from an emergency's first minutes to the longest terms in law."""


class Latencies:
    """Spreads of the elapsed time from the offer of a referral, by department; sealed cases are
    left out. Safe from any thread.
    """

    def __init__(self) -> None:
        self._spreads = {"claim": Spreads(BOUNDS), "report": Spreads(BOUNDS)}
        self._since: Position | None = None
        self._turn = threading.Lock()

    def follow(self, reader: Reader) -> None:
        """Takes in what happened since the last time; the first time only finds its place."""
        with self._turn:
            if self._since is None:
                self._since = reader.position()
                return
            taken, self._since = reader.steps_taken(self._since)
            for each in taken:
                self._spreads[each.step].add((each.unit,), each.after / timedelta(seconds=1))

    def claims(self) -> dict[tuple[str, ...], Spread]:
        """From offer to claim, seconds, by (department,)."""
        return self._spreads["claim"].taken()

    def reports(self) -> dict[tuple[str, ...], Spread]:
        """From offer to each report, seconds, by (department,)."""
        return self._spreads["report"].taken()
