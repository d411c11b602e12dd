"""One worker of many on PostgreSQL: any number of them, on any machines, without a leader.

The rows of the store are the truth and the leases on them decide who does what. Workers learn of
new work by bells, procrastinate jobs that were committed with it (`store/bells.py`); each also
looks itself at what has become due, a timer or a retry, and rings for that.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from referral_engine.clock import DatabaseClock, monotonic
from referral_engine.errors import Unavailable
from referral_engine.runner.base import Runner
from referral_engine.runner.failing import name_failure
from referral_engine.runner.housekeeping import Housekeeping
from referral_engine.runner.listener import Counter, Listener
from referral_engine.runner.opening import KEPT, Beside, opened
from referral_engine.runner.orders import Orders, signals
from referral_engine.runner.resting import Rest
from referral_engine.store.bells import CALLS, CASES, NOTICES, Bell
from referral_engine.workspace import Workspace

__all__ = ["Worker", "run", "worker_name"]

log = logging.getLogger(__name__)

_LOOK = 0.5
"""Seconds between two looks at what has become due."""
_KEEP = KEPT / 4
_TURN = 1.0
"""Seconds after which whoever answers a bell lets others have their turn."""
_AWAY = 1.0
"""Seconds until a database that is away is asked again."""


def worker_name() -> str:
    """Tells this process from every other, on this machine and elsewhere."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


class Worker:
    """The loop of one process: looks, rings, keeps its leases; `Listener` answers the bells."""

    def __init__(
        self, runner: Runner, *, until_idle: bool, workers: int = 1, name: str = "",
        anchor: Path | None = None, orders: Orders | None = None,
    ) -> None:  # fmt: skip
        """`workers` calls of departments are made side by side."""
        if not isinstance(runner.clock, DatabaseClock):
            raise TypeError("workers on many machines go by the clock of their database")
        self.runner = runner
        self._clock = runner.clock
        self._until_idle = until_idle
        self._orders = orders or Orders()
        self._house = Housekeeping(runner, name or worker_name(), anchor=anchor)
        self._rest = Rest()
        self._stopped = False
        self._confirmed = False
        self._kept = monotonic()
        self._obey: dict[str, Callable[[], None]] = {
            "stop": self._end,
            "reload": self._house.take_workspace,
            "accept_time": self._house.accept_time,
        }
        self._listener = Listener(runner.desk.store.url, self._counters(max(1, workers)))

    def _counters(self, calls: int) -> list[Counter]:
        answers = {CASES.task: self._cases, NOTICES.task: self._notices}
        inside = Counter((CASES.queue, NOTICES.queue), answers, len(answers))
        served = [Bell(CALLS, unit).queue for unit in self.runner.departments.served]
        # To procrastinate no queues would mean all of them.
        return [inside, Counter(served, {CALLS: self._calls}, calls)] if served else [inside]

    def stop(self) -> None:
        """What is in hand is finished, then the loop ends."""
        self._orders.post("stop")

    def loop(self) -> None:
        """Until it is stopped, inference broke in this process or, with `until_idle`, nothing is
        due and nobody, here or elsewhere, has anything in hand.
        """
        try:
            while self._goes_on():
                if self._tended():
                    # Not before the first pulse: what passed in a downtime blames nobody.
                    self._listener.start()
                    if self._until_idle and self._idle():
                        break
                self._goes_on(_LOOK)
        finally:
            self._listener.stop()
        self._house.checkpoint()

    def _goes_on(self, wait: float = 0.0) -> bool:
        """Does what was asked for, after waiting so many seconds for it; False to stop."""
        for order in self._orders.taken(wait):
            self._obey[order]()
        return not self._stopped and not self.runner.desk.broken

    def _end(self) -> None:
        self._stopped = True

    # -- what this process looks after --------------------------------------------------------
    def _tended(self) -> bool:
        """One look at everything; False while the database is away, which ends nothing."""
        try:
            self._clock.refresh()
            self._house.look()
            self._confirm()
            self._keep()
            if self._rest and not self._rest.wait:
                self.runner.let_go()
                self._rest.end()
            if not self._rest:
                self._ring()
        except Unavailable as error:
            self._rest.begin(error)
            self._goes_on(_AWAY)
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look may do
            name_failure("a look at what is due", error)
            self._goes_on(_AWAY)
            return False
        return True

    def _confirm(self) -> None:
        if not self._confirmed:
            self._house.confirm()
            self._confirmed = True

    def _keep(self) -> None:
        if monotonic() - self._kept >= _KEEP / timedelta(seconds=1):
            self._kept = monotonic()
            self.runner.desk.store.transact(self.runner.calling.keep)

    def _ring(self) -> None:
        """Rings for what has become due and nobody has in hand, whoever put it in."""
        now = self._clock.now()
        due = {box for box, at in self.runner.upcoming().items() if at <= now}
        if self.runner.suspended:
            due.discard("wakeup")
        if not due:
            return
        bells = [CASES] if due & {"wakeup", "follow_up"} else []
        bells += [NOTICES] if "notice" in due else []
        if "plugin_call" in due:
            bells += self._ready_calls()
        self.runner.desk.store.transact(lambda tx: tx.ring(bells))

    def _ready_calls(self) -> list[Bell]:
        store, now = self.runner.desk.store, self._clock.now()
        store.transact(self.runner.calling.dismiss)
        return [
            Bell(CALLS, unit) for unit in store.read(lambda r: self.runner.calling.ready(r, now))
        ]

    def _idle(self) -> bool:
        now = self._clock.now()
        if any(at <= now for at in self.runner.upcoming().values()):
            return False
        return not self.runner.desk.store.read(lambda reader: reader.in_hand(now))

    # -- what bells are answered with ---------------------------------------------------------
    def _cases(self, _lane: str) -> None:
        self._drain(CASES, self.runner.cases)

    def _notices(self, _lane: str) -> None:
        self._drain(NOTICES, self.runner.notices)

    def _calls(self, lane: str) -> None:
        self._drain(Bell(CALLS, lane), lambda: self.runner.calls(lane))

    def _drain(self, bell: Bell, step: Callable[[], bool]) -> None:
        """All that is due in a lane; after a while it queues up again behind the others.

        While the work rests nothing is done: what is due is rung for again.
        """
        if self._rest:
            return
        until = monotonic() + _TURN
        try:
            while not self._stopped and step():
                if monotonic() > until:
                    self.runner.desk.store.transact(lambda tx: tx.ring([bell]))
                    return
        except Unavailable as error:
            self._rest.begin(error)
        except Exception as error:  # noqa: BLE001 - what was claimed is found when its lease ends
            name_failure(f"work behind the bell {bell.task} {bell.lane}", error)


def run(
    workspace: Workspace, *, until_idle: bool = False, workers: int = 1, database: str = "",
    beside: Beside | None = None,
) -> int:  # fmt: skip
    """One worker, until a signal or, with `until_idle`, until nothing is due anywhere. Returns 0,
    or 1 where durable-rules failed in this process, which should be started anew.

    Raises Refused (STORE_UNREACHABLE, STORE_OUTDATED, ORG_STRANDS …).
    """
    # Every bell answered would be told.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    orders = Orders()
    with signals(orders), opened(workspace, "database", database, beside) as runner:
        worker = Worker(
            runner, until_idle=until_idle, workers=workers, anchor=workspace.config.anchor,
            orders=orders,
        )  # fmt: skip
        worker.loop()
        if broken := runner.desk.broken:
            log.critical("%s; start the worker again", broken)
    return 1 if broken else 0
