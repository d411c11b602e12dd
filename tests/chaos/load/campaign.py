"""Kills, one after the other, while issues come in and people act; then everything is counted."""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import msgspec

from referral_engine.clock import monotonic
from tests.chaos.load.county import make
from tests.chaos.load.fleet import Fleet, Kind
from tests.chaos.load.server import Server
from tests.chaos.load.verdict import Verdict, judge
from tests.chaos.load.watch import Watch
from tests.district import referral

__all__ = ["Figures", "Plan", "campaign"]

_LOOK_EVERY = 0.05
_SHARES = {"daemon": 5, "plugin": 4, "user": 1}
_WHILE_STARTING = 0.15
"""So many of the kills of a daemon fall into its start, the others into its work."""
_AWAY = 1.0
"""The longest that a killed server stays away, seconds."""
_UP_WITHIN = 120.0
_SETTLED_WITHIN = 60.0


class Plan(msgspec.Struct, frozen=True):
    """`server_kills` fall among the `kills`; `pause` is the mean time between two, in seconds."""

    kind: Kind
    kills: int
    seed: int
    server_kills: int = 0
    pause: float = 0.4


class Figures(msgspec.Struct):
    """What came of a campaign; `longest` is from a kill to the next claim, in seconds by box."""

    plan: Plan
    kills: dict[str, int]
    verdict: Verdict
    swept: int
    longest: dict[str, float]
    turned_away: int
    seconds: float


def campaign(plan: Plan, folder: Path, database: str, server: Server | None = None) -> Figures:
    """Runs it in a new county in `folder`, to its end. Raises AssertionError where a process that
    nobody killed ended by itself.
    """
    began = monotonic()
    make(folder)
    referral(folder, "--database", database, "db", "upgrade", ends=0)
    with ExitStack() as stack:
        fleet = Fleet(plan.kind, folder, database, plan.seed)
        stack.callback(fleet.end)
        killer = _Killer(plan, fleet, Watch(database, alone=plan.kind == "embedded"), server)
        killer.kill_them_all()
        killer.let_settle()
        fleet.let_users_end()
        fleet.stop_daemons()
    # What waits for minutes yet, deadlines and further tries, comes in virtual time.
    words = ("--database", database, "run", "--until-idle", "--clock", "virtual")
    referral(folder, *words, ends=0)
    verdict = judge(folder, database)
    proof = referral(folder, "--database", database, "audit", "verify", "--json")
    verdict.find("the audit's findings", [] if proof.code == 0 else [proof.out, proof.err])
    verdict.find("failures not told in words", _crashes(folder / "daemon.log"))
    watch = killer.watch
    seconds = monotonic() - began
    return Figures(
        plan, dict(killer.kills), verdict, watch.swept, watch.longest, fleet.turned_away, seconds
    )


def _crashes(log: Path) -> list[str]:
    """Where a daemon ended with a trace instead of a word: that of its main program."""
    return [
        line.strip() for line in log.read_text("utf-8").splitlines() if "sys.exit(main())" in line
    ]


class _Killer:
    """Chooses whom and when, by the seed of the plan."""

    def __init__(self, plan: Plan, fleet: Fleet, watch: Watch, server: Server | None) -> None:
        self.watch = watch
        self.kills: Counter[str] = Counter()
        self._plan = plan
        self._fleet = fleet
        self._server = server
        self._chance = random.Random(plan.seed)

    def kill_them_all(self) -> None:
        self._wait_until_up(range(self._fleet.size()))
        victims = self._chance.choices([*_SHARES], [*_SHARES.values()], k=self._plan.kills)
        if self._server is not None:
            every = max(1, len(victims) // max(1, self._plan.server_kills))
            victims[every // 2 :: every] = ["server"] * len(victims[every // 2 :: every])
        for victim in victims:
            self._pause(self._chance.expovariate(1 / self._plan.pause))
            getattr(self, f"_kill_{victim}")()
            self.kills[victim] += 1

    def let_settle(self) -> None:
        """Until what the last kills left in hand is taken up."""
        self._wait_until_up(range(self._fleet.size()))
        until = monotonic() + _SETTLED_WITHIN
        while self.watch.look() and monotonic() < until:
            self._pause(_LOOK_EVERY)

    def _kill_daemon(self) -> None:
        number = self._chance.randrange(self._fleet.size())
        if self._chance.random() > _WHILE_STARTING:
            self._wait_until_up([number])
            self._pause(self._chance.expovariate(1 / self._plan.pause))
        self._fleet.kill_daemon(number)
        self.watch.died()
        self._fleet.start_daemon(number)

    def _kill_plugin(self) -> None:
        """Or the daemon, where no department's process comes up: all were killed twice as they
        loaded, which sets a plugin aside until the next start.
        """
        until = monotonic() + _UP_WITHIN
        while not self._fleet.kill_plugin(self._chance):
            if monotonic() > until:
                return self._kill_daemon()
            self._pause(_LOOK_EVERY)
        return None

    def _kill_user(self) -> None:
        self._fleet.kill_user(self._chance)

    def _kill_server(self) -> None:
        assert self._server is not None, "only a server can be killed"
        self._server.kill()
        self._pause(self._chance.random() * _AWAY)
        self._server.start()

    def _wait_until_up(self, numbers: range | list[int]) -> None:
        until = monotonic() + _UP_WITHIN
        while not all(self._ready(number) for number in numbers):
            assert monotonic() < until, "a daemon that does not start"
            self._pause(_LOOK_EVERY)

    def _ready(self, number: int) -> bool:
        """Whether the daemon has left its first pulse."""
        pid, since = self._fleet.alive(number)
        return self.watch.beats(pid, since)

    def _pause(self, seconds: float) -> None:
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            self.watch.look()
            self._fleet.tend()
            time.sleep(min(left, _LOOK_EVERY))
