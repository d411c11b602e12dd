"""What a rehearsal came to, counted from the journal."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from referral_engine.model import event as e
from referral_engine.store import CaseFilter, CaseLine, Reader, Store

__all__ = ["Department", "OpenCase", "Tally", "tally"]


class Department(msgspec.Struct):
    """One department's part; ``by_plugin`` is how many of the claims its plugin made."""

    id: str
    offered: int = 0
    claimed: int = 0
    by_plugin: int = 0
    declined: int = 0
    reported: int = 0


class OpenCase(msgspec.Struct, frozen=True):
    """A case that is not over and what it waits for: a proposal's kind, or a clock and its end."""

    code: str
    state: str
    owner: str
    waits_for: str
    until: datetime | None


class Tally(msgspec.Struct, frozen=True):
    """``kinds`` counts events by kind; ``ownerless`` events without an owner (never any);
    ``open`` the cases that are not over; ``sealed`` is only a number."""

    cases: int
    events: int
    ownerless: int
    kinds: dict[str, int]
    states: dict[str, int]
    departments: tuple[Department, ...]
    open: tuple[OpenCase, ...]
    sealed: int


def tally(store: Store) -> Tally:
    """Counts the whole journal of `store`, event by event."""
    kinds: Counter[str] = Counter()
    departments: dict[str, Department] = {}
    units: dict[str, str] = {}
    ownerless = 0
    with store.reading() as reader:
        for stored in reader.all_events():
            event = stored.event
            kinds[e.event_name(event.body)] += 1
            ownerless += not event.owner
            _count(event, departments, units)
        lines = reader.cases(limit=1_000_000)
        waiting = tuple(_open(reader, line) for line in lines if line.state not in _OVER)
        sealed = len(reader.cases(limit=1_000_000, where=CaseFilter(sealed=True)))
    states = Counter(line.state for line in lines)
    ranked = sorted(departments.values(), key=lambda d: -d.offered)
    return Tally(
        cases=len(lines), events=kinds.total(), ownerless=ownerless, kinds=dict(kinds),
        states=dict(states), departments=tuple(ranked), open=waiting, sealed=sealed,
    )  # fmt: skip


_OVER = ("closed", "archived", "rejected", "redirected", "merged", "split", "withdrawn")


def _open(reader: Reader, line: CaseLine) -> OpenCase:
    loaded = reader.load(line.code)
    assert loaded is not None, "listed a moment ago"
    case = loaded.case
    proposed = [p.kind for p in case.proposals if p.state == "open"]
    clocks = sorted((d.due, d.name) for d in case.deadlines if d.open and d.due is not None)
    until, clock = clocks[-1] if clocks else (None, "")
    waits = f"sign:{proposed[-1]}" if proposed else clock
    return OpenCase(case.code, case.state, case.owner, waits, until)


def _count(event: e.Event, departments: dict[str, Department], units: dict[str, str]) -> None:
    body = event.body
    if isinstance(body, e.Offered):
        units[body.referral.id] = body.referral.unit
        departments.setdefault(body.referral.unit, Department(body.referral.unit)).offered += 1
        return
    part = departments.get(units.get(getattr(body, "referral", ""), ""))
    if part is None:
        return
    if isinstance(body, e.Claimed):
        part.claimed += 1
        part.by_plugin += event.by.id.startswith("plugin:")
    elif isinstance(body, e.Declined):
        part.declined += 1
    elif isinstance(body, e.Reported):
        part.reported += 1
