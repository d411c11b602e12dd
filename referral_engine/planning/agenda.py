"""What comes next: everything that somebody, or a clock, will do, in order of time."""

from __future__ import annotations

import heapq
from datetime import datetime
from typing import NamedTuple

from referral_engine.model.case import Case
from referral_engine.model.principal import Principal
from referral_engine.trial.deeds import Deed

__all__ = ["Agenda", "Held", "Item"]


class Held:
    """A case that is not over: as it stands, when its next clock rings, and the referrals whose
    units do nothing by themselves."""

    __slots__ = ("asleep", "case", "rings")

    def __init__(self, case: Case) -> None:
        self.case = case
        self.rings: datetime | None = None
        self.asleep: set[str] = set()


class Item(NamedTuple):
    """A deed to be done in a case at a moment by a principal, or by somebody of a role; without a
    deed it is the case's clock. ``order`` is that of writing down: it decides between equal
    moments. The case goes by its code, so that nothing here keeps it in memory once it is over."""

    at: datetime
    order: int
    case: str
    deed: Deed | None
    who: Principal | str


class Agenda:
    """A heap by moment (UTC). What is over when its turn comes is for the reader to see."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._order = 0

    def __len__(self) -> int:
        return len(self._items)

    def put(self, at: datetime, case: str, deed: Deed | None, who: Principal | str) -> None:
        """Writes a deed down."""
        self._order += 1
        heapq.heappush(self._items, Item(at, self._order, case, deed, who))

    def take(self, until: datetime) -> Item | None:
        """The next thing to do that is due by `until`, which is then off the agenda."""
        if self._items and self._items[0].at <= until:
            return heapq.heappop(self._items)
        return None
