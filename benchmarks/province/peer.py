"""The peer: bare procrastinate, each job one transaction of bare SQL that writes what ours wrote.

Its settings are the best found: asynchronous tasks, several at a time in a process on pooled
connections, procrastinate's own in autocommit; the statements of a transaction in one pipeline;
jobs deferred in the same transaction and deleted when done; LISTEN/NOTIFY. The sender writes a case
itself, like ours, and defers what follows. One job a plugin call, one for the notices of a step.
"""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from psycopg_pool import AsyncConnectionPool

from benchmarks.province.process import end, start
from benchmarks.province.steps import Step

__all__ = ["Peers", "peers"]

_SLOTS = 8
"""Jobs at a time in a process, and transactions of the sender."""
_REST = 0.02
_DEFER = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)"
    " VALUES ('steps', %s, 0, %s)"
)
_DELIVERED = (
    "UPDATE notice SET status = 'done', lease_until = 0, fence = 1, claims = 1"
    " WHERE effect_key = ANY(%s)"
)
_NOW = "(extract(epoch FROM clock_timestamp()) * 1e6)::bigint"


class Writing:
    """Writes steps, each in one transaction."""

    def __init__(self, steps: list[Step], pool: AsyncConnectionPool[Any]) -> None:
        self._steps, self._pool = steps, pool

    async def step(self, number: int) -> None:
        step = self._steps[number]
        jobs = [("step", json.dumps({"number": each})) for each in step.follow]
        if step.notices:
            jobs.append(("notices", json.dumps({"number": number})))
        async with self._pool.connection() as connection, connection.pipeline():
            for sql, rows in step.statements:
                for row in rows:
                    await connection.execute(sql, row)
            for job in jobs:
                await connection.execute(_DEFER, job)

    async def notices(self, number: int) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(_DELIVERED, [self._steps[number].notices])


async def _plain(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


async def work(url: str, steps: list[Step]) -> None:
    """A worker process."""
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    connector = PsycopgConnector(conninfo=url, min_size=2, max_size=_SLOTS + 2, configure=_plain)
    app = App(connector=connector)
    async with AsyncConnectionPool(url, min_size=_SLOTS, max_size=_SLOTS) as pool:
        writing = Writing(steps, pool)
        app.task(name="step", queue="steps")(writing.step)
        app.task(name="notices", queue="steps")(writing.notices)
        async with app.open_async():
            print("ready", flush=True)
            await app.run_worker_async(
                queues=["steps"], concurrency=_SLOTS, delete_jobs="always",
                fetch_job_polling_interval=1.0,
            )  # fmt: skip


async def send(url: str, steps: list[Step]) -> None:
    """The sender: a list of steps a line, by number."""
    async with AsyncConnectionPool(url, min_size=_SLOTS, max_size=_SLOTS) as pool:
        writing = Writing(steps, pool)
        print("ready", flush=True)
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            waiting: Iterator[int] = iter(json.loads(line))

            async def some(numbers: Iterator[int]) -> None:
                for number in numbers:
                    await writing.step(number)

            await asyncio.gather(*(some(waiting) for _slot in range(_SLOTS)))
            print("done", flush=True)


class Peers:
    """Workers and a sender of the peer on one database."""

    def __init__(self, url: str, processes: list[subprocess.Popen[str]]) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self._sender = processes[0]
        self.processes = [each.pid for each in processes]

    def take(self, intakes: list[int]) -> float:
        """Takes these cases in; seconds until no job is left."""
        assert self._sender.stdin is not None
        assert self._sender.stdout is not None
        began = self._ask(f"SELECT {_NOW}")[0]
        self._sender.stdin.write(json.dumps(intakes) + "\n")
        self._sender.stdin.flush()
        if self._sender.stdout.readline() != "done\n":
            raise RuntimeError("the sender failed")
        while True:
            left, now = self._ask(f"SELECT EXISTS (SELECT FROM procrastinate_jobs), {_NOW}")
            if not left:
                return float(now - began) / 1e6
            time.sleep(_REST)

    def _ask(self, query: str) -> tuple[Any, ...]:
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return row


@contextmanager
def peers(url: str, steps: Path, workers: int) -> Iterator[Peers]:
    """So many workers and a sender; `steps` is the file in which they lie."""
    with ExitStack() as stack:
        started = []
        for role in ("send", *["work"] * workers):
            started.append(start(["-m", "benchmarks.province.peer", role, url, steps]))
            stack.callback(end, started[-1])
        for each in started:
            assert each.stdout is not None
            if each.stdout.readline() != "ready\n":
                raise RuntimeError("a process of the peer did not start")
        made = Peers(url, started)
        stack.callback(made.connection.close)
        yield made


def main(role: str, url: str, file: str) -> None:
    steps = pickle.loads(Path(file).read_bytes())  # noqa: S301 - written by this benchmark
    asyncio.run({"send": send, "work": work}[role](url, steps))


if __name__ == "__main__":
    main(*sys.argv[1:])
