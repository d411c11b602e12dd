"""Faults planted on purpose: what the simulation is worth is whether it finds them.

Each is a mistake somebody could make in a harmless-looking change. A mutation patches the engine
while it is planted; `python -m tests.simulation --table` says which seed finds which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any, NamedTuple
from unittest import mock

import msgspec

from referral_engine.flow import decide, draft, escalation
from referral_engine.model import command as c
from referral_engine.runner.base import Runner
from referral_engine.runner.calling import Calling
from referral_engine.store import Tx, history, outbox, stage
from referral_engine.store import transaction as tx_module
from referral_engine.store.stage import STEPS, Stage
from tests.simulation.writing import Job, SteppedWriter

__all__ = ["MUTATIONS", "Mutation"]

Patch = Callable[[], Any]


class Mutation(NamedTuple):
    """``breaks`` says what is wrong with it; ``patches`` plant it."""

    name: str
    breaks: str
    patches: tuple[Patch, ...]

    @contextmanager
    def planted(self) -> Iterator[None]:
        with ExitStack() as stack:
            for patch in self.patches:
                stack.enter_context(patch())
            yield


def _instead(owner: object, name: str, made: Callable[[Any], Any]) -> Patch:
    """`owner.name`, given as it was to `made`, is replaced by what that returns."""
    return lambda: mock.patch.object(owner, name, made(getattr(owner, name)))


def _sql(step: str, old: str, new: str) -> Patch:
    """One statement of the flush, in other words."""

    def changed(each: stage.Step) -> stage.Step:
        def sql(dialect: str) -> str:
            said = each.sql(dialect)
            assert old in said, "the mutation no longer bites"
            return said.replace(old, new)

        return each._replace(sql=sql) if each.name == step else each

    return lambda: mock.patch.object(stage, "STEPS", tuple(map(changed, STEPS)))


# -- calls ----------------------------------------------------------------------------------------
def _ended_first(make: Any) -> Any:
    def mutant(self: Calling, claimed: Any) -> None:
        self._desk.store.transact(lambda tx: tx.done_call(claimed.item_id, claimed.fence))
        make(self, claimed)

    return mutant


def _whoever_comes(_done: Any) -> Any:
    def mutant(connection: Any, box: Any, item_id: int, _fence: int) -> bool:
        found = outbox.update(box).where(box.c.item_id == item_id, box.c.status == "pending")
        return connection.execute(found.values(status="done", lease_until=0)).rowcount == 1

    return mutant


def _not_taken_back(_void: Any) -> Any:
    return lambda self, case, before: None


def _always_wanted(_wanted: Any) -> Any:
    return lambda case, call: True


def _over_at_once(claim: Any) -> Any:
    return lambda self, now, limit, lease, *rest, **how: claim(
        self, now, limit, timedelta(0), *rest, **how
    )


# -- timers ---------------------------------------------------------------------------------------
def _apart(commit: Any) -> Any:
    """The wake-up is written by a second commit: a crash in between loses it."""

    def mutant(self: SteppedWriter, count: int) -> bool:
        rows: list[Any] = []
        add = Stage.add

        def diverted(own: Stage, step: str, *added: Any) -> None:
            if step == "wakeup":
                rows.extend(added)
            else:
                add(own, step, *added)

        owner = self.queue[0].owner
        with mock.patch.object(Stage, "add", diverted):
            changed: bool = commit(self, count)
        if rows:
            self.queue.append(Job(lambda tx: add(tx._own, "wakeup", *rows), owner))
        return changed

    return mutant


def _not_moved(add: Any) -> Any:
    def mutant(self: Stage, step: str, *rows: Any) -> None:
        if step != "wakeup" or not self.rows.get("case_changed"):
            add(self, step, *rows)

    return mutant


def _early() -> Any:
    tick = decide.HANDLERS[c.Tick]

    def mutant(given: draft.Draft, command: Any) -> None:
        now, given.now = given.now, given.now + timedelta(minutes=10)
        try:
            tick(given, command)
        finally:
            given.now = now

    return mock.patch.dict(decide.HANDLERS, {c.Tick: mutant})


def _again(fire: Any) -> Any:
    def mutant(given: draft.Draft, clock: Any, mark: Any, *, acts: bool) -> None:
        fire(given, clock, mark, acts=acts)
        if not given.case.over and len(given.case.referrals) > 1:
            fire(given, clock, mark, acts=False)

    return mutant


def _every_rung(fire: Any) -> Any:
    return lambda given, clock, mark, *, acts: fire(given, clock, mark, acts=True)


def _no_downtime(beat: Any) -> Any:
    def mutant(connection: Any, runner: str, now: Any, gap: Any, *rest: Any) -> Any:
        return beat(connection, runner, now, timedelta(days=4000), *rest)

    return mutant


# -- commands -------------------------------------------------------------------------------------
def _ended_before(follow_up: Any) -> Any:
    def mutant(self: Runner, claimed: Any) -> Any:
        self.desk.store.transact(lambda tx: tx.done_follow_up(claimed.item_id, claimed.fence))
        return self.desk.store.write(lambda tx: self.desk.run(tx, claimed.work))

    return mutant


def _nothing_seen(_seen: Any) -> Any:
    return lambda self, who, key: None


def _keyless(commit: Any) -> Any:
    return lambda self, resolution, **how: commit(self, resolution, **{**how, "key": ""})


# -- notices, events ------------------------------------------------------------------------------
def _told_already(_tell: Any) -> Any:
    def mutant(self: Runner, claimed: Any, now: Any) -> None:
        def finish(tx: Tx) -> None:
            for each in claimed:
                tx.done_notice(each.item_id, each.fence)

        self.desk.store.transact(finish)
        for each in claimed:
            self._failure(each.work)

    return mutant


def _nobodys(record: Any) -> Any:
    def mutant(self: draft.Draft, body: Any, *, owner: str = "", engine: bool = False) -> None:
        record(self, body, owner=owner, engine=engine)
        if type(body).__name__ == "Declined":
            self._events[-1] = msgspec.structs.replace(self._events[-1], owner="")

    return mutant


def _loose(rows: Any) -> Any:
    def mutant(events: Any, head: bytes) -> Any:
        made, last = rows(events, head)
        return [(*row[:7], head, row[8]) for row in made], last

    return mutant


_WANTED = "referral_engine.runner.calling._wanted"
MUTATIONS: tuple[Mutation, ...] = (
    Mutation(
        "a call ended before it is made",
        "the commit that ends a call stands before the call: a crash in between loses it",
        (_instead(Calling, "make", _ended_first),),
    ),
    Mutation(
        "a call ended without its fence",
        "a worker whose lease ran out ends what another has in hand, whose answer is then late",
        (_instead(outbox, "done", _whoever_comes),),
    ),
    Mutation(
        "a lease that is over at once",
        "a call that one worker is making is made by another at the same time",
        (_instead(Tx, "claim_calls", _over_at_once),),
    ),
    Mutation(
        "calls that outlive their case",
        "what waits is not taken back when its case ends, nor is the case looked at before",
        (
            _instead(Tx, "_take_back_calls", _not_taken_back),
            lambda: mock.patch(_WANTED, _always_wanted(None)),
        ),
    ),
    Mutation(
        "a wake-up outside the transaction",
        "when to look at a case again is written by a second commit: a crash in between loses it",
        (_instead(SteppedWriter, "commit", _apart),),
    ),
    Mutation(
        "a wake-up that does not move",
        "a case that has changed is looked at when it would have been before",
        (_instead(Stage, "add", _not_moved),),
    ),
    Mutation(
        "a wake-up that is done with",
        "after one look at a case there is no other",
        (
            _sql(
                "wakeup_done",
                "due_at = (SELECT f.next_at FROM case_file f WHERE f.case_code ="
                " wakeup.case_code) WHERE",
                "due_at = NULL WHERE",
            ),
        ),
    ),
    Mutation("timers ten minutes early", "a mark fires before its moment", (_early,)),
    Mutation(
        "a mark fired twice",
        "the same share of the same clock has its effect again",
        (_instead(escalation, "_fire", _again),),
    ),
    Mutation(
        "every rung acts",
        "after downtime all the rungs that were passed have their effect, not the highest alone",
        (_instead(escalation, "_fire", _every_rung),),
    ),
    Mutation(
        "downtime that is not noticed",
        "a deadline that passed while nothing ran is held against a unit",
        (_instead(history, "beat", _no_downtime),),
    ),
    Mutation(
        "a follow-up ended before it is run",
        "the end of a command for another case does not share its commit",
        (_instead(Runner, "_follow_up", _ended_before),),
    ),
    Mutation(
        "keys neither looked up nor unique",
        "a command asked twice under one key is done twice",
        (
            _instead(Tx, "seen", _nothing_seen),
            _sql("command_key", "INSERT INTO", "INSERT OR IGNORE INTO"),
        ),
    ),
    Mutation(
        "keys not kept",
        "what a command came to is not stored under its key",
        (_instead(Tx, "commit_resolution", _keyless),),
    ),
    Mutation(
        "senders' keys neither looked up nor unique",
        "an issue sent twice makes two cases",
        (
            _instead(Tx, "intake_seen", _nothing_seen),
            _sql("intake_key", "INSERT INTO", "INSERT OR IGNORE INTO"),
        ),
    ),
    Mutation(
        "a notice ended before it is delivered",
        "a crash in between loses the word to a person",
        (_instead(Runner, "_tell", _told_already),),
    ),
    Mutation(
        "an event without an owner",
        "from a decline until the next event nobody owns the case",
        (_instead(draft.Draft, "record", _nobodys),),
    ),
    Mutation(
        "a loose chain",
        "events of one commit all name its first predecessor",
        (_instead(tx_module, "event_rows", _loose),),
    ),
)
