"""Where a store went: one that was carried elsewhere takes no further word."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from referral_engine.store.errors import store_moved
from referral_engine.store.tables import setting

__all__ = ["MOVED", "forget", "forward", "moved_to", "refuse_moved"]

MOVED = "moved_to"


def moved_to(connection: Connection) -> str:
    """Where the store was moved to; empty while it is here."""
    query = select(setting.c.value).where(setting.c.name == MOVED)
    found: bytes | None = connection.execute(query).scalar()
    return "" if found is None else found.decode()


def refuse_moved(connection: Connection) -> None:
    """Raises Refused (STORE_MOVED) for a store that was left."""
    if to := moved_to(connection):
        raise store_moved(to)


def forward(connection: Connection, to: str) -> None:
    """From now on the store says where it went; `to` holds no password."""
    connection.execute(insert(setting).values(name=MOVED, value=to.encode(), master_key_id=""))


def forget(connection: Connection) -> None:
    """The store is here."""
    connection.execute(delete(setting).where(setting.c.name == MOVED))
