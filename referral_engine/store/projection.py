"""What of a case is laid out in columns, so that queries need not open every snapshot.

The same functions fill the rows when a case changes and tell the audit what they should be.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from referral_engine.model.case import Case
from referral_engine.model.referral import Referral
from referral_engine.store.moment import micros
from referral_engine.store.statements import Row

__all__ = [
    "CASE_COLUMNS",
    "LINK_COLUMNS",
    "MOVED_COLUMNS",
    "REFERRAL_COLUMNS",
    "case_row",
    "linked",
    "moved_part",
    "only_moves",
    "pack",
    "referral_rows",
    "standing",
    "unpack",
]

CASE_COLUMNS = (
    "case_code", "version", "state", "is_open", "owner", "holder", "level", "channel", "category",
    "territory", "township", "path", "sealed", "reporter", "rule_set", "rule", "outcome",
    "merged_into", "problem", "incident", "received_at", "registered_at", "next_at", "closed_at",
    "head_hash", "snapshot",
)  # fmt: skip
REFERRAL_COLUMNS = (
    "case_code", "referral_id", "unit", "station", "part", "state", "is_open", "round_no",
    "whistle", "offered_at", "claimed_at", "reported_at", "due_name", "due_at",
)  # fmt: skip
LINK_COLUMNS = ("case_code", "other_code")
MOVED_COLUMNS = ("version", "next_at", "head_hash", "snapshot")
"""What every event changes. No index holds any of it: a wake-up that changes nothing else leaves
eight of them alone, each of which would be a page read and written somewhere in the file.
"""

_MOVED = tuple(CASE_COLUMNS.index(name) for name in MOVED_COLUMNS)
_STANDING = slice(CASE_COLUMNS.index("state"), CASE_COLUMNS.index("next_at"))
_CLOSED = CASE_COLUMNS.index("closed_at")

_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(Case)


def pack(case: Case) -> bytes:
    """The snapshot: the whole case as msgpack."""
    return _encoder.encode(case)


def unpack(snapshot: bytes) -> Case:
    """The case of a snapshot; raises msgspec.ValidationError when it holds none."""
    return _decoder.decode(snapshot)


def case_row(case: Case, head_hash: bytes, township: str) -> Row:
    """The row of `case_file`, in the order of CASE_COLUMNS."""
    *told, closed_at = standing(case, township)
    next_at = micros(case.next_at())
    return (case.code, case.version, *told, next_at, closed_at, head_hash, _encoder.encode(case))


def standing(case: Case, township: str) -> Row:
    """What of the row is none of MOVED_COLUMNS, but for the code, in the order of CASE_COLUMNS."""
    return (
        case.state,
        0 if case.over else 1,
        case.owner,
        case.holder,
        case.level,
        case.channel,
        case.category,
        case.territory,
        township,
        case.path,
        case.sealed,
        case.reporter,
        case.rule_set,
        case.rule,
        case.outcome,
        case.merged_into,
        case.problem,
        case.incident,
        micros(case.received_at),
        micros(case.registered_at),
        micros(case.closed_at),
    )


def moved_part(row: Row) -> Row:
    """Of a row of a case what belongs to MOVED_COLUMNS."""
    return tuple([row[place] for place in _MOVED])


def only_moves(row: Row, before: Case, township: str) -> bool:
    """Whether the case before stood as the row does in all but MOVED_COLUMNS."""
    *told, closed_at = standing(before, township)
    return row[_STANDING] == tuple(told) and row[_CLOSED] == closed_at


def referral_rows(case: Case) -> dict[str, Row]:
    """The rows of `referral` by referral id, in the order of REFERRAL_COLUMNS."""
    due: dict[str, tuple[datetime, str]] = {}
    for deadline in case.deadlines:
        if deadline.referral and deadline.due is not None and deadline.open:
            this = (deadline.due, deadline.name)
            due[deadline.referral] = min(due.get(deadline.referral, this), this)
    return {r.id: _referral_row(case.code, r, due.get(r.id)) for r in case.referrals}


def _referral_row(code: str, referral: Referral, due: tuple[datetime, str] | None) -> Row:
    return (
        code,
        referral.id,
        referral.unit,
        referral.station,
        referral.role,
        referral.state,
        1 if referral.open else 0,
        referral.round,
        referral.whistle,
        micros(referral.offered_at),
        micros(referral.claimed_at),
        micros(referral.reported_at),
        due[1] if due else "",
        micros(due[0]) if due else None,
    )


def linked(case: Case) -> frozenset[str]:
    """The codes of the cases this one is linked with or has absorbed."""
    return frozenset(case.links) | frozenset(case.absorbed)
