"""The sustained maximum of a number of workers, ours and the peer's, one after the other."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from benchmarks.province.effort import spent
from benchmarks.province.engine import fleet
from benchmarks.province.peer import peers
from benchmarks.province.process import driver
from benchmarks.province.steps import counts, read_steps
from referral_engine.store import Store

__all__ = ["Server", "Sustained", "sustained"]


class Server:
    """The PostgreSQL of the benchmark, with a fresh database for each run."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.pid = int((server.pgdata / "postmaster.pid").read_text().split()[0])

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        self._server.psql(f"CREATE DATABASE {name}")
        yield self._server.get_uri(name)
        self._server.psql(f"DROP DATABASE {name} WITH (FORCE)")


class Run(NamedTuple):
    """`seconds` of the wall, `effort` in seconds of processors, all processes together."""

    seconds: float
    effort: float


class Sustained(NamedTuple):
    workers: int
    cases: int
    ours: Run
    theirs: Run

    @property
    def ratio(self) -> float:
        return self.theirs.seconds / self.ours.seconds

    @property
    def effort_ratio(self) -> float:
        return self.theirs.effort / self.ours.effort

    @property
    def rate(self) -> float:
        """Cases a second."""
        return self.cases / self.ours.seconds


def sustained(server: Server, config: Path, workers: int, cases: int, seed: int) -> Sustained:
    """Ours, then the peer with the very rows that ours left. Raises RuntimeError where the two do
    not end with the same number of rows in each table.
    """
    with server.database("ours") as url:
        with fleet(url, config, workers, seed) as made:
            warm = made.warm()
            before = spent([*made.processes, server.pid])
            seconds = made.take(cases)
            ours = Run(seconds, spent([*made.processes, server.pid]) - before)
        with psycopg.connect(url) as connection:
            steps, intakes = read_steps(connection)
            wanted = counts(connection)
    file = config.parent / "steps.pickle"
    file.write_bytes(pickle.dumps(steps))
    with server.database("peer") as url:
        Store.open(driver(url)).close()
        with peers(url, file, workers) as others:
            others.take(intakes[:warm])
            before = spent([*others.processes, server.pid])
            seconds = others.take(intakes[warm:])
            theirs = Run(seconds, spent([*others.processes, server.pid]) - before)
            found = counts(others.connection)
    if found != wanted:
        raise RuntimeError(f"not the same rows: {found} instead of {wanted}")
    return Sustained(workers, cases, ours, theirs)
