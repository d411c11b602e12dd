"""Simulated processes: the daemon with its threads, workers of a cluster, and what they call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from referral_engine.model.outcome import Notice
from referral_engine.model.plugin_settings import BreakerSettings, PluginSettings
from referral_engine.plugins.acts import Answer, Claim, Contact, Decline, Defer, Progress, Report
from referral_engine.plugins.department import Department, Profile
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.guard import PluginFailed
from referral_engine.plugins.handler import Verb
from referral_engine.plugins.mistake import Unusable
from referral_engine.plugins.reply import check
from referral_engine.plugins.view import Referral
from referral_engine.runner.base import LEASE, Runner
from referral_engine.runner.calling import CALL_LEASE
from referral_engine.runner.housekeeping import DOWN_AFTER
from referral_engine.runner.opening import KEPT
from tests.simulation.baton import Task

if TYPE_CHECKING:
    from tests.simulation.world import World

__all__ = ["DEPARTMENTS", "Process"]

DEPARTMENTS = ("housing", "ecology", "police", "fire", "human_resources")
_PROFILES: dict[str, Profile] = {
    id: Department(id, id, "1.0", grounds={"outside_remit": "不归我们"}).profile()
    for id in DEPARTMENTS
}
_PATIENT = PluginSettings(breaker=BreakerSettings(failures=3, pause=30.0, longest=120.0))
_BEAT = timedelta(seconds=15)


class Outside:
    """The departments' systems and the outlet, as one process reaches them: slow, failing, late."""

    def __init__(self, process: Process, random: Random, lease: timedelta) -> None:
        self._process = process
        self._world = process.world
        self._random = random
        self._lease = lease

    def call(
        self, department: str, verb: Verb, referral: Referral, detail: Mapping[str, str],
        deadline: float,
    ) -> Answer:  # fmt: skip
        """See Guard."""
        now = self._world.clock.now()
        self._world.watch.starts(
            self._process, referral.key, referral.case, verb, now, self._lease,
            self._process in self._world.thawed,
        )  # fmt: skip
        try:
            return self._called(department, verb, referral)
        finally:
            self._world.watch.ends(referral.key)

    def _called(self, department: str, verb: Verb, referral: Referral) -> Answer:
        world, chance = self._world, self._random
        world.pause(f"called {referral.key}")
        slow = 0.9 if world.somebody_frozen else 0.3
        if world.faults and chance.random() < slow:
            # Longer than a lease, sometimes than the daemon's.
            until = world.clock.now() + timedelta(seconds=chance.choice((1, 9, 14, 700)))
            world.pause(f"waits {referral.key}", lambda: world.clock.now() >= until)
        if world.faults and chance.random() < 0.15:
            kind = chance.choice(("raised", "hung", "exited", "garbage"))
            raise PluginFailed(department, verb, kind, "by chance")
        answer = self._answer(verb, referral)
        try:
            check(answer, verb, referral, _PROFILES[department])
        except Unusable:
            answer = Answer()
        world.pause(f"answered {referral.key}")
        return answer

    def close(self) -> None:
        """See Guard."""

    def deliver(self, notice: Notice) -> None:
        """See Outlet."""
        world = self._world
        world.pause(f"tells {notice.key}")
        if world.faults and self._random.random() < 0.1:
            raise OSError("the outlet is away")
        world.watch.delivered[notice.key] += 1
        world.pause(f"told {notice.key}")

    def _answer(self, verb: Verb, referral: Referral) -> Answer:
        chance = self._random
        again = timedelta(minutes=chance.choice((5, 60, 600)))
        if verb == "offered":
            decline = Decline("outside_remit", suggest="police") if not referral.bound else Defer()
            return chance.choice((
                Answer((Claim(),), again), Answer((Claim(), Contact("说过")), again),
                Answer((Claim(),)),
                Answer((Defer(),)), Answer((), again), Answer((decline,)),
            ))  # fmt: skip
        if verb == "work" and referral.state == "claimed":
            return chance.choice((
                Answer((Progress("看过"),), again), Answer((Report("修好了"),)),
                Answer((Contact("说过"), Report("修好了"))), Answer((), again),
            ))  # fmt: skip
        return Answer()


class Process:
    """Dies and starts again; what it had in hand is then found by whoever comes after it.

    ``embedded``: the one daemon, a loop and a thread for calls; it lets its dead predecessor's
    claims go. Else one worker of many: its leases are short and kept while it lives.
    """

    def __init__(self, world: World, name: str, *, embedded: bool) -> None:
        self.world = world
        self.name = name
        self.embedded = embedded
        self.tasks: list[Task] = []
        self._begun = False
        """The claims of the daemon before are let go; only then does anybody take anything."""
        self.starts_at = world.clock.now()
        self._random = Random(world.random.random())

    @property
    def alive(self) -> bool:
        return bool(self.tasks)

    def runner(self) -> Runner:
        """As a process that begins anew has it, with nothing in its memory."""
        world = self.world
        leases = (LEASE, CALL_LEASE) if self.embedded else (KEPT, KEPT)
        outside = Outside(self, self._random, leases[1])
        departments = Departments(
            outside, _PROFILES, (), (), _PATIENT, lambda: world.clock.now().timestamp()
        )
        desk = world.county.desk(world.clock)
        return Runner(
            desk, departments, outside, world.clock, lease=leases[0], call_lease=leases[1]
        )

    def start(self) -> None:
        """Begins anew."""
        runner = self._runner = self.runner()
        self._begun = not self.embedded
        bodies = {"loop": self._loop(runner.step, first=True), "calls": self._loop(runner.calls)}
        if not self.embedded:
            bodies = {
                "cases": self._loop(runner.cases),
                "calls": self._loop(runner.calls),
                "notices": self._loop(runner.notices),
                "keeper": self._keep,
            }
        spawn = self.world.spawn
        self.tasks = [spawn(f"{self.name}/{what}", self, body) for what, body in bodies.items()]

    def next_moment(self) -> datetime | None:
        """When its runner next finds something to do."""
        return self._runner.next_moment()

    def die(self, until: timedelta) -> None:
        """At once, wherever its tasks stand; starts again after so long."""
        self.world.county.writer.forget(self)
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task.kill()
        self.starts_at = self.world.clock.now() + until

    # -- what its tasks do --------------------------------------------------------------------
    def _loop(self, step: Callable[[], bool], *, first: bool = False) -> Callable[[], None]:
        """`first` lets go what the daemon before it had in hand."""

        def turn() -> None:
            if first:
                self.world.county.store.transact(lambda tx: tx.release_claims())
                self._begun = True
            self.world.pause("begins", lambda: self._begun)
            while True:
                self.beat()
                seen = self.world.moves
                if not step():
                    self.world.pause("idle", lambda seen=seen: self.world.moves != seen)

        return turn

    def beat(self) -> None:
        """Its pulse, where one is due."""
        world, now = self.world, self.world.clock.now()
        if now - world.beaten.get(self.name, world.started - _BEAT) >= _BEAT:
            world.county.store.transact(lambda tx: tx.beat(self.name, now, DOWN_AFTER))
            world.beaten[self.name] = now

    def _keep(self) -> None:
        """Prolongs the leases of the calls in hand, as `runner.postgres` does."""
        world, held = self.world, self._runner.calling._in_hand
        while True:
            at = world.clock.now() + KEPT / 4
            world.pause("keeps", lambda at=at: bool(held) and world.clock.now() >= at)
            world.county.store.transact(self._runner.calling.keep)
