"""The one writer: commands from many threads, one transaction and one fsync for all that wait."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from referral_engine.store.errors import Conflict, unavailable
from referral_engine.store.stage import Ahead
from referral_engine.store.transaction import Tx

__all__ = ["Traffic", "Writer"]

T = TypeVar("T")

_TRIES = 5
# PostgreSQL (appendix A): serialisation failure, deadlock, key taken, and what those that shared
# the transaction with such a one are told. Decided again, it mostly goes through.
_COLLISIONS = {"40001", "40P01", "23505", "25P02"}


class Begin(Protocol):
    """What makes the transaction; `alone` says that it is for a single command."""

    def __call__(self, connection: Connection, *, alone: bool) -> Tx: ...


class _Job(NamedTuple):
    command: Callable[[Tx], Any]
    future: Future[Any]
    ahead: Ahead | None = None


class Traffic(NamedTuple):
    """What one writer has done since it began: transactions, those that met somebody else's and
    were begun again, and how many commands wait now.
    """

    commits: int = 0
    conflicts: int = 0
    waiting: int = 0


class Writer:
    """A thread with the only writing connection of this process.

    A command may be run more than once when its commit met a conflict, so it has no effect but
    through its transaction. Its future is resolved after the commit, in the order of submission.
    """

    def __init__(self, engine: Engine, begin: Begin, *, batch: int, waiting: int) -> None:
        """`batch` commands share a commit at most; `waiting` bounds the queue before it."""
        self._engine = engine
        self._begin = begin
        self._batch = batch
        self._jobs: queue.Queue[_Job | None] = queue.Queue(waiting)
        self._closing = threading.Lock()
        self._closed = False
        self._connection: Connection | None = None
        self._commits = self._conflicts = 0
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, command: Callable[[Tx], T], ahead: Ahead | None = None) -> Future[T]:
        """Queues a command; waits while the queue is full, which slows down whoever sends.

        `ahead` is what it will ask for: that of one transaction is looked up together.
        Raises RuntimeError once the writer is closed, or from within a command: it would wait
        for itself.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("a command may not start another transaction")
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise RuntimeError("the store is closed")
            self._jobs.put(_Job(command, future, ahead))
        return future

    def traffic(self) -> Traffic:
        """Its figures; written by its thread alone, so that reading needs no lock."""
        return Traffic(self._commits, self._conflicts, self._jobs.qsize())

    def close(self) -> None:
        """Commits what waits, then ends."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        going_on = True
        while going_on:
            jobs = [self._jobs.get()]
            while jobs[-1] is not None and len(jobs) < self._batch:
                try:
                    jobs.append(self._jobs.get_nowait())
                except queue.Empty:
                    break
            going_on = jobs[-1] is not None
            # A job whose future was cancelled meanwhile is left out.
            self._commit([j for j in jobs if j and j.future.set_running_or_notify_cancel()])
        self._disconnect()

    def _commit(self, jobs: list[_Job], tries: int = 1) -> None:
        if not jobs:
            return
        try:
            outcomes = self._transaction(jobs)
        except BaseException as error:  # noqa: BLE001 - the caller's to judge, in its own thread
            collided = _collided(error)
            self._conflicts += collided is not None
            if collided is None:
                self._disconnect()
            if collided is None or (tries >= _TRIES and len(jobs) == 1):
                for job in jobs:
                    job.future.set_exception(collided or _named(error))
            else:
                self._again(jobs, tries)
        else:
            self._commits += 1
            for job, (value, failure) in zip(jobs, outcomes, strict=True):
                if failure is None:
                    job.future.set_result(value)
                elif isinstance(failure, Conflict) and tries < _TRIES:
                    self._commit([job], tries + 1)  # its savepoint is gone, the others are kept
                else:
                    job.future.set_exception(failure)

    def _again(self, jobs: list[_Job], tries: int) -> None:
        """Somebody else wrote in between: all once more, then by halves, so that in the end only
        those that go on meeting somebody suffer.
        """
        if tries == 1 or len(jobs) == 1:
            self._commit(jobs, tries + 1)
            return
        middle = len(jobs) // 2
        self._commit(jobs[:middle])
        self._commit(jobs[middle:])

    def _transaction(self, jobs: list[_Job]) -> list[tuple[Any, BaseException | None]]:
        if self._connection is None:
            self._connection = self._engine.connect()
        alone = len(jobs) == 1
        with self._connection.begin() as transaction:
            tx = self._begin(self._connection, alone=alone)
            if not alone:
                tx.look_ahead([job.ahead for job in jobs if job.ahead is not None])
            outcomes = [_outcome(tx, job) for job in jobs]
            _raise_collisions(outcomes)
            if alone and outcomes[0][1] is not None:
                transaction.rollback()
            else:
                tx.finish()
        return outcomes

    def _disconnect(self) -> None:
        """The next transaction starts on a fresh connection: this one's state is not known."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def _outcome(tx: Tx, job: _Job) -> tuple[Any, BaseException | None]:
    try:
        return tx.attempt(job.command), None
    except BaseException as error:  # goes to the one who sent the command
        # A full disk may have rolled everything back: what followed would be kept row by row.
        if unavailable(error) and not _collided(error):
            raise
        return None, error


def _named(error: BaseException) -> BaseException:
    """A database that is full or away is told in words."""
    found = unavailable(error)
    if found is None:
        return error
    found.__cause__ = error
    return found


def _raise_collisions(outcomes: Iterable[tuple[Any, BaseException | None]]) -> None:
    """A command that decided on an older version keeps its Conflict; one whose statement the
    server gave up has spoilt the transaction for all.
    """
    for _value, failure in outcomes:
        if failure is not None and not isinstance(failure, Conflict) and _collided(failure):
            raise failure


def _collided(error: BaseException) -> Conflict | None:
    """The conflict in what a transaction ended with; None for any other failure."""
    if isinstance(error, Conflict):
        return error
    told = error.orig if isinstance(error, DBAPIError) else error
    taken = isinstance(error, IntegrityError) or getattr(told, "sqlstate", None) in _COLLISIONS
    if not taken:
        return None
    conflict = Conflict()
    conflict.__cause__ = error
    return conflict
