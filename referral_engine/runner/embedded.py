"""The daemon on one machine: SQLite, one process, a few threads, plugins in processes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from referral_engine.clock import VirtualClock
from referral_engine.errors import Unavailable
from referral_engine.runner.base import Restless, Runner
from referral_engine.runner.crew import Crew
from referral_engine.runner.housekeeping import Housekeeping
from referral_engine.runner.opening import Beside, opened
from referral_engine.runner.orders import Orders, signals
from referral_engine.runner.resting import Rest
from referral_engine.workspace import Workspace

__all__ = ["Company", "Daemon", "run"]

log = logging.getLogger(__name__)

_LONGEST_SLEEP = 0.1
"""Seconds: new work of other processes is seen within this time."""
_BUSY = 0.05
"""Seconds between two looks while all that is due is in somebody's hands."""


class Company(Protocol):
    """People who act by themselves in virtual time (a rehearsal); see trial.cast."""

    def next_moment(self) -> datetime | None:
        """When somebody acts next; None when nobody will."""
        ...

    def act(self, now: datetime) -> bool:
        """Does what is due by now; whether anything was."""
        ...


class Daemon:
    """The loop around a runner: works while something is due, sleeps or jumps to what is next."""

    def __init__(
        self, runner: Runner, *, until_idle: bool, workers: int = 1,
        company: Company | None = None, anchor: Path | None = None, orders: Orders | None = None,
    ) -> None:  # fmt: skip
        self.runner = runner
        self._until_idle = until_idle
        self._workers = max(1, workers)
        self._company = company
        self._stopped = False
        self._orders = orders or Orders()
        self._rest = Rest()
        clock = runner.clock
        self._virtual = clock if isinstance(clock, VirtualClock) else None
        self._house = Housekeeping(runner, "embedded", anchor=anchor, watch=self._virtual is None)
        self._obey: dict[str, Callable[[], None]] = {
            "stop": self._end,
            "reload": self._house.take_workspace,
            "accept_time": self._house.accept_time,
            "look": _nothing,
        }
        self._crews: list[Crew] = []
        self._ahead: Mapping[str, datetime] | None = None
        """What the last look saw, as long as nothing was done since."""

    def stop(self) -> None:
        """The step in hand is finished, then the loop ends."""
        self._orders.post("stop")

    def reload(self) -> None:
        """The workspace is read again before the next step."""
        self._orders.post("reload")

    def accept_time(self) -> None:
        """Somebody looked at the clock and accepts it: timers run again."""
        self._orders.post("accept_time")

    def loop(self) -> None:
        """Runs until it is stopped or, with `until_idle`, until nothing is due.

        Also until inference broke in this process (`Desk.broken`): see `run`. Raises Restless
        where, on a virtual clock, something due is never done.
        """
        if self._virtual is None:
            self._house.pulse()  # before anything goes out: what passed in a downtime blames nobody
        self._house.confirm()
        going_on = self._goes_on()
        if going_on and self._virtual is None:
            self._crews = self._hired()
        try:
            while going_on:
                try:
                    if not self._turn():
                        break
                except Unavailable as error:
                    self._wait_for_store(error)
                going_on = self._goes_on()
        finally:
            self._dismiss()
            self._house.checkpoint()

    def _turn(self) -> bool:
        """Whatever there is to do now, and the wait for what comes next; False at the end."""
        for crew in self._crews:
            if crew.stopped_by is not None:
                raise crew.stopped_by
        self._house.look()
        # Whoever was making a call may leave work behind: then there is another round.
        return self._round() or self._advance() or self._dismiss()

    # -- what goes out ------------------------------------------------------------------------
    def _hired(self) -> list[Crew]:
        """Timers and commands wait for no department and no recipient: others see to those."""

        def finished() -> None:
            self._orders.post("look")

        calls = Crew(self.runner.calls, self._workers, finished=finished)
        return [calls, Crew(self.runner.notices, 1, name="notices", finished=finished)]

    def _dismiss(self) -> bool:
        """Waits for what is in hand; False where nobody was left. Then the loop does it all."""
        crews, self._crews = self._crews, []
        left = [crew.dismiss() for crew in crews]
        return any(left)

    # -- a disk that is full ------------------------------------------------------------------
    def _wait_for_store(self, error: Unavailable) -> None:
        """Until the database does its work again; then what was in hand is taken up anew.

        A run that should end by itself does so here, for somebody waits for it.
        """
        if self._until_idle or self._virtual is not None:
            raise error
        self._rest.begin(error)
        self._dismiss()
        self._ahead = None
        while self._goes_on(self._rest.wait) and not self._taken_up():
            pass
        self._crews = self._hired()

    def _taken_up(self) -> bool:
        try:
            self.runner.let_go()
            self._house.pulse()
        except Unavailable as error:
            self._rest.begin(error)
            return False
        self._rest.end()
        return True

    # -- one round ----------------------------------------------------------------------------
    def _goes_on(self, wait: float = 0.0) -> bool:
        """Does what was asked for, after waiting so many seconds for it; False to stop."""
        for order in self._orders.taken(wait):
            self._obey[order]()
        return not self._stopped and not self.runner.desk.broken

    def _round(self) -> bool:
        ahead, self._ahead = self._ahead, None
        if self._company is not None and self._company.act(self.runner.clock.now()):
            return True
        seen = self.runner.upcoming() if ahead is None else ahead
        self._house.watch()
        did = self.runner.step(seen, outside=not self._crews)
        if did or seen.keys() & {"plugin_call", "notice"}:
            for crew in self._crews:
                crew.call()
        if did:
            return True
        if all(at > self.runner.clock.now() for at in seen.values()):
            self._ahead = seen
        return False

    def _advance(self) -> bool:
        """To the next moment at which something is due; False where the loop should end."""
        upcoming = self._next()
        if self._virtual is not None:
            if upcoming is None:
                return False
            if upcoming <= self._virtual.now():
                raise Restless(upcoming)
            self._virtual.set(upcoming)
            return True
        now = self.runner.clock.now()
        if self._until_idle and (upcoming is None or upcoming > now):
            self._ahead = None
            if not any(crew.busy for crew in self._crews):
                return False
            upcoming = now
        wait = _LONGEST_SLEEP
        if upcoming is not None and not self.runner.suspended:
            wait = min(max((upcoming - now).total_seconds(), _BUSY), _LONGEST_SLEEP)
        self._goes_on(wait)
        self._ahead = None  # other processes may have written meanwhile
        return True

    def _next(self) -> datetime | None:
        if self._ahead is None:
            self._ahead = self.runner.upcoming()
        moments = [min(self._ahead.values(), default=None)]
        if self._company is not None:
            moments.append(self._company.next_moment())
        return min((at for at in moments if at is not None), default=None)

    def _end(self) -> None:
        self._stopped = True


