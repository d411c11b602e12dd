"""Truth is our rows: an append-only, chained journal of events, and what is derived from it."""

from __future__ import annotations

from referral_engine.store.checkpoints import Checkpoint
from referral_engine.store.decisions import END as LAST_STRETCH
from referral_engine.store.decisions import Period, RecordedDecision
from referral_engine.store.engine import DaemonLock
from referral_engine.store.errors import Conflict
from referral_engine.store.figures import BoxFigures, Figures, Taken
from referral_engine.store.history import Workload
from referral_engine.store.incoming import Came
from referral_engine.store.journal import START, Position, StoredEvent
from referral_engine.store.keyring import Keyring
from referral_engine.store.listing import Access, CaseFilter, CaseLine, InboxLine
from referral_engine.store.outages import Outage
from referral_engine.store.outbox import DeadLetter
from referral_engine.store.precedents import Candidate, Past
from referral_engine.store.reader import Reader
from referral_engine.store.rulebook import AT_ONCE, Publication, PublicationState, Terms
from referral_engine.store.stage import Ahead, IntakeSeen, Loaded, Seen
from referral_engine.store.store import Store, township_segment
from referral_engine.store.tokens import Token
from referral_engine.store.transaction import Tx
from referral_engine.store.wakeups import ClaimedWakeup
from referral_engine.store.work import MAX_CLAIMS, Claimed
from referral_engine.store.writer import Traffic

__all__ = [
    "AT_ONCE",
    "LAST_STRETCH",
    "MAX_CLAIMS",
    "START",
    "Access",
    "Ahead",
    "BoxFigures",
    "Came",
    "Candidate",
    "CaseFilter",
    "CaseLine",
    "Checkpoint",
    "Claimed",
    "ClaimedWakeup",
    "Conflict",
    "DaemonLock",
    "DeadLetter",
    "Figures",
    "InboxLine",
    "IntakeSeen",
    "Keyring",
    "Loaded",
    "Outage",
    "Past",
    "Period",
    "Position",
    "Publication",
    "PublicationState",
    "Reader",
    "RecordedDecision",
    "Seen",
    "Store",
    "StoredEvent",
    "Taken",
    "Terms",
    "Token",
    "Traffic",
    "Tx",
    "Workload",
    "township_segment",
]
