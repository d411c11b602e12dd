"""What a killed process had in hand, and how long it took until somebody had it in hand again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from referral_engine.clock import SystemClock, monotonic

__all__ = ["Watch"]

_BOXES = ("plugin_call", "follow_up", "notice")
_HELD = " UNION ALL ".join(
    [
        f"SELECT '{box}' AS box, CAST(item_id AS TEXT) AS item, fence FROM {box}"
        " WHERE status = 'pending' AND lease_until > 0"
        for box in _BOXES
    ]
    # A wake-up that failed keeps its lease until it is tried again.
    + ["SELECT 'wakeup', case_code, fence FROM wakeup WHERE lease_until > 0 AND error = ''"]
)
_NOW = {
    box: "SELECT fence, lease_until, status = 'pending' AND due_at <= :now"
    f" FROM {box} WHERE item_id = :item"
    for box in _BOXES
} | {"wakeup": "SELECT fence, lease_until, due_at <= :now FROM wakeup WHERE case_code = :item"}


class _Item(NamedTuple):
    box: str
    item: str
    fence: int


class Watch:
    """Asked again and again; `swept` items were taken from the dead; `longest` s by box."""

    def __init__(self, database: str, *, alone: bool) -> None:
        """`alone`: a dead daemon was the only one, so whatever is held is the dead one's."""
        self._engine = create_engine(database, poolclass=NullPool)
        self._alone = alone
        self._missing: dict[_Item, float] = {}
        self.swept = 0
        self.longest: dict[str, float] = {}

    def died(self) -> None:
        """Somebody was killed just now."""
        at = monotonic()

        def note(connection: Connection) -> None:
            for row in connection.execute(text(_HELD)):
                self._missing.setdefault(_Item(*row), at)

        self._ask(note)

    def look(self) -> int:
        """Notes what has been taken in hand again; how many items are still missed."""

        def look(connection: Connection) -> None:
            for item in list(self._missing):
                self._look_for(connection, item)

        if self._missing:
            self._ask(look)
        return len(self._missing)

    def beats(self, pid: int, since: datetime) -> bool:
        """Whether the daemon of that number has left a pulse since then."""
        found: list[bool] = []

        def ask(connection: Connection) -> None:
            told = connection.execute(text("SELECT runner_id, seen_at FROM heartbeat"))
            found.extend(
                name == "embedded" or f":{pid}:" in name
                for name, at in told
                if at >= since.timestamp() * 1e6
            )

        self._ask(ask)
        return any(found)

    def _look_for(self, connection: Connection, missed: _Item) -> None:
        now = int(SystemClock().now().timestamp() * 1e6)
        item = missed.item if missed.box == "wakeup" else int(missed.item)
        row = connection.execute(text(_NOW[missed.box]), {"item": item, "now": now}).first()
        fence, lease, waits = row if row is not None else (missed.fence, 0, False)
        if fence > missed.fence:
            self.swept += 1
            took = monotonic() - self._missing.pop(missed)
            self.longest[missed.box] = max(self.longest.get(missed.box, 0.0), took)
        elif not waits or (lease == 0 and not self._alone):
            # Taken back, due at another time, or finished by somebody who lives.
            del self._missing[missed]

    def _ask(self, question: Callable[[Connection], None]) -> None:
        """In a view; not at all while the server is away."""
        with suppress(DBAPIError), self._engine.connect() as connection:
            question(connection)
