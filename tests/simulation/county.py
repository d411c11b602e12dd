"""The engine that is simulated: a small county, its store wiped between two seeds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from referral_engine.clock import VirtualClock
from referral_engine.desk import Desk
from referral_engine.store import Keyring, Store
from referral_engine.store.tables import metadata
from tests.simulation.baton import Baton
from tests.simulation.writing import SteppedWriter
from tests.unit.flow.play import at, setting, workspace

__all__ = ["START", "County", "opened"]

START = at("10-12 09:00")
_KEPT = frozenset({"setting", "rule_set", "publication", "org_version"})


class County:
    """A real store in memory-backed files, its rules published and compiled once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.baton = Baton()
        self.rules = setting().rules
        self.workspace = workspace()
        writer = store._writer
        assert writer is not None
        assert store._writer_engine is not None
        writer.close()
        self.writer = SteppedWriter(store._writer_engine, store._begin, self.baton)
        store._writer = self.writer
        self.desk(VirtualClock(START)).rulebook.publish(
            self.rules.rule_set, "simulation", "trial", START
        )

    def desk(self, clock: VirtualClock) -> Desk:
        """The door as a process of its own has it."""
        desk = Desk(self.store, self.workspace, clock)
        desk.rulebook.lend(self.rules)
        return desk

    def wipe(self) -> None:
        """As if nothing had ever come in."""
        self.writer.queue.clear()
        self.store.transact(lambda tx: None)
        with self.store._writer_engine.begin() as connection:  # type: ignore[union-attr]
            for table in metadata.tables.values():
                if table.name not in _KEPT:
                    connection.execute(table.delete())
            connection.execute(text("DELETE FROM sqlite_sequence"))
            connection.execute(text("DELETE FROM setting WHERE name = 'clock_accepted'"))


@contextmanager
def opened() -> Iterator[County]:
    """A county in a folder that is gone afterwards; in memory, where the machine has such a one."""
    memory = Path("/dev/shm")
    with (
        tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder,
        Store.open(
            f"sqlite:///{folder}/simulated.db", Keyring([bytes(range(32))]), power_safe=False
        ) as store,
    ):
        yield County(store)
