"""An engine in a box: the real store, desk and runner on a clock that only moves when told to.

Scenarios and rule tests run on it. Nothing here decides anything: commands go through the desk,
timers and calls through the runner, as in production; only clock and folder differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from referral_engine.clock import VirtualClock
from referral_engine.desk import Answer, Desk, View
from referral_engine.model.case import Case
from referral_engine.model.command import Command, Request
from referral_engine.model.event import Event
from referral_engine.model.issue import Issue
from referral_engine.model.outcome import Notice
from referral_engine.model.principal import Principal
from referral_engine.plugins.departments import Departments, load
from referral_engine.plugins.in_thread import InThread
from referral_engine.rules.runtime import ActiveRules
from referral_engine.runner.base import Restless, Runner
from referral_engine.runner.housekeeping import DOWN_AFTER
from referral_engine.store import Store
from referral_engine.workspace import Workspace

__all__ = ["Box", "Postbox", "Restless", "open_box"]

_MOST_STEPS = 100_000
"""Steps at one moment beyond which something turns in a circle."""


class Postbox:
    """Keeps what was delivered, with the moment of delivery (UTC), oldest first."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.delivered: list[tuple[datetime, Notice]] = []

    def deliver(self, notice: Notice) -> None:
        """Never fails."""
        self.delivered.append((self._clock.now(), notice))


class Box:
    """One engine with its own store. ``advance_to`` is the only thing that lets time pass."""

    def __init__(
        self, workspace: Workspace, store: Store, clock: VirtualClock, departments: Departments
    ) -> None:
        self.workspace = workspace
        self.store = store
        self.clock = clock
        self.desk = Desk(store, workspace, clock)
        self.view = View(store, workspace, clock)
        self.post = Postbox(clock)
        self.runner = Runner(self.desk, departments, self.post, clock)

    # -- time ---------------------------------------------------------------------------------
    def now(self) -> datetime:
        """The present moment of the box, UTC."""
        return self.clock.now()

    def settle(self) -> None:
        """Does everything that is due now. Raises Restless where that never ends."""
        for _step in range(_MOST_STEPS):
            if not self.runner.step():
                return
        raise Restless(self.now())

    def advance_to(self, moment: datetime) -> None:
        """Steps through every moment at which something is due, up to `moment`, which is aware.

        Raises ValueError for a moment that has passed.
        """
        self.settle()
        while (upcoming := self.runner.next_moment()) is not None and upcoming <= moment:
            if upcoming <= self.now():
                raise Restless(self.now())
            self.clock.set(upcoming)
            self.settle()
        self.clock.set(moment)
        self.settle()

    def sleep_until(self, moment: datetime) -> None:
        """The engine is down until `moment`; then it starts again and does what is overdue."""
        for at in (self.now(), moment):
            self.clock.set(at)
            self.store.transact(lambda tx: tx.beat("box", self.now(), DOWN_AFTER))
        self.settle()

    # -- doing --------------------------------------------------------------------------------
    def register(self, issue: Issue, by: Principal, *, auto_accept: bool | None = None) -> Answer:
        """A new case. Raises Refused."""
        return self.desk.register(issue, by, auto_accept=auto_accept).result()

    def do(
        self,
        case: str,
        command: Command,
        by: Principal,
        *,
        key: str = "",
        happened_at: datetime | None = None,
    ) -> Answer:
        """One command through the door. Raises Refused."""
        return self.desk.submit(Request(case, command, by, key=key, happened_at=happened_at))

    # -- looking ------------------------------------------------------------------------------
    def case(self, code: str) -> Case:
        """The case as it stands, whoever may see it. Raises KeyError for an unknown code."""
        loaded = self.store.read(lambda reader: reader.load(code))
        if loaded is None:
            raise KeyError(code)
        return loaded.case

    def events(self, code: str) -> list[Event]:
        """The history of a case, whoever may see it."""
        return self.store.read(lambda reader: reader.events(code))

    def codes(self) -> list[str]:
        """The codes of all cases, in the order of their registration."""
        with self.store.reading() as reader:
            return [each.event.case for each in reader.all_events() if each.event.seq == 1]


@contextmanager
def open_box(
    workspace: Workspace,
    start: datetime,
    *,
    rules: ActiveRules | None = None,
    plugins: bool = False,
    database: str = "",
) -> Iterator[Box]:
    """A fresh engine at `start` (aware) with `rules`, by default the workspace's, in force; in an
    empty `database`, by default in a file that is gone afterwards.

    With `plugins` the workspace's departments act, in threads of this process; else every
    department is a desk at which only people act. Raises Faulty for faulty rules.
    """
    active = rules or workspace.activate(workspace.rules())
    clock = VirtualClock(start)
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="referral-box-"))
        url = database or f"sqlite:///{Path(folder) / 'box.db'}"
        store = stack.enter_context(Store.open(url))
        departments = stack.enter_context(_departments(workspace, clock, plugins=plugins))
        box = Box(workspace, store, clock, departments)
        box.desk.rulebook.publish(active.rule_set, "box", "trial", clock.now())
        box.desk.rulebook.lend(active)
        yield box


def _departments(workspace: Workspace, clock: VirtualClock, *, plugins: bool) -> Departments:
    settings = workspace.config.plugins
    if plugins:
        seconds = lambda: clock.now().timestamp()  # noqa: E731
        return load(settings, workspace.config.root, guard="thread", seconds=seconds)
    return Departments(InThread({}), {}, [], [], settings)
