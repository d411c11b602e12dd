"""One seed: who runs, who dies, what is committed and how time goes on, all by one chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Protocol
from unittest import mock

from referral_engine.clock import VirtualClock
from referral_engine.runner.housekeeping import BEAT_EVERY, DOWN_AFTER
from tests.simulation.baton import Task
from tests.simulation.county import START, County
from tests.simulation.people import Person
from tests.simulation.processes import DEPARTMENTS, Process
from tests.simulation.watch import Broken, Watch

__all__ = ["World"]

_STEPS = 300
"""Decisions of the scheduler with faults; then everything is led to its end without any."""
_DEATHS = 0.03
"""The share of the decisions that somebody dies at."""
_FREEZES = 0.06
_FROZEN = (11, 12, 13, 30, 700)
"""Seconds for which a process stands still: longer than its leases, and back as if nothing was."""
_MOST_STEPS = 60_000
_PATIENCE = 30
"""Seconds: more than a lease of many workers; the only daemon lets go of its predecessor's."""
_AFTERMATH = timedelta(minutes=3)
"""What a worker that died held, or gave back for a later try, may still come late."""
_HORIZON = timedelta(days=6)
_RESTARTS = (0, 1, 5, 30, 600, 90_000)
"""Seconds until what died is there again; the last is longer than a day."""


class Actor(Protocol):
    tasks: list[Task]
    starts_at: datetime

    @property
    def alive(self) -> bool: ...
    def start(self) -> None: ...
    def die(self, until: timedelta) -> None: ...


