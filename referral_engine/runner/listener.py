"""Answers bells: procrastinate workers in a thread of their own, restarted when they fail."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Status
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.engine import make_url

from referral_engine.clock import monotonic
from referral_engine.runner.failing import name_failure

__all__ = ["Answer", "Counter", "Listener"]

log = logging.getLogger(__name__)

HEARTBEAT = 2.0
STALLED = 8.0
"""Seconds without a heartbeat after which a worker counts as dead and its bells are cleared."""
_POLL = 1.0
"""Seconds until a bell whose notification was lost is seen."""
_RESTART = 1.0
_AGAIN = 0.5
"""Seconds until whoever should end and does not is told again."""
_FRESH = 1.0
"""Seconds after its last use for which a connection counts as alive."""

Answer = Callable[[str], None]
"""Does what is due in a lane, in a thread of its own; never raises."""


class Counter(NamedTuple):
    """The bells of some queues, so many of which are answered side by side, by their task."""

    queues: Sequence[str]
    answers: Mapping[str, Answer]
    slots: int


class Listener:
    """Answers the bells of a PostgreSQL store between `start` and `stop`.

    procrastinate hands each bell to one worker, on whichever machine. A worker that died is known
    by its heartbeat; its bells are cleared by any other, and what they stood for is rung for
    again. Nothing here decides: a lost or doubled bell costs a look.
    """

    def __init__(self, url: str, counters: Sequence[Counter]) -> None:
        """`url` as SQLAlchemy takes it."""
        self._conninfo = _conninfo(url)
        self._counters = counters
        self._thread = threading.Thread(target=self._work, name="bells", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._ready = threading.Event()
        self._counting = threading.Lock()
        self._at_work = 0

    def start(self) -> None:
        """Begins to answer, unless it does already."""
        if not self._ready.is_set():
            self._thread.start()
            self._ready.wait()

    def stop(self) -> None:
        """Lets what is in hand come to its end."""
        if self._loop is not None and self._over is not None:
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()

    def _work(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        slots = sum(counter.slots for counter in self._counters)
        self._loop.set_default_executor(ThreadPoolExecutor(slots + 1, thread_name_prefix="bell"))
        self._ready.set()
        while not self._over.is_set():
            try:
                await self._answer(self._over)
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                name_failure("answering bells", error)
                await _pause(self._over, _RESTART)

    async def _answer(self, over: asyncio.Event) -> None:
        """Until `over`, or until one of its parts ends; raises what that part did."""
        app = self._app()
        async with app.open_async():
            parts = [asyncio.ensure_future(_sweep(app))]
            for number, counter in enumerate(self._counters):
                parts.append(asyncio.ensure_future(_worker(app, f"bells-{number}", counter)))
            ended = asyncio.ensure_future(over.wait())
            await asyncio.wait([*parts, ended], return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
            await self._ended(parts)
        for part in parts:
            if not part.cancelled() and (failure := part.exception()) is not None:
                raise failure

    async def _ended(self, parts: Sequence[asyncio.Future[None]]) -> None:
        """All of them have come to their end.

        A cancellation that meets a worker as it takes its first connection is lost in the pool,
        and the worker goes on; so it is said again, unless a bell is just being answered, which a
        second one would cut off.
        """
        left, told = set(parts), False
        while left:
            if not told or not self._at_work:
                for part in left:
                    part.cancel()
            told = True
            _done, left = await asyncio.wait(left, timeout=_AGAIN)

    def _app(self) -> App:
        slots = sum(counter.slots for counter in self._counters)
        connector = PsycopgConnector(
            pool_factory=_pool, conninfo=self._conninfo, min_size=1, max_size=slots + 4
        )
        app = App(connector=connector)
        for counter in self._counters:
            for task, answer in counter.answers.items():
                app.task(name=task)(self._told(answer))
        return app

    def _told(self, answer: Answer) -> Answer:
        def ring(lane: str) -> None:
            with self._counting:
                self._at_work += 1
            try:
                answer(lane)
            finally:
                with self._counting:
                    self._at_work -= 1

        return ring


class _Checks:
    """Whether a connection is alive; one used a moment ago is taken to be, as asking costs as much
    as a bell.
    """

    def __init__(self) -> None:
        self._used: WeakKeyDictionary[AsyncConnection[Any], float] = WeakKeyDictionary()

    async def __call__(self, connection: AsyncConnection[Any]) -> None:
        now = monotonic()
        if now - self._used.get(connection, -_FRESH) >= _FRESH:
            await AsyncConnectionPool.check_connection(connection)
        self._used[connection] = now


def _pool(**given: Any) -> AsyncConnectionPool[Any]:
    return AsyncConnectionPool(**given | {"check": _Checks(), "configure": _plain})


async def _plain(connection: AsyncConnection[Any]) -> None:
    """procrastinate says one statement at a time: a transaction around each costs twice more."""
    await connection.set_autocommit(True)


async def _worker(app: App, name: str, counter: Counter) -> None:
    await app.run_worker_async(
        queues=list(counter.queues),
        name=name,
        concurrency=counter.slots,
        delete_jobs="always",
        install_signal_handlers=False,
        fetch_job_polling_interval=_POLL,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=STALLED,
    )


async def _sweep(app: App) -> None:
    """Clears the bells of workers that died, as procrastinate leaves them `doing`."""
    while True:
        await app.job_manager.prune_stalled_workers(STALLED)
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            log.warning("bell %s of a dead worker is cleared", job.queueing_lock)
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
        await asyncio.sleep(HEARTBEAT)


async def _pause(over: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(over.wait(), seconds)
    except TimeoutError:
        return


def _conninfo(url: str) -> str:
    """The same address in libpq's words."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
