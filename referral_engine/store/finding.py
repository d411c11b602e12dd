"""What an audit found."""

from __future__ import annotations

import msgspec

__all__ = ["Finding"]


class Finding(msgspec.Struct, frozen=True):
    """The first event of `case` that does not fit is `seq` (from 1); `what` is wrong with it.

    `case` is empty and `seq` 0 where a checkpoint or the mediators' ledger does not fit. Codes:
    EVENT_ALTERED, EVENT_MISSING, EVENT_UNREADABLE, CHAIN_BROKEN, NOT_APPLICABLE, ONE_PERSON,
    EVENTS_CUT, EVENTS_GONE, NO_FILE, CASE_GONE, PROJECTION, CHECKPOINT, LEDGER_UNBALANCED,
    LEDGER_GAP; of work that should have been done (`watch.py`): TIMER_LATE, LEASE_LOST, NO_TIMER,
    NO_CLOCK, CALL_AFTER_END.
    """

    code: str
    case: str
    seq: int
    what: str

    def __str__(self) -> str:
        place = f"{self.case} event {self.seq}: " if self.case else ""
        return f"{self.code} {place}{self.what}"
