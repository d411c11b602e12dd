"""The store's writer without a thread of its own: the scheduler says when it commits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Engine

from referral_engine.store import Tx
from referral_engine.store.stage import Ahead
from referral_engine.store.writer import Begin, Traffic, Writer
from tests.simulation.baton import Baton

__all__ = ["Job", "SteppedWriter"]

T = TypeVar("T")


class _Promise(Future[T]):
    """Whoever waits for it gives the baton back until it is committed."""

    def __init__(self, baton: Baton) -> None:
        super().__init__()
        self._baton = baton

    def result(self, timeout: float | None = None) -> T:
        task = self._baton.running
        if not self.done():
            assert task is not None, "only a task waits"
            task.pause("commit", self.done)
        return super().result(0)


class Job:
    """As the writer's own, and whose it is: a process that dies takes what it had queued along."""

    def __init__(
        self, command: Callable[[Tx], Any], owner: object, future: Future[Any] | None = None,
        ahead: Ahead | None = None,
    ) -> None:  # fmt: skip
        self.command, self.owner, self.ahead = command, owner, ahead
        self.future = Future() if future is None else future


class SteppedWriter(Writer):
    """Commits when it is told to; everything else is the writer's."""

    def __init__(self, engine: Engine, begin: Begin, baton: Baton) -> None:
        self._engine = engine
        self._begin = begin
        self._connection = None
        self._commits = self._conflicts = 0
        self._baton = baton
        self.queue: list[Job] = []

    def submit(self, command: Callable[[Tx], T], ahead: Ahead | None = None) -> Future[T]:
        task = self._baton.running
        future: Future[T] = _Promise(self._baton)
        job = Job(command, task.owner if task else None, future, ahead)
        if task is None:  # the scheduler's own questions
            self._commit([job])  # type: ignore[list-item]
        else:
            self.queue.append(job)
        return future

    def commit(self, count: int) -> bool:
        """The first so many that wait, in one transaction; whether they changed anything."""
        before = self._changes()
        jobs, self.queue = self.queue[:count], self.queue[count:]
        self._commit(jobs)  # type: ignore[arg-type]
        return self._changes() != before

    def _changes(self) -> int:
        if self._connection is None:
            return -1
        changed: int = self._connection.connection.dbapi_connection.total_changes  # type: ignore[union-attr]
        return changed

    def forget(self, owner: object) -> None:
        """Whoever sent them is gone."""
        self.queue = [job for job in self.queue if job.owner is not owner]

    def traffic(self) -> Traffic:
        return Traffic(self._commits, self._conflicts, len(self.queue))

    def close(self) -> None:
        self._disconnect()
