"""Asking a department in its own process or thread: a reply, or what it raised."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from referral_engine.plugins.department import Department
from referral_engine.plugins.mistake import Unusable
from referral_engine.plugins.protocol import LONGEST_ANSWER, Answered, Ask, Raised
from referral_engine.plugins.redaction import describe, trace_of
from referral_engine.plugins.reply import answer_of

__all__ = ["respond"]

# Room for the frame around the answer.
_LONGEST = LONGEST_ANSWER - 1024


def respond(departments: Mapping[str, Department], ask: Ask) -> Answered | Raised:
    """Never raises an Exception; SystemExit and the like pass through."""
    try:
        reply = departments[ask.department].answer(ask.verb, ask.referral, ask.detail)
    except Exception as error:  # noqa: BLE001 - a guest may raise anything
        out = isinstance(error, MemoryError)
        return Raised(ask.number, describe(error, ask.referral), trace_of(error), ends=out)
    try:
        packed = msgspec.msgpack.encode(answer_of(reply))
        if len(packed) > _LONGEST:
            raise Unusable(f"{len(packed)} bytes")
    except Exception as error:  # noqa: BLE001 - so may what it returned, while it is packed
        return Raised(ask.number, describe(error, ask.referral), "", garbage=True)
    return Answered(ask.number, packed)
