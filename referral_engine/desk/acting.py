"""Acting on one case from outside: find it by whatever was printed, submit, try again."""

from __future__ import annotations

from referral_engine.desk.door import Answer, Desk
from referral_engine.flow.access import unknown_case
from referral_engine.model.case import Case
from referral_engine.model.command import Request
from referral_engine.store import Conflict, Store

__all__ = ["find_case", "submit"]

_TRIES = 5


def find_case(store: Store, id: str) -> Case:
    """The case behind its code, or the id of a referral, proposal or conference of it.

    For whoever hands a command to the door, which alone decides who may see it: nothing of the
    case is shown before. Raises Refused (UNKNOWN_CASE).
    """
    with store.reading() as reader:
        loaded = reader.load(id) or reader.load(id.partition("-")[0])
        if loaded is None and (code := reader.referral_case(id)) is not None:
            loaded = reader.load(code)
    if loaded is None:
        raise unknown_case(id)
    return loaded.case


def submit(desk: Desk, request: Request) -> Answer:
    """Like ``Desk.submit``, decided anew where another process was faster."""
    for _attempt in range(_TRIES - 1):
        try:
            return desk.submit(request)
        except Conflict:
            continue
    return desk.submit(request)
