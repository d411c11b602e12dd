"""What comes next in a case: everything that somebody will do, in order of time."""

from __future__ import annotations

import heapq
from datetime import datetime

import msgspec

from referral_engine.model.case import Case
from referral_engine.model.principal import Principal
from referral_engine.trial.deeds import Deed

__all__ = ["Agenda", "Held", "Item"]


class Held:
    """A case that is not over: as it stands, when its next clock rings, the acts that people mean
    to do in it, and the referrals whose units do nothing by themselves."""

    __slots__ = ("agenda", "asleep", "case", "rings")

    def __init__(self, case: Case) -> None:
        self.case = case
        self.rings: datetime | None = None
        self.agenda = Agenda()
        self.asleep: set[str] = set()


class Item(msgspec.Struct, frozen=True, order=True):
    """A deed to be done at a moment by a principal, or by somebody of a role. ``order`` is that of
    writing down: it decides between equal moments."""

    at: datetime
    order: int
    deed: Deed
    who: Principal | str


class Agenda:
    """The acts to come in one case, as a heap by moment (UTC)."""

    __slots__ = ("_items", "_order")

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._order = 0

    def put(self, at: datetime, deed: Deed, who: Principal | str) -> None:
        """Writes a deed down."""
        self._order += 1
        heapq.heappush(self._items, Item(at, self._order, deed, who))

    def next_at(self) -> datetime | None:
        """The moment of the next deed; None where nobody means to do anything."""
        return self._items[0].at if self._items else None

    def take(self) -> Item:
        """The next deed, which is then off the agenda; raises IndexError where there is none."""
        return heapq.heappop(self._items)
