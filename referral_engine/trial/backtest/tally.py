"""Sums over all cases of a backtest. What they take grows with days and units, not with cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

import msgspec

from referral_engine.trial.backtest.compare import CLOCKS, Change
from referral_engine.trial.backtest.replay import Offered

__all__ = ["ClockTally", "Load", "Tally", "Work"]


_COUNTED = ("tightened", "eased", "added", "dropped", "judged")


class Work(msgspec.Struct):
    """Cases a unit gets on one day or all: (published, proposed)."""

    lead: tuple[int, int] = (0, 0)
    support: tuple[int, int] = (0, 0)

    @property
    def differs(self) -> bool:
        return self.lead[0] != self.lead[1] or self.support[0] != self.support[1]


class Load(NamedTuple):
    """What a unit gets over the days of the backtest; ``peak`` is the most it leads on one day."""

    unit: str
    whole: Work
    peak: tuple[int, int]


class ClockTally(msgspec.Struct):
    """``late`` counts, of the ``judged``, what was done after the (published, proposed) clock."""

    tightened: int = 0
    eased: int = 0
    added: int = 0
    dropped: int = 0
    judged: int = 0
    late: tuple[int, int] = (0, 0)


class Tally(msgspec.Struct):
    """``changed`` cases; ``renamed`` come out the same by another rule; ``gone`` have lost their
    words and cannot be decided again; ``asked`` needed an answer of history that was not kept;
    ``undecided`` under one of the rule sets.
    """

    cases: int = 0
    changed: int = 0
    renamed: int = 0
    gone: int = 0
    asked: int = 0
    undecided: int = 0
    what: Counter[str] = msgspec.field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    rules: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    clocks: dict[str, ClockTally] = msgspec.field(
        default_factory=lambda: {name: ClockTally() for name in CLOCKS}
    )
    days: dict[tuple[date, str], Work] = msgspec.field(default_factory=dict)

    def offered(self, day: date, before: Offered | None, after: Offered | None) -> None:
        """Counts whom a case of this local day goes to. What would be sealed is nobody's load."""
        for side, offer in enumerate((before, after)):
            if offer is None or None in (before, after):
                continue
            lead, supports = offer
            if lead:
                work = self.days.setdefault((day, lead), Work())
                work.lead = _more(work.lead, side)
            for unit in supports:
                work = self.days.setdefault((day, unit), Work())
                work.support = _more(work.support, side)

    def change(self, change: Change) -> None:
        self.changed += 1
        self.what.update(change.differs.keys())
        self.rules[change.rules] += 1
        if "lead" in change.differs:
            before, after = change.differs["lead"]
            self.moves[before or "", after or ""] += 1
        for clock in change.clocks:
            tally = self.clocks[clock.name]
            setattr(tally, clock.movement, getattr(tally, clock.movement) + 1)
            if clock.late is not None:
                tally.judged += 1
                tally.late = _sum(tally.late, (int(clock.late[0]), int(clock.late[1])))

    def forget(self, change: Change) -> None:
        """Takes back a change of a case that was sealed meanwhile."""
        self.add(_negative(change))

    def add(self, other: Tally) -> None:
        """Takes in what was counted elsewhere."""
        for name in ("cases", "changed", "renamed", "gone", "asked", "undecided"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.what.update(other.what)
        self.moves.update(other.moves)
        self.rules.update(other.rules)
        for name, clock in other.clocks.items():
            own = self.clocks[name]
            for each in _COUNTED:
                setattr(own, each, getattr(own, each) + getattr(clock, each))
            own.late = _sum(own.late, clock.late)
        for key, work in other.days.items():
            mine = self.days.setdefault(key, Work())
            mine.lead, mine.support = _sum(mine.lead, work.lead), _sum(mine.support, work.support)

    def load(self) -> Iterator[Load]:
        """By unit, whoever's share moves most first."""
        found: dict[str, list[Work]] = {}
        for (_day, unit), work in self.days.items():
            found.setdefault(unit, []).append(work)
        loads = [_load(unit, works) for unit, works in found.items()]
        yield from sorted(loads, key=lambda load: (-_moved(load.whole), load.unit))

    def length(self) -> int:
        """How many days had any case."""
        return len({day for day, _unit in self.days})


def _negative(change: Change) -> Tally:
    once = Tally()
    once.change(change)
    once.changed = -1
    once.what = Counter(dict.fromkeys(once.what, -1))
    once.moves = Counter(dict.fromkeys(once.moves, -1))
    once.rules = Counter(dict.fromkeys(once.rules, -1))
    for clock in once.clocks.values():
        for each in _COUNTED:
            setattr(clock, each, -getattr(clock, each))
        clock.late = (-clock.late[0], -clock.late[1])
    return once


def _load(unit: str, works: Iterable[Work]) -> Load:
    whole, peak = Work(), (0, 0)
    for work in works:
        whole = Work(_sum(whole.lead, work.lead), _sum(whole.support, work.support))
        peak = max(peak[0], work.lead[0]), max(peak[1], work.lead[1])
    return Load(unit, whole, peak)


def _moved(work: Work) -> int:
    return abs(work.lead[1] - work.lead[0]) + abs(work.support[1] - work.support[0])


def _more(pair: tuple[int, int], side: int) -> tuple[int, int]:
    return (pair[0] + (side == 0), pair[1] + (side == 1))


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]
