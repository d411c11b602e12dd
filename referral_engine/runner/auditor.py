"""The auditor: every minute a bounded look at whether what should have been done was done.

It decides nothing and repairs nothing. What it finds is logged once, with code and case and nothing
else, counted for `/metrics`, and looked at again each round until it is gone.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime

from sqlalchemy import Connection

from referral_engine.desk.naming import in_log
from referral_engine.store import Store
from referral_engine.store.finding import Finding
from referral_engine.store.watch import (
    OpenPlace,
    calls_after_end,
    examined,
    next_cases,
    next_open,
    overdue,
)

__all__ = ["CODES", "Auditor"]

log = logging.getLogger(__name__)

CODES = (
    "TIMER_LATE", "LEASE_LOST", "NO_TIMER", "NO_CLOCK", "CALL_AFTER_END", "PROJECTION",
    "EVENT_ALTERED", "EVENT_MISSING", "EVENT_UNREADABLE", "CHAIN_BROKEN", "NOT_APPLICABLE",
    "ONE_PERSON",    "EVENTS_CUT", "EVENTS_GONE", "NO_FILE", "CASE_GONE",
)  # fmt: skip
"""Everything it can find: docs/monitoring.md says what each means and what to do."""

_CASES, _EVENTS, _OPEN, _CALLS = 200, 3_000, 100, 500
"""A round takes some tenths of a second; 288,000 cases come by in a day."""
_AGAIN = 100


class Auditor:
    """Goes round the cases of one store. One thread calls it."""

    def __init__(self, store: Store, cases: int = _CASES, opened: int = _OPEN) -> None:
        """So many `cases` come by in a round, and so many `opened` ones beside."""
        self._store = store
        self._size, self._open_size = cases, opened
        self._after, self._open, self._calls_after = "", OpenPlace(), ""
        self._in_cases: dict[str, tuple[Finding, ...]] = {}
        self._in_calls: dict[str, Finding] = {}
        self._known: frozenset[tuple[str, str]] = frozenset()
        self.audited = 0
        """Cases that came by; an open one comes by more often."""

    def look(self, now: datetime, *, timers: bool = True) -> list[Finding]:
        """One round at `now` (UTC), and all that does not fit as far as it knows.

        Without `timers` it is no fault that they stand still.
        """
        with self._store.reading() as reader:
            late = overdue(reader.connection, now) if timers else []
            self._look_at_calls(reader.connection)
            self._look_at_cases(reader.connection)
        found = [*late, *self._in_calls.values()]
        found += [each for _code, all_of in sorted(self._in_cases.items()) for each in all_of]
        self._tell(found)
        return found

    @staticmethod
    def counted(found: list[Finding]) -> dict[str, int]:
        """How many by code, naught included: a figure that was never there raises no alarm."""
        counts = Counter(each.code for each in found)
        return {code: counts.get(code, 0) for code in sorted({*CODES, *counts})}

    def _look_at_calls(self, connection: Connection) -> None:
        found, stretch = calls_after_end(connection, self._calls_after, _CALLS)
        kept = {c: each for c, each in self._in_calls.items() if not stretch.holds(c)}
        self._in_calls = kept | {each.case: each for each in found}
        self._calls_after = stretch.upto

    def _look_at_cases(self, connection: Connection) -> None:
        again = sorted(self._in_cases)[:_AGAIN]
        opened, self._open = next_open(connection, self._open, self._open_size)
        stretch = next_cases(connection, self._after, self._size, _EVENTS)
        self._after = stretch.upto
        named = {*again, *opened}
        found = [*examined(connection, stretch)]
        if others := [code for code in sorted(named) if not stretch.holds(code)]:
            found += examined(connection, others)
        self.audited += stretch.cases + len(others)
        for code in [c for c in self._in_cases if c in named or stretch.holds(c)]:
            del self._in_cases[code]
        for each in found:
            self._in_cases[each.case] = (*self._in_cases.get(each.case, ()), each)

    def _tell(self, found: list[Finding]) -> None:
        """What is new; whoever reads the log each minute would soon read it no more."""
        stands = frozenset((each.code, each.case) for each in found)
        for code, case in sorted(stands - self._known):
            named = in_log(self._store, case)
            log.error("audit: %s in case %s", code, named, extra={"code": code, "case": named})
        for code, case in sorted(self._known - stands):
            named = in_log(self._store, case)
            log.info(
                "audit: %s in case %s is gone", code, named, extra={"code": code, "case": named}
            )
        self._known = stands
