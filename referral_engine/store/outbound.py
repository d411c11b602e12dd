"""Calls, notices and commands for other cases, as rows of their outboxes and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from referral_engine.model.case import Case
from referral_engine.model.command import Request
from referral_engine.model.outcome import Call, Notice
from referral_engine.store.moment import micros
from referral_engine.store.stage import WITHDRAWN
from referral_engine.store.statements import Row
from referral_engine.store.vault import CaseKey

__all__ = [
    "call_rows",
    "follow_up_rows",
    "notice_rows",
    "read_call",
    "read_follow_up",
    "read_notice",
]

_encoder = msgspec.msgpack.Encoder()
_call = msgspec.msgpack.Decoder(Call)
_notice = msgspec.msgpack.Decoder(Notice)
_request = msgspec.msgpack.Decoder(Request)


def call_rows(calls: Iterable[Call], case: Case) -> list[Row]:
    """Rows of `plugin_call`, due at once or when they say.

    For a case that is over, only what it withdraws.
    """
    due = micros(case.last_at or case.registered_at)
    return [
        (c.key, c.case, c.unit, _encoder.encode(c), _due(c, due), c.referral, c.verb)
        for c in calls
        if c.verb == WITHDRAWN or not case.over
    ]


def _due(call: Call, now: int) -> int:
    return now if call.not_before is None else max(now, micros(call.not_before))


def notice_rows(notices: Iterable[Notice], now: datetime) -> list[Row]:
    """Rows of `notice`, due at once or after the quiet hours."""
    return [
        (n.key, n.case, n.to, _encoder.encode(n), micros(n.not_before or now), n.subject)
        for n in notices
    ]


def follow_up_rows(
    requests: Iterable[Request], source: str, sealing: CaseKey, due: datetime | None
) -> list[Row]:
    """Rows of `follow_up`. A request may hold a whole issue, so it lies under the data key of the
    case it comes from. Due at once where `due` is None.
    """
    at = 0 if due is None else micros(due)
    rows: list[Row] = []
    for request in requests:
        key = follow_up_key(request)
        payload = sealing.seal(f"follow_up/{key}", _encoder.encode(request))
        rows.append((key, source, request.case, payload, at))
    return rows


def follow_up_key(request: Request) -> str:
    """What makes a request unique: who asks, and under which key."""
    return f"{request.by.id}/{request.key}"


def read_call(payload: bytes) -> Call:
    return _call.decode(payload)


def read_notice(payload: bytes) -> Notice:
    return _notice.decode(payload)


def read_follow_up(key: str, payload: bytes, sealing: CaseKey) -> Request:
    """The request as it was put in; raises Refused (CONTENT_CHANGED)."""
    return _request.decode(sealing.open(f"follow_up/{key}", payload))
