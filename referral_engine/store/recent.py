"""The cases that one writer last had in hand, so that the next command on them reads them no more.

What is done to a case comes in one after the other within minutes, from its department and its
clocks. Opening a snapshot costs more than all else that reading a case does; whether the one in
hand is still the case is told by the hash of its last event, which the transaction asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from referral_engine.store.stage import Loaded

__all__ = ["Recent"]

_KEPT = 512
"""Of some 10 KB each."""


class Recent:
    """Used in the writer's thread only. What a transaction that failed left here does no harm: its
    hashes are nowhere stored.
    """

    def __init__(self) -> None:
        self._cases: dict[str, Loaded] = {}

    def keep(self, cases: Mapping[str, Loaded]) -> None:
        """Has these as the newest; the oldest go."""
        for code, loaded in cases.items():
            self._cases.pop(code, None)
            self._cases[code] = loaded
        for code in list(self._cases)[:-_KEPT]:
            del self._cases[code]

    def of(self, codes: Iterable[str]) -> dict[str, Loaded]:
        """Those of the codes that are here, perhaps as they no longer are."""
        return {code: self._cases[code] for code in codes if code in self._cases}
