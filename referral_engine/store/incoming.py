"""What departments' systems tell of their own accord: once by the sender's key, each in its turn.

What came too early waits under the data key of its case; once it is settled, only that it came,
when, and what came of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Select, func, select, update

from referral_engine.store.moment import micros, moment
from referral_engine.store.statements import insert, run
from referral_engine.store.tables import incoming
from referral_engine.store.vault import CaseKey

__all__ = ["Came", "Incoming", "Status", "forget", "overdue", "untold"]

Status = Literal["done", "waiting", "refused"]
_i = incoming.c
_COLUMNS = (
    "unit", "sender_key", "case_code", "referral_id", "number", "body_hash", "status", "code",
    "reason", "payload", "received_at", "told",
)  # fmt: skip


class Came(NamedTuple):
    """One message: whose, under which key, about what, and what became of it.

    ``number`` is the sender's own count of messages about the referral, 0 where it does not count.
    ``body`` is what it said, only while it waits. ``code`` and ``reason`` say why it was refused.
    """

    unit: str
    key: str
    case: str
    referral: str
    number: int
    body_hash: bytes
    status: Status
    received_at: datetime
    code: str = ""
    reason: str = ""
    body: bytes = b""


class Incoming:
    """The messages of one transaction."""

    def __init__(self, connection: Connection, key_of: Callable[[str], CaseKey]) -> None:
        """``key_of`` gives the data key of a case."""
        self._connection = connection
        self._key_of = key_of

    def seen(self, unit: str, key: str) -> Came | None:
        """What came from this unit under this key before, without its body; None when new."""
        row = self._connection.execute(
            select(incoming).where(_i.unit == unit, _i.sender_key == key)
        ).one_or_none()
        return None if row is None else _came(row, b"")

    def last(self, referral: str) -> int:
        """The highest number of a settled message about the referral; 0 before the first."""
        query = select(func.max(_i.number)).where(
            _i.referral_id == referral, _i.status != "waiting"
        )
        return self._connection.execute(query).scalar() or 0

    def keep(self, came: Came, *, told: bool) -> None:
        """A new message. `told`: its sender has been answered already. Raises Conflict."""
        row = (
            came.unit, came.key, came.case, came.referral, came.number, came.body_hash,
            came.status, came.code, came.reason, self._sealed(came), micros(came.received_at),
            int(told),
        )  # fmt: skip
        run(self._connection, insert(self._connection.dialect.name, incoming, _COLUMNS), [row])

    def settle(self, came: Came) -> None:
        """What waited has come to its end; what it said is forgotten, and its sender is told."""
        self._connection.execute(
            update(incoming)
            .where(_i.unit == came.unit, _i.sender_key == came.key)
            .values(status=came.status, code=came.code, reason=came.reason, payload=b"", told=0)
        )

    def waiting(self, referral: str) -> list[Came]:
        """The messages about a referral that wait, in the order in which they make sense."""
        return self._waiting(select(incoming).where(_i.referral_id == referral))

    def waits(self, unit: str, key: str) -> Came | None:
        """One message with its body; None where it waits no more."""
        found = self._waiting(select(incoming).where(_i.unit == unit, _i.sender_key == key))
        return found[0] if found else None

    def tell(self, unit: str, keys: Sequence[str]) -> None:
        """The sender knows what became of these."""
        if keys:
            known = _i.unit == unit, _i.sender_key.in_(keys)
            self._connection.execute(update(incoming).where(*known).values(told=1))

    def _waiting(self, query: Select[Any]) -> list[Came]:
        rows = self._connection.execute(query.where(_i.status == "waiting")).all()
        found = [_came(row, self._opened(row)) for row in rows]
        return sorted(found, key=lambda came: (came.number, came.received_at, came.key))

    def _sealed(self, came: Came) -> bytes:
        return self._key_of(came.case).seal(_place(came.key), came.body) if came.body else b""

    def _opened(self, row: Any) -> bytes:
        return self._key_of(row.case_code).open(_place(row.sender_key), row.payload)


def overdue(connection: Connection, before: datetime, limit: int) -> list[tuple[str, str]]:
    """Unit and key of up to `limit` messages that wait since before a moment, oldest first."""
    query = select(_i.unit, _i.sender_key).where(
        _i.status == "waiting", _i.received_at < micros(before)
    )
    rows = connection.execute(query.order_by(_i.received_at, _i.sender_key).limit(limit))
    return [(row.unit, row.sender_key) for row in rows]


def untold(connection: Connection, unit: str, limit: int) -> list[Came]:
    """Up to `limit` settled messages whose sender does not know it yet, oldest first."""
    query = select(incoming).where(
        _i.unit == unit, _i.told == 0, _i.status.in_(("done", "refused"))
    )
    rows = connection.execute(query.order_by(_i.received_at, _i.sender_key).limit(limit))
    return [_came(row, b"") for row in rows]


def forget(connection: Connection, code: str) -> None:
    """Nothing that waits about a case is done any more: what it said is destroyed."""
    rows = _i.case_code == code, _i.status == "waiting"
    connection.execute(update(incoming).where(*rows).values(status="refused", payload=b""))


def _place(key: str) -> str:
    return f"incoming/{key}"


def _came(row: Any, body: bytes) -> Came:
    return Came(
        row.unit, row.sender_key, row.case_code, row.referral_id, row.number, row.body_hash,
        row.status, moment(row.received_at), row.code, row.reason, body,
    )  # fmt: skip