class World:
    """A county, the processes that work on it, and people; `run` plays it to its end."""

    def __init__(self, county: County, seed: int) -> None:
        county.wipe()
        self.county = county
        self.random = Random(seed)
        self.clock = VirtualClock(START)
        self.started = START
        self.watch = Watch(county.store, DEPARTMENTS)
        self.faults = True
        self.moves = 0
        """Grows with every commit and every step of time: who idles looks again."""
        self.beaten: dict[str, datetime] = {}
        self.deaths = 0
        self.thawed: dict[object, datetime] = {}
        """Processes that stood still, and until when."""
        self._patience = _PATIENCE
        self._down_since: datetime | None = None
        self.steps = 0
        self.trace: list[str] = []
        embedded = self.random.random() < 0.5
        names = ["daemon"] if embedded else ["worker-1", "worker-2"]
        self._processes = [Process(self, name, embedded=embedded) for name in names]
        self._people = [Person(self, f"person-{n}") for n in range(2)]
        self.actors: list[Process | Person] = [*self._processes, *self._people]

    # -- for tasks ----------------------------------------------------------------------------
    def pause(self, place: str, ready: Callable[[], bool] | None = None) -> None:
        """Lets chance come in between; without tasks, in the end, nothing does."""
        if (task := self.county.baton.running) is not None:
            task.pause(place, ready) if ready else task.pause(place)

    def spawn(self, name: str, owner: object, body: Callable[[], None]) -> Task:
        return Task(self.county.baton, name, owner, body)

    # -- the play -----------------------------------------------------------------------------
    def run(self) -> None:
        """Raises Broken where an invariant does not hold."""
        with _codes_by(Random(self.random.random())):
            try:
                for actor in self.actors:
                    actor.start()
                for _step in range(_STEPS):
                    self._disturb()
                    if not self._step():
                        break
                self._settle()
                self.watch.conclude(self.clock.now())
            finally:
                for actor in self.actors:
                    actor.die(timedelta())

    def _settle(self) -> None:
        """Without faults: all die, and one process goes on by itself until nothing is due."""
        for actor in self.actors:
            actor.die(timedelta())
        self.faults = False
        self._note_downtime()
        self.watch.calm_since = self.clock.now() + _AFTERMATH
        heir = Process(self, "heir", embedded=self._processes[0].embedded)
        runner = heir.runner()
        if heir.embedded:
            self.county.store.transact(lambda tx: tx.release_claims())
        until = self.clock.now() + _HORIZON
        for _step in range(_MOST_STEPS):
            heir.beat()
            moved = runner.step()
            self.watch.look(self.clock.now())
            if not moved and not self._go_on(runner.next_moment(), until):
                return
        raise Broken("it comes to rest", f"not within {_MOST_STEPS} steps")

    def _go_on(self, to: datetime | None, until: datetime) -> bool:
        """To what comes next. What is due and not done waits for the lease of somebody dead."""
        if to is None or to > until:
            return False
        now = self.clock.now()
        if to > now:
            self._patience = _PATIENCE
        elif self._patience <= 0:
            raise Broken("it comes to rest", f"something due at {to} is never done")
        self._patience -= 1
        self.clock.set(max(to, now + timedelta(seconds=1)))
        return True

    def _disturb(self) -> None:
        chance = self.random
        if chance.random() < _DEATHS:
            victim = chance.choice(self.actors)
            if victim.alive:
                self._say(f"{victim.name} dies")
                self.deaths += 1
                victim.die(timedelta(seconds=chance.choice(_RESTARTS)))
                # What never gave a pulse was never up, to itself or anybody.
                if self.beaten and not any(process.alive for process in self._processes):
                    self._down_since = self._down_since or self.clock.now()
        calling = [p for p in self._processes if any(_calls(task) for task in p.tasks)]
        if calling and chance.random() < _FREEZES:
            frozen = chance.choice(calling)
            seconds = chance.choice(_FROZEN)
            self.thawed[frozen] = self.clock.now() + timedelta(seconds=seconds)
            self._say(f"{frozen.name} freezes for {seconds} s")
        for actor in self.actors:
            if not actor.alive and actor.starts_at <= self.clock.now():
                self._say(f"{actor.name} starts")
                if actor in self._processes:
                    self._note_downtime()
                actor.start()

    def _note_downtime(self) -> None:
        """Of a silence longer than a pulse and the patience after it nobody may be blamed."""
        since, self._down_since = self._down_since, None
        now = self.clock.now()
        if since is not None and now - since > DOWN_AFTER + BEAT_EVERY:
            self.watch.downtime.append((since, now))

    def _step(self) -> bool:
        """One move; False where nothing moves any more."""
        self.steps += 1
        chance, queue = self.random, self.county.writer.queue
        ready = [t for a in self.actors if not self._frozen(a) for t in a.tasks if t.ready]
        if queue and (not ready or chance.random() < 0.4):
            count = chance.randint(1, len(queue))
            self._say(f"commit of {count}")
            owners = {job.owner for job in queue[:count]}
            if self.county.writer.commit(count):
                self.moves += 1
                self.watch.look(self.clock.now(), owners)
            return True
        if ready:
            task = chance.choice(ready)
            self._say(f"{task.name} goes on from {task.place}")
            task.resume()
            if task.failed is not None:
                raise task.failed
            return True
        return self._pass_time()

    @property
    def somebody_frozen(self) -> bool:
        """Whether a process stands still: what it had in hand is soon in other hands."""
        return any(self._frozen(process) for process in self._processes)

    def _frozen(self, actor: Process | Person) -> bool:
        """Alive, and not getting on: its leases run out, and it does not know."""
        return self.thawed.get(actor, self.clock.now()) > self.clock.now()

    def _pass_time(self) -> bool:
        """To what comes next, or less far: who waits for a while waits in small steps."""
        now = self.clock.now()
        moments = [self._due(), *(a.starts_at for a in self.actors if not a.alive)]
        moments += self.thawed.values()
        coming = [at for at in moments if at is not None and at > now]
        small = now + timedelta(seconds=self.random.choice((1, 3, 60, 1800)))
        if self._somebody_waits():
            coming.append(small)
        elif not coming:
            return False
        to = min(coming)
        self._say(f"time goes on to {to:%m-%d %H:%M:%S}")
        self.clock.set(to)
        self.moves += 1
        return True

    def _somebody_waits(self) -> bool:
        places = [t.place.split()[0] for a in self.actors for t in a.tasks if not t.over]
        return any(place in ("waits", "rests") for place in places)

    def _due(self) -> datetime | None:
        alive = [p for p in self._processes if p.alive]
        if not alive:
            return None
        return min((m for p in alive if (m := p.next_moment()) is not None), default=None)

    def _say(self, what: str) -> None:
        self.trace.append(f"{self.steps:5} {self.clock.now():%m-%d %H:%M:%S} {what}")


def _calls(task: Task) -> bool:
    """Whether it stands within a call of a department."""
    return task.place.split()[0] in ("called", "waits", "answered")


@contextmanager
def _codes_by(chance: Random) -> Iterator[None]:
    """The codes of cases, which are random, by this seed's chance too."""
    with mock.patch("referral_engine.desk.door.secrets.randbelow", chance.randrange):
        yield
