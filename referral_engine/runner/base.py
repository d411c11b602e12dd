"""One step at a time: claim what is due, do it, commit. Threads and processes only call `step`.

The queue merely transports. Whoever takes a wake-up reads the case again and fires all that is
due; a stale owner, whose lease ran out, completes nothing.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from referral_engine.clock import Clock
from referral_engine.desk import Desk
from referral_engine.errors import ReferralError, Refused
from referral_engine.flow.intake import ISSUE
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.command import Request
from referral_engine.model.issue import Issue
from referral_engine.model.outcome import Call, Notice
from referral_engine.model.principal import ENGINE
from referral_engine.notices import Outlet
from referral_engine.plugins.answers import next_call, requests_of
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.guard import PluginFailed
from referral_engine.plugins.present import detail_of, view_of
from referral_engine.store import CaseFilter, Claimed, ClaimedWakeup, Conflict, Tx

__all__ = ["Runner"]

log = logging.getLogger(__name__)

BATCH = 50
"""design.md: claims in batches of 50 are 14 to 25 times as fast on SQLite; calls never batch."""
_PAGE = 500
LEASE = timedelta(minutes=2)
CALL_LEASE = timedelta(minutes=10)
_RETRY = (10, 30, 120, 600, 1800)
"""Seconds until a failed call is made again, by how often it was claimed."""


_INSIDE = frozenset({"follow_up", "wakeup"})
_OUTSIDE = frozenset({"plugin_call", "notice"})


class _Hand(NamedTuple):
    """What one claim took."""

    follow_ups: Sequence[Claimed[Request]]
    wakeups: Sequence[ClaimedWakeup]
    calls: Sequence[Claimed[Call]]
    notices: Sequence[Claimed[Notice]]


class Runner:
    """Does the engine's own work on one store. Every method may be called from any thread."""

    def __init__(self, desk: Desk, departments: Departments, outlet: Outlet, clock: Clock) -> None:
        self.desk = desk
        self.departments = departments
        self.outlet = outlet
        self.clock = clock
        self.suspended = False
        """Timers stand still (the wall clock jumped) until somebody accepts the time."""

    def upcoming(self) -> dict[str, datetime]:
        """When something is next due in each box that holds anything; may lie in the past (UTC)."""
        with self.desk.store.reading() as reader:
            return reader.upcoming()

    def step(self, upcoming: Mapping[str, datetime] | None = None) -> bool:
        """One round of what is due first; False where nothing was.

        `upcoming` saves the look where the caller has just taken it. What changes cases comes
        before what goes out, so that a call which this very round takes back is not made.
        """
        now = self.clock.now()
        seen = self.upcoming() if upcoming is None else upcoming
        due = {box for box, at in seen.items() if at <= now}
        if self.suspended:
            due.discard("wakeup")
        done = [self._round(now, due & boxes) for boxes in (_INSIDE, _OUTSIDE)]
        return any(done)

    def calls(self) -> bool:
        """One plugin call, for threads that make nothing but calls."""
        return self._round(self.clock.now(), {"plugin_call"})

    def _round(self, now: datetime, boxes: Set[str]) -> bool:
        if not boxes:
            return False
        hand = self.desk.store.transact(lambda tx: self._claim(tx, now, boxes))
        # All are sent before the first is waited for: they share commits.
        following = [(each, self._follow_up(each)) for each in hand.follow_ups]
        looking = [(each, self._look(each)) for each in hand.wakeups]
        for each, future in following:
            self._followed(each, future)
        for looked, future in looking:
            self._looked(looked, future)
        for call in hand.calls:
            self._call(call)
        if hand.notices:
            self._tell(hand.notices, now)
        return any(hand)

    def _claim(self, tx: Tx, now: datetime, boxes: Set[str]) -> _Hand:
        """One commit for all boxes, before anything is done: what kills its worker must count."""
        return _Hand(
            tx.claim_follow_ups(now, BATCH, LEASE) if "follow_up" in boxes else (),
            tx.claim_wakeups(now, BATCH, LEASE) if "wakeup" in boxes else (),
            self._claim_calls(tx, now) if "plugin_call" in boxes else (),
            tx.claim_notices(now, BATCH, LEASE) if "notice" in boxes else (),
        )

    # -- commands that one case has for another -----------------------------------------------
    def _follow_up(self, claimed: Claimed[Request]) -> Future[None]:
        def run(tx: Tx) -> None:
            self.desk.run(tx, claimed.work)
            tx.done_follow_up(claimed.item_id, claimed.fence)

        return self.desk.store.write(run)

    def _followed(self, claimed: Claimed[Request], future: Future[None]) -> None:
        try:
            future.result()
        except Exception as error:
            if not isinstance(error, ReferralError):
                log.exception("case %s: a command for it failed", claimed.work.case)
            retry = self.clock.now() + timedelta(seconds=_pause(claimed.claims))
            told, trace = _told(error), traceback.format_exc(limit=8)
            self.desk.store.transact(lambda tx: tx.failed_follow_up(claimed, told, trace, retry))

    # -- timers -------------------------------------------------------------------------------
    def _look(self, claimed: ClaimedWakeup) -> Future[None]:
        """Reads the case again and fires all that is due."""
        request = Request(case=claimed.code, command=c.Tick(), by=ENGINE)

        def run(tx: Tx) -> None:
            self.desk.run(tx, request)
            tx.done_wakeup(claimed.code, claimed.fence)

        return self.desk.store.write(run)

    def _looked(self, claimed: ClaimedWakeup, future: Future[None]) -> None:
        try:
            future.result()
        except Exception as error:
            if not isinstance(error, Conflict):  # somebody was faster; a stale owner gives nothing
                log.exception("case %s: a timer could not be fired", claimed.code)
            retry = self.clock.now() + timedelta(seconds=_pause(claimed.claims))
            told = _told(error)
            self.desk.store.transact(
                lambda tx: tx.failed_wakeup(claimed.code, claimed.fence, told, retry)
            )

    def confirm_calendar(self) -> int:
        """Recomputes provisional deadlines where the calendar has learnt more; how many cases.

        Called when the workspace is read. Each case is asked once a calendar version.
        """
        version = self.desk.workspace.calendar.version
        codes = [code for code in self._open_cases() if self._provisional(code, version)]
        for code in codes:
            key = f"calendar/{version}/{code}"
            self.desk.submit(Request(code, c.ConfirmDeadlines(), ENGINE, key=key))
        return len(codes)

    def _open_cases(self) -> Iterator[str]:
        before = None
        while True:
            with self.desk.store.reading() as reader:
                page = reader.cases(_PAGE, CaseFilter(open=True, before=before))
            yield from (line.code for line in page)
            if len(page) < _PAGE:
                return
            before = (page[-1].registered_at, page[-1].code)

    def _provisional(self, code: str, version: str) -> bool:
        with self.desk.store.reading() as reader:
            loaded = reader.load(code)
        deadlines = loaded.case.deadlines if loaded else ()
        return any(d.provisional and d.open and d.calendar != version for d in deadlines)

    # -- plugin calls -------------------------------------------------------------------------
    def _claim_calls(self, tx: Tx, now: datetime) -> list[Claimed[Call]]:
        """One call, to a department that has none in hand.

        Where a department has no plugin there is nothing to call: its people go on from the
        desk inbox.
        """
        tx.dismiss_calls([unit for unit in tx.called_units() if not self.departments.has(unit)])
        return tx.claim_calls(now, 1, CALL_LEASE, per_unit=1)

    def _call(self, claimed: Claimed[Call]) -> None:
        """Makes the call outside any transaction."""
        call = claimed.work
        case, issue = self._read(call)
        now = self.clock.now()
        wanted = issue is not None and _wanted(case, call)
        view = view_of(case, call, issue, now) if issue is not None and wanted else None
        if view is None:
            self._finish(claimed, (), None)  # erased, taken back, or not this case's
            return
        try:
            detail = detail_of(case, call)
            answer = self.departments.call(call.unit, call.verb, view, detail)  # type: ignore[arg-type]
        except PluginFailed as error:
            self._failed(claimed, error)
            return
        by = self.departments.principal(call.unit, view.station)
        following = next_call(answer, call)
        again = None
        if following is not None:
            work, wait = following
            again = msgspec.structs.replace(work, not_before=now + wait)
        self._finish(claimed, requests_of(answer, call, by), again)

    def _read(self, call: Call) -> tuple[Case, Issue | None]:
        with self.desk.store.reading() as reader:
            loaded = reader.load(call.case)
            stored = reader.content(call.case, (ISSUE,)).get(ISSUE)
        assert loaded is not None, "a call belongs to a case"
        issue = None if stored is None else msgspec.json.decode(stored, type=Issue)
        return loaded.case, issue

    def _finish(
        self, claimed: Claimed[Call], requests: tuple[Request, ...], again: Call | None
    ) -> None:
        """Answer and completion in one commit; what comes too late is kept without effect."""
        call = claimed.work

        def write(tx: Tx) -> None:
            taken = tx.done_call(claimed.item_id, claimed.fence)
            for request in requests:
                self._act(tx, call, request, taken=taken)
            if taken and again is not None:
                loaded = tx.load(call.case)
                referral = loaded.case.referral(call.referral) if loaded else None
                if loaded is not None and referral is not None and referral.open:
                    tx.add_calls(loaded.case, (again,))

        self.desk.store.transact(write)

    def _act(self, tx: Tx, call: Call, request: Request, *, taken: bool) -> None:
        if taken:
            try:
                self.desk.run(tx, request)
            except Refused as refused:
                log.info("case %s: %s came to nothing: %s", call.case, call.key, refused.code)
                note = f"{call.verb}: {refused.code}"
            else:
                return
        else:
            note = f"{call.verb}: late"
        late = c.LateAnswer(call.referral, call.verb, note)
        self.desk.run(tx, Request(call.case, late, ENGINE, key=f"late/{request.key}"))

    def _failed(self, claimed: Claimed[Call], error: PluginFailed) -> None:
        now = self.clock.now()
        wait = max(error.retry_after, _pause(claimed.claims))
        log.warning("call %s failed (%s)", claimed.work.key, error.kind)
        retry = now + timedelta(seconds=wait)
        self.desk.store.transact(
            lambda tx: tx.failed_call(
                claimed, f"{error.kind}: {error.error}", error.trace, now, retry
            )
        )

    # -- notices ------------------------------------------------------------------------------
    def _tell(self, claimed: Sequence[Claimed[Notice]], now: datetime) -> None:
        """Hands notices to the outlet, each recipient's by itself."""
        delivered = [each for each in claimed if self._delivered(each, now)]

        def finish(tx: Tx) -> None:
            for each in delivered:
                tx.done_notice(each.item_id, each.fence)

        self.desk.store.transact(finish)

    def _delivered(self, claimed: Claimed[Notice], now: datetime) -> bool:
        try:
            self.outlet.deliver(claimed.work)
        except OSError as error:
            told, retry = _told(error), now + timedelta(seconds=_pause(claimed.claims))
            self.desk.store.transact(lambda tx: tx.failed_notice(claimed, told, "", retry))
            return False
        return True


def _wanted(case: Case, call: Call) -> bool:
    """Whether the call is still to be made: what ended while it waited only takes back."""
    referral = case.referral(call.referral)
    going_on = not case.over and (referral is None or referral.open)
    return going_on or call.verb == "withdraw"


def _pause(claims: int) -> float:
    return float(_RETRY[min(claims, len(_RETRY)) - 1])


def _told(error: BaseException) -> str:
    """The error without arguments that might hold what a citizen wrote."""
    return error.code if isinstance(error, Refused) else type(error).__name__


def next_moment(desk: Desk) -> datetime | None:
    """The earliest moment at which there is something to do; may lie in the past."""
    with desk.store.reading() as reader:
        return reader.next_due()
