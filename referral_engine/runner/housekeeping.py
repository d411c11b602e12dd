"""What a daemon does beside the work: its pulse, checkpoints, the clock, an edited workspace."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from referral_engine.clock import JumpWatch, monotonic
from referral_engine.desk.publishing import active_hash
from referral_engine.desk.stranding import refuse_stranding
from referral_engine.errors import ReferralError, Unavailable
from referral_engine.runner.auditor import Auditor
from referral_engine.runner.base import Runner
from referral_engine.runner.failing import name_failure
from referral_engine.runner.nightly import Nightly
from referral_engine.store import Keyring
from referral_engine.workspace import Workspace

__all__ = ["BEAT_EVERY", "CHECKPOINT_EVERY", "DOWN_AFTER", "Housekeeping"]

log = logging.getLogger(__name__)

CHECKPOINT_EVERY = 60.0
"""Seconds of real time, also where the clock is virtual."""
SETTLE_EVERY = 60.0
"""Seconds between two looks for messages that have waited too long for another."""
AUDIT_EVERY = 60.0
"""Seconds. The first look comes so long after the start: what fell due while nobody worked is no
fault before somebody had the time to do it.
"""
BEAT_EVERY = timedelta(seconds=15)
DOWN_AFTER = timedelta(minutes=2)
"""A silence of all runners longer than this is downtime, for which no unit is blamed."""


class Housekeeping:
    """For one runner of one process, which `name` tells from others. One thread calls it."""

    def __init__(
        self, runner: Runner, name: str, *, anchor: Path | None = None, watch: bool = True
    ) -> None:
        """`watch`: the clock is a real one, that can jump, and a silence of which is downtime."""
        self.runner = runner
        self._name = name
        self._anchor = anchor
        self._jumps = JumpWatch(runner.clock) if watch else None
        self._accepted = runner.desk.store.read(lambda reader: reader.clock_accepted())
        # A rehearsal in virtual time shows what was, whatever its terms.
        self._nightly = Nightly(runner.desk) if watch else None
        self._checked: float | None = None
        self._beaten: datetime | None = None
        self._auditor, self._audited = Auditor(runner.desk.store), monotonic()
        self._settled = monotonic()

    def look(self) -> None:
        """Does what is due of it."""
        now = self.runner.clock.now()
        if self._jumps is not None:
            self._watch_clock()
            if self._beaten is None or now - self._beaten >= BEAT_EVERY:
                self.pulse()
        if self._nightly is not None and not self.runner.suspended:
            self._nightly.look(now)
        if self._checked is None or monotonic() - self._checked >= CHECKPOINT_EVERY:
            self.checkpoint(timedelta(seconds=CHECKPOINT_EVERY) / 2 if self._jumps else timedelta())
        if self._jumps is not None and monotonic() - self._settled >= SETTLE_EVERY:
            self._settled = monotonic()
            self.runner.inbox.settle_overdue()
        if self._jumps is not None and monotonic() - self._audited >= AUDIT_EVERY:
            self._audit(now)

    def accept_time(self) -> None:
        """Somebody looked at the clock and accepts it: timers run again, at all workers."""
        if self._jumps is not None:
            self._jumps.accept()
            now = self.runner.clock.now()
            self.runner.desk.store.transact(lambda tx: tx.accept_clock(now))

    def checkpoint(self, apart: timedelta = timedelta()) -> None:
        """In the database, and beside it: a disk that is away must not stop the work.

        Where many work, one of them is enough: `apart` from the last there is nothing to do.
        """
        self._checked = monotonic()
        try:
            now = self.runner.clock.now()
            self.runner.desk.store.checkpoint(now, self._anchor, apart)
        except OSError as error:
            log.error("the anchor %s cannot be written: %s", self._anchor, error.strerror)
        except Unavailable as error:
            log.error("no checkpoint is made: %s", error)

    def confirm(self) -> None:
        """Recomputes provisional deadlines where the calendar has learnt more."""
        changed = self.runner.confirm_calendar()
        if changed:
            log.info("the calendar knows more: deadlines of %s cases are confirmed", changed)

    def take_workspace(self) -> None:
        """A faulty edit changes nothing: what ran before goes on, and the faults are named."""
        desk = self.runner.desk
        try:
            workspace = Workspace.open(desk.workspace.config.file)
            rules = workspace.rules()
            refuse_stranding(desk.store, workspace.org)
            desk.store.take_keys(Keyring.load(workspace.config.key_file))
        except (ReferralError, OSError) as error:
            log.error("the workspace is not taken over: %s", error)
            return
        desk.refresh(workspace)
        self.confirm()
        if active_hash(desk.store, desk.clock.now()) != rules.hash:
            log.warning("edited rules are in the files but not published: referral rules publish")
        log.info("workspace read again")

    def _audit(self, now: datetime) -> None:
        self._audited = monotonic()
        try:
            found = self._auditor.look(now, timers=not self.runner.suspended)
        except Unavailable:
            raise  # the loop knows what to do while the database is away
        except Exception as error:  # noqa: BLE001 - who watches must not end what is watched
            name_failure("a round of the auditor", error)
            return
        meter = self.runner.meter
        meter.findings, meter.audited = Auditor.counted(found), self._auditor.audited

    def pulse(self) -> None:
        """Says that this runner is alive; not while timers stand still, for that time blames no
        unit either.
        """
        if self.runner.suspended:
            return
        now = self._beaten = self.runner.clock.now()
        serves = self.runner.departments.served
        gap = self.runner.desk.store.transact(
            lambda tx: tx.beat(self._name, now, DOWN_AFTER, serves)
        )
        if gap is not None:
            log.warning("the engine was down for %s; no unit is blamed for it", gap)

    def _watch_clock(self) -> None:
        if self._jumps is None:
            return
        accepted = self.runner.desk.store.read(lambda reader: reader.clock_accepted())
        if accepted != self._accepted:
            self._accepted = accepted  # by somebody at another worker, too
            self._jumps.accept()
        self.watch()

    def watch(self) -> None:
        """Stops the timers where the clock has jumped: a look right before they are fired."""
        if self._jumps is None:
            return
        jump = self._jumps.jump()
        if jump is not None and not self.runner.suspended:
            log.error(
                "the clock jumped by %s: timers stand still until SIGUSR1 accepts the time", jump
            )
        self.runner.suspended = jump is not None