def _nothing() -> None:
    """A look is what the loop does anyway once it is awake."""


def run(
    workspace: Workspace,
    *,
    until_idle: bool = False,
    workers: int = 1,
    clock: Literal["system", "virtual"] = "system",
    database: str = "",
    company: Callable[[Runner], Company] | None = None,
    beside: Beside | None = None,
) -> int:
    """The daemon, until a signal or, with `until_idle`, until nothing is due. Returns 0, or 1
    where durable-rules failed in this process: what follows is inferred by the fixpoint, and the
    process should be started anew, for what the C library left in its memory is not known.

    `company` makes people who act by themselves, for a rehearsal on the virtual clock.

    ``virtual`` starts at the earliest moment at which something is due and jumps from one to the
    next. Raises Refused where the store cannot be used (STORE_LOCKED …) or the organisation
    lacks a unit that has something in hand (ORG_STRANDS).
    """
    orders = Orders()
    # From the first moment on: starting takes seconds, and a stop then is an ordinary one.
    with signals(orders), opened(workspace, clock, database, beside) as runner:
        anchor = workspace.config.anchor
        people = company(runner) if company else None
        daemon = Daemon(
            runner, until_idle=until_idle, workers=workers, company=people, anchor=anchor,
            orders=orders,
        )  # fmt: skip
        daemon.loop()
        if broken := runner.desk.broken:
            log.critical("%s; start the daemon again", broken)
    return 1 if broken else 0
