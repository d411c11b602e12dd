"""What no look settles: asked of the rows still standing, one by one."""

from __future__ import annotations

from collections.abc import Mapping

from referral_engine.rules.closure import Check
from referral_engine.rules.tree import Value

__all__ = ["Checks"]


class Checks:
    """The question that is left of each of some rows, by the number of the row."""

    def __init__(self, checks: Mapping[int, Check]) -> None:
        self._checks = {1 << row: check for row, check in checks.items()}
        self.rows = sum(self._checks)

    def narrow(self, candidates: int, values: Mapping[str, Value]) -> int:
        """Those of the candidate rows of which the question is answered yes, or none is left."""
        asking = candidates & self.rows
        while asking:
            row = asking & -asking
            asking ^= row
            if not self._checks[row](values):
                candidates ^= row
        return candidates
