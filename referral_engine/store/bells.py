"""Bells: procrastinate jobs that say `there is work in this lane`, put in with the work itself.

The rows of the outboxes and wake-ups are the truth; a bell only brings a worker to them, on
whichever machine. It is rung in the transaction that writes the work, so that no work is committed
without one, and a lost bell is rung again by whoever looks at what is due (`runner/postgres.py`).

One job for each lane and ringing process waits at most, however many rows it stands for: the
queue stays a few hundred rows long, behind a department that hangs as well as in a tenfold hour.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from referral_engine.store.engine import take_turn
from referral_engine.store.prepared import Prepared

__all__ = ["CALLS", "CASES", "NOTICES", "Bell", "install", "renew", "ring", "silence"]


class Bell(NamedTuple):
    """`task` says what to do, in a `lane` where one is named: the department of a call."""

    task: str
    lane: str = ""

    @property
    def queue(self) -> str:
        """A worker listens to the queues of the departments whose plugins it has.

        Named by a digest: PostgreSQL's channels, which carry a queue's name, have 63 bytes.
        """
        if not self.lane:
            return self.task
        return f"{self.task}.{hashlib.blake2s(self.lane.encode(), digest_size=8).hexdigest()}"

    @property
    def lock(self) -> str | None:
        """Of the bells with one lock procrastinate has one answered at a time, on all machines:
        a department gets one call after the other.
        """
        return f"{self.task}/{self.lane}" if self.lane else None


CASES = Bell("cases")
NOTICES = Bell("notices")
CALLS = "calls"

# A bell that waits already is locked until our commit: a worker that looks for bells skips it
# until then, so that none is answered before what it stands for can be seen. A bell that is just
# being answered waits no longer, and is put in anew.
_RING = Prepared(text(
    "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)"
    " SELECT queue, task, lock, bell, jsonb_build_object('lane', lane)"
    " FROM unnest(CAST(:queues AS text[]), CAST(:tasks AS text[]), CAST(:locks AS text[]),"
    " CAST(:bells AS text[]), CAST(:lanes AS text[])) AS rung (queue, task, lock, bell, lane)"
    " ON CONFLICT (queueing_lock) WHERE status = 'todo'"
    " DO UPDATE SET priority = procrastinate_jobs.priority"
))  # fmt: skip
_SILENCE = text(
    "DELETE FROM procrastinate_jobs WHERE status = 'todo'"
    " AND queue_name = ANY(CAST(:queues AS text[]))"
)
# Read from the table: to_regclass may answer from before the turn was waited for.
_THERE = text(
    "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'procrastinate_jobs'"
    " AND relnamespace = current_schema()::regnamespace)"
)
_REMOVE = text(
    "DO $$ DECLARE each regprocedure; BEGIN"
    " DROP TABLE IF EXISTS procrastinate_periodic_defers, procrastinate_events,"
    " procrastinate_jobs, procrastinate_workers CASCADE;"
    " FOR each IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'procrastinate\\_%'"
    " AND pronamespace = current_schema()::regnamespace LOOP"
    " EXECUTE 'DROP FUNCTION ' || each || ' CASCADE'; END LOOP;"
    " DROP TYPE IF EXISTS procrastinate_job_to_defer_v1, procrastinate_job_status,"
    " procrastinate_job_event_type CASCADE; END $$"
)


def ring(connection: Connection, bells: Iterable[Bell], ringer: str) -> None:
    """Has the bells rung with the commit; `ringer` names this process.

    Bells of several processes are rows of their own: one that is not committed yet would make
    the others wait.
    """
    ordered = sorted(set(bells))
    if not ordered:
        return
    _RING.touched(
        connection,
        queues=[bell.queue for bell in ordered],
        tasks=[bell.task for bell in ordered],
        locks=[bell.lock for bell in ordered],
        bells=[f"{bell.task}/{bell.lane}/{ringer}" for bell in ordered],
        lanes=[bell.lane for bell in ordered],
    )


def silence(connection: Connection, bells: Iterable[Bell]) -> None:
    """Takes back bells of lanes that nobody answers."""
    if connection.dialect.name == "postgresql":
        connection.execute(_SILENCE, {"queues": [bell.queue for bell in bells]})


def install(engine: Engine) -> None:
    """Makes procrastinate's own tables on a PostgreSQL that has none yet."""
    with engine.begin() as connection:
        if connection.execute(_THERE).scalar_one():
            return
        take_turn(connection)
        if not connection.execute(_THERE).scalar_one():
            _apply(connection)


def renew(connection: Connection) -> None:
    """Makes procrastinate's tables as the installed version wants them.

    Nothing is lost with the old ones: what is due is rung for again. Stop all workers first.
    """
    take_turn(connection)
    connection.execute(_REMOVE)
    _apply(connection)


def _apply(connection: Connection) -> None:
    from procrastinate.schema import SchemaManager

    # Without parameters the driver takes several statements at once, and no `%` for a mark.
    connection.connection.cursor().execute(SchemaManager.get_schema())
