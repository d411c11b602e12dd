"""Who is on duty, and what a township has to do: the two lists an organisation keeps by hand."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

__all__ = ["Duty", "DutyList", "Shift"]

Duty = Literal["basic", "supporting", "taken_back"]


class Shift(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person on duty for a unit, on one ``day`` or on every ``weekday`` (0 Monday).

    ``start`` and ``end`` are minutes after local midnight of that day, ``end`` excluded; past
    1440 the shift runs into the next day.
    """

    unit: str
    person: str
    start: int
    end: int
    day: date | None = None
    weekday: int | None = None


class DutyList(msgspec.Struct, frozen=True, omit_defaults=True):
    """A township's list of duties (履职事项清单): categories by who has to do them.

    A code covers what lies below it (``D08`` covers ``D08a``); the longest one decides.
    """

    basic: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()

    def duty(self, category: str) -> Duty | None:
        """What the list says of a category; None where it says nothing."""
        best: tuple[int, Duty] | None = None
        for name, codes in self._lists():
            for code in codes:
                if category.startswith(code) and (best is None or len(code) > best[0]):
                    best = (len(code), name)
        return best[1] if best else None

    def _lists(self) -> tuple[tuple[Duty, tuple[str, ...]], ...]:
        return (
            ("basic", self.basic),
            ("supporting", self.supporting),
            ("taken_back", self.taken_back),
        )
