"""All cases of a store, on as many cores as wanted, with memory that does not grow with them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import msgspec

from referral_engine.desk.keeping import Steps
from referral_engine.desk.opening import open_store
from referral_engine.rules.tree import RuleSet
from referral_engine.store import LAST_STRETCH, Period, Store
from referral_engine.trial.backtest.compare import Change
from referral_engine.trial.backtest.tally import Tally
from referral_engine.trial.backtest.worker import Part, Stretch, Worker
from referral_engine.workspace import Workspace

__all__ = ["Backtest", "Request", "backtest", "cores", "keep"]

SIZE = 500
"""Cases in a stretch: one view of the store is open for some hundredths of a second."""
_AHEAD = 2
"""Stretches given out per process before one is waited for."""


class Request(msgspec.Struct, frozen=True):
    """What is compared: the ``before`` and ``after`` rule sets on cases registered in ``period``.

    ``now`` (UTC) judges what is still open; ``processes`` of 0 are as many as there are cores.
    """

    before: RuleSet
    after: RuleSet
    now: datetime
    period: Period = Period()
    processes: int = 0
    size: int = SIZE


class Backtest:
    """The sums, and the changed cases in the order of their codes, which lie on disk."""

    def __init__(
        self, tally: Tally, spool: IO[bytes], hidden: frozenset[str] = frozenset()
    ) -> None:
        self.tally = tally
        self._spool = spool
        self._hidden = hidden

    def changes(self) -> Iterator[Change]:
        """Each changed case that is not sealed."""
        for change in _read(self._spool):
            if change.case not in self._hidden:
                yield change


@contextmanager
def backtest(
    workspace: Workspace, request: Request, begin: Steps = lambda _total: lambda _more: None
) -> Iterator[Backtest]:
    """Decides every recorded case anew under both rule sets; `begin` is told how many there are,
    and then, stretch by stretch, how many are done.

    Raises Refused, Unavailable, FileNotFoundError where there is no store.
    """
    with ExitStack() as stack:
        spool = stack.enter_context(TemporaryFile(prefix="referral-backtest-"))
        store = stack.enter_context(open_store(workspace, existing=True, readonly=True))
        tally = Tally()
        done = begin(store.read(lambda reader: reader.count(sealed=False)))
        for part in stack.enter_context(_parts(workspace, store, request)):
            tally.add(part.tally)
            for change in part.changes:
                keep(spool, change)
            done(part.tally.cases)
        hidden = _sealed_meanwhile(store, spool, tally)
        yield Backtest(tally, spool, hidden)


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _sealed_meanwhile(store: Store, spool: IO[bytes], tally: Tally) -> frozenset[str]:
    """The cases that were sealed while others were still being decided, taken out of the sums."""
    hidden: set[str] = set()
    changes = _read(spool)
    while batch := {change.case: change for change in islice(changes, SIZE)}:
        sealed = store.read(lambda reader, codes=tuple(batch): reader.sealed_among(codes))  # type: ignore[misc]
        for code in sealed:
            tally.forget(batch[code])
        hidden |= sealed
    return frozenset(hidden)


def keep(spool: IO[bytes], change: Change) -> None:
    """Puts a change at the end of what `Backtest` reads."""
    spool.write(msgspec.json.encode(change) + b"\n")


def _read(spool: IO[bytes]) -> Iterator[Change]:
    spool.seek(0)
    decode = msgspec.json.Decoder(Change).decode
    for line in spool:
        yield decode(line)


# -- in one process or several ---------------------------------------------------------------------
@contextmanager
def _parts(workspace: Workspace, store: Store, request: Request) -> Iterator[Iterator[Part]]:
    processes = request.processes or cores()
    rules = (request.before, request.after)
    if processes == 1 or _few(store, request.size):
        worker = Worker(workspace, store, rules, request.now, request.period)
        yield map(worker.stretch, _stretches(store, request.size))
        return
    config = workspace.config
    given = (
        config.file, config.database, rules[0].sources, rules[1].sources, request.now,
        request.period,
    )  # fmt: skip
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_begin, initargs=given
    ) as pool:
        yield _in_order(pool, _stretches(store, request.size), processes * _AHEAD)


def _few(store: Store, size: int) -> bool:
    """Whether a second process would cost more than it saves."""
    return len(list(islice(_stretches(store, size), 4))) < 4


def _stretches(store: Store, size: int) -> Iterator[Stretch]:
    """Each asked for in a view of its own, so that none is open while the cases are decided."""
    after = ""
    while True:
        found = store.read(lambda reader, last=after: reader.stretch(last, size))  # type: ignore[misc]
        yield found
        if (after := found[1]) == LAST_STRETCH:
            return


def _in_order(
    pool: ProcessPoolExecutor, stretches: Iterator[Stretch], ahead: int
) -> Iterator[Part]:
    waiting: deque[Future[Part]] = deque(pool.submit(_stretch, s) for s in islice(stretches, ahead))
    while waiting:
        part = waiting.popleft().result()
        waiting.extend(pool.submit(_stretch, s) for s in islice(stretches, 1))
        yield part


_worker: list[Worker] = []
_open = ExitStack()
"""Keeps this process's store open for as long as it lives."""


def _begin(
    config: Path, database: str, before: dict[str, str], after: dict[str, str], now: datetime,
    period: Period,
) -> None:  # fmt: skip
    """Makes this process's worker."""
    opened = Workspace.open(config)
    settings = msgspec.structs.replace(opened.config, database=database, read_only=True)
    workspace = Workspace(settings, opened.org, opened.calendar)
    store = _open.enter_context(open_store(workspace, existing=True, readonly=True))
    rules = (workspace.stored_rules(before), workspace.stored_rules(after))
    _worker.append(Worker(workspace, store, rules, now, period))


def _stretch(stretch: Stretch) -> Part:
    return _worker[0].stretch(stretch)
