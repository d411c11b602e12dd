"""What a daemon works with: the store, the plugins and the clock of a workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from typing import Literal

from referral_engine.clock import Clock, DatabaseClock, SystemClock, VirtualClock
from referral_engine.desk import Desk
from referral_engine.desk.opening import reachable, refuse_read_only
from referral_engine.desk.stranding import refuse_stranding
from referral_engine.notices import LogOutlet, Outlet
from referral_engine.plugins.departments import Departments, load
from referral_engine.runner.base import LEASE, Runner
from referral_engine.runner.calling import CALL_LEASE
from referral_engine.store import Keyring, Store
from referral_engine.workspace import Workspace

__all__ = ["KEPT", "Beside", "Time", "opened"]

Time = Literal["system", "virtual", "database"]
KEPT = timedelta(seconds=10)
"""A lease that its owner prolongs while it lives: what a dead one had in hand is free after it."""

Beside = Callable[[Runner], AbstractContextManager[object]]
"""Makes what is open while a runner works and never holds it up: pages that show what it does."""


@contextmanager
def opened(
    workspace: Workspace, kind: Time, database: str, beside: Beside | None = None
) -> Iterator[Runner]:
    """A runner on the workspace's store, or on `database` where it is named.

    On the clock of the ``database`` many work together: none ends what others have claimed, and
    leases are short and kept while their owner lives.

    Raises Refused (STORE_LOCKED, STORE_UNREACHABLE, ORG_STRANDS …).
    """
    refuse_read_only(workspace)
    with ExitStack() as stack:
        keys = Keyring.load(workspace.config.key_file)
        url, power_safe = database or workspace.config.database, kind != "virtual"
        with reachable(url):
            store = stack.enter_context(Store.open(url, keys, power_safe=power_safe))
        lock = store.lock_daemon()
        if lock is not None:
            stack.enter_context(lock)
            store.transact(lambda tx: tx.release_claims())
        refuse_stranding(store, workspace.org)
        clock = _clock(store, kind)
        departments = stack.enter_context(_departments(workspace, clock))
        desk = Desk(store, workspace, clock)
        shared = kind == "database"
        runner = Runner(
            desk, departments, _outlet(workspace, store, clock), clock,
            lease=KEPT if shared else LEASE, call_lease=KEPT if shared else CALL_LEASE,
        )  # fmt: skip
        if beside is not None:
            stack.enter_context(beside(runner))
        yield runner


def _outlet(workspace: Workspace, store: Store, clock: Clock) -> Outlet:
    """The log, the channels of units that have any, the platforms that cases come from."""
    settings, org = workspace.config.notices, workspace.org
    outlet: Outlet = LogOutlet()
    if isinstance(clock, VirtualClock):
        return outlet  # what is replayed was told when it happened
    if settings.channels:
        from referral_engine.notices.channels import Channels

        def department_of(unit: str) -> str:
            found = org.unit(unit)
            return found.of if found else ""

        outlet = Channels(settings, department_of, outlet)
    if settings.platforms:
        from referral_engine.notices.platforms import Platforms

        outlet = Platforms(settings.platforms, store, clock, outlet)
    return outlet


def _clock(store: Store, kind: Time) -> Clock:
    if kind == "database":
        return DatabaseClock(lambda: store.read(lambda reader: reader.clock()))
    if kind == "virtual":
        with store.reading() as reader:
            start = reader.next_due()
        return VirtualClock(start or SystemClock().now())
    return SystemClock()


def _departments(workspace: Workspace, clock: Clock) -> Departments:
    """The plugins; in virtual time one that died rests in the time of the run, and none asks a real
    system.
    """
    plugins, root = workspace.config.plugins, workspace.config.root
    if not isinstance(clock, VirtualClock):
        return load(plugins, root)
    return load(plugins, root, seconds=lambda: clock.now().timestamp(), played=True)
