"""One step at a time: claim what is due, do it, commit. Threads and processes only call `step`.

The queue merely transports. Whoever takes a wake-up reads the case again and fires all that is
due; a stale owner, whose lease ran out, completes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import Future
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from referral_engine.clock import Clock, VirtualClock, monotonic
from referral_engine.desk import Desk
from referral_engine.desk.naming import in_log
from referral_engine.errors import ReferralError, Unavailable
from referral_engine.i18n import _
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.command import Request
from referral_engine.model.outcome import Call, Notice
from referral_engine.model.principal import ENGINE
from referral_engine.notices import Outlet
from referral_engine.plugins.departments import Departments
from referral_engine.runner.calling import CALL_LEASE, Calling
from referral_engine.runner.failing import name_failure, pause, told, trace_of
from referral_engine.runner.inbox import Inbox
from referral_engine.runner.meter import Meter
from referral_engine.runner.post import Hung, Post
from referral_engine.store import CaseFilter, Claimed, ClaimedWakeup, Conflict, Tx

__all__ = ["Restless", "Runner"]

BATCH = 50
"""design.md: claims in batches of 50 are 14 to 25 times as fast on SQLite; calls never batch."""
_PAGE = 500
LEASE = timedelta(minutes=2)

_INSIDE = frozenset({"follow_up", "wakeup"})
_OUTSIDE = frozenset({"plugin_call", "notice"})


class Restless(ReferralError):
    """Something due at a moment of a virtual clock is never done, so that time stands still."""

    def __init__(self, at: datetime) -> None:
        super().__init__(_("something due at {at} is never done").format(at=at.isoformat()))


class _Hand(NamedTuple):
    """What one claim took."""

    follow_ups: Sequence[Claimed[Request]]
    wakeups: Sequence[ClaimedWakeup]
    calls: Sequence[Claimed[Call]]
    notices: Sequence[Claimed[Notice]]


class Runner:
    """Does the engine's own work on one store. Every method may be called from any thread."""

    def __init__(
        self, desk: Desk, departments: Departments, outlet: Outlet, clock: Clock,
        *, lease: timedelta = LEASE, call_lease: timedelta = CALL_LEASE,
    ) -> None:  # fmt: skip
        """`lease` is how long a claim is held, `call_lease` that of a plugin call."""
        self.desk = desk
        self.departments = departments
        self.meter = Meter()
        self.inbox = Inbox(desk, departments)
        self.calling = Calling(desk, departments, clock, call_lease, self.meter, self.inbox)
        self._lease = lease
        # In virtual time nothing takes long, and order is worth more than a deadline.
        self._deliver = outlet.deliver if isinstance(clock, VirtualClock) else Post(outlet).deliver
        self._told_last = ""
        self._dropped: deque[_Hand] = deque()
        """Claimed, and not done because the database failed."""
        self.clock = clock
        self.suspended = False
        """Timers stand still (the wall clock jumped) until somebody accepts the time."""

    def upcoming(self) -> dict[str, datetime]:
        """When something is next due in each box that holds anything; may lie in the past (UTC)."""
        with self.desk.store.reading() as reader:
            found = reader.upcoming()
            calls = self.calling.upcoming(reader, found.pop("plugin_call", None))
        return found if calls is None else found | {"plugin_call": calls}

    def next_moment(self) -> datetime | None:
        """The earliest moment at which there is something to do; may lie in the past (UTC)."""
        return min(self.upcoming().values(), default=None)

    def step(self, upcoming: Mapping[str, datetime] | None = None, *, outside: bool = True) -> bool:
        """One round of what is due first; False where nothing was.

        `upcoming` saves the look where the caller has just taken it. What changes cases comes
        before what goes out, so that a call which this very round takes back is not made; what
        goes `outside` may be left to others.
        """
        now = self.clock.now()
        seen = self.upcoming() if upcoming is None else upcoming
        due = {box for box, at in seen.items() if at <= now}
        if self.suspended:
            due.discard("wakeup")
        decided = self._round(now, due & _INSIDE)
        if not outside:
            return decided
        # What was decided mostly has something to say: looking first would cost as much.
        went_out = self._round(now, _OUTSIDE if decided else due & _OUTSIDE)
        return decided or went_out

    def cases(self) -> bool:
        """One round of what changes cases; False where nothing was due."""
        boxes = _INSIDE - {"wakeup"} if self.suspended else _INSIDE
        return self._round(self.clock.now(), boxes)

    def calls(self, unit: str | None = None) -> bool:
        """One plugin call, to `unit` where it is named, for threads that make nothing but calls."""
        return self._round(self.clock.now(), {"plugin_call"}, unit)

    def notices(self) -> bool:
        """One round of notices."""
        return self._round(self.clock.now(), {"notice"})

    def _round(self, now: datetime, boxes: Set[str], unit: str | None = None) -> bool:
        if not boxes:
            return False
        hand = self.desk.store.transact(lambda tx: self._claim(tx, now, boxes, unit))
        try:
            self._do(hand, now)
        except Unavailable:
            self._dropped.append(hand)
            raise
        return any(hand)

    def _do(self, hand: _Hand, now: datetime) -> None:
        # All are sent before the first is waited for: they share commits.
        following = [(each, self._follow_up(each)) for each in hand.follow_ups]
        looking = [(each, self._look(each)) for each in hand.wakeups]
        for each, future in following:
            self._followed(each, future)
        for looked, future in looking:
            self._looked(looked, future)
        for call in hand.calls:
            self.calling.make(call)
        if hand.notices:
            self._tell(hand.notices, now)

    def let_go(self) -> None:
        """Gives back what was in hand as the database failed. It does not count as a try: what was
        done under the claim was not to blame.

        One thread calls it. Raises Unavailable where the database still fails.
        """
        while self._dropped:
            hand = self._dropped[0]
            self.desk.store.transact(partial(_let_go, hand))
            self._dropped.popleft()

    def _claim(self, tx: Tx, now: datetime, boxes: Set[str], unit: str | None) -> _Hand:
        """One commit for all boxes, before anything is done: what kills its worker must count."""
        return _Hand(
            tx.claim_follow_ups(now, BATCH, self._lease) if "follow_up" in boxes else (),
            tx.claim_wakeups(now, BATCH, self._lease) if "wakeup" in boxes else (),
            self.calling.claim(tx, now, unit) if "plugin_call" in boxes else (),
            self._claim_notices(tx, now) if "notice" in boxes else (),
        )

    def _claim_notices(self, tx: Tx, now: datetime) -> Sequence[Claimed[Notice]]:
        """Recipients take turns, so that none waits for another's long queue."""
        found = tx.claim_notices(now, BATCH, self._lease, BATCH, after=self._told_last)
        if found:
            self._told_last = found[-1].work.to
        return found

    # -- commands that one case has for another -----------------------------------------------
    def _follow_up(self, claimed: Claimed[Request]) -> Future[None]:
        def run(tx: Tx) -> None:
            self.desk.run(tx, claimed.work)
            tx.done_follow_up(claimed.item_id, claimed.fence)

        return self.desk.store.write(run)

    def _followed(self, claimed: Claimed[Request], future: Future[None]) -> None:
        try:
            future.result()
        except Unavailable:
            raise  # not this one's fault, and nothing can be kept of it now
        except Exception as error:  # noqa: BLE001 - named, kept and tried again
            if not isinstance(error, Conflict):
                name_failure(f"a command for case {self._named(claimed.work.case)}", error)
            retry = self.clock.now() + pause(claimed.claims)
            said, trace = told(error), trace_of(error)
            self.desk.store.transact(lambda tx: tx.failed_follow_up(claimed, said, trace, retry))

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
        except Unavailable:
            raise  # not this one's fault, and nothing can be kept of it now
        except Exception as error:  # noqa: BLE001 - named, kept and tried again
            said = ""  # of a Conflict: somebody was faster; a stale owner gives nothing
            if not isinstance(error, Conflict):
                said = told(error)
                name_failure(f"a timer of case {self._named(claimed.code)}", error)
            retry = self.clock.now() + pause(claimed.claims)
            self.desk.store.transact(
                lambda tx: tx.failed_wakeup(claimed.code, claimed.fence, said, retry)
            )

    def confirm_calendar(self) -> int:
        """Recomputes provisional deadlines where the calendar has learnt more; in how many cases
        one changed.

        Called when the workspace is read. Each case is changed once a calendar version at most.
        """
        version = self.desk.workspace.calendar.version
        return sum(self._confirmed(case, version) for case in self._provisional(version))

    def _confirmed(self, before: Case, version: str) -> bool:
        key = f"calendar/{version}/{before.code}"
        answer = self.desk.submit(Request(before.code, c.ConfirmDeadlines(), ENGINE, key=key))
        return answer.version > before.version and not answer.duplicate

    def _provisional(self, version: str) -> Iterator[Case]:
        """The cases with a deadline that stands on another calendar, which did not know enough."""
        before = None
        while True:
            with self.desk.store.reading() as reader:  # a view a page: one a case costs seconds
                page = reader.cases(_PAGE, CaseFilter(alive=True, before=before))
                loaded = [found.case for line in page if (found := reader.load(line.code))]
            yield from (case for case in loaded if _stands_on_another(case, version))
            if len(page) < _PAGE:
                return
            before = (page[-1].registered_at, page[-1].code)

    # -- notices ------------------------------------------------------------------------------
    def _tell(self, claimed: Sequence[Claimed[Notice]], now: datetime) -> None:
        """Hands notices to the outlet, each recipient's by itself.

        Of a recipient whose delivery hung the others are not tried in this round. What is left when
        half the lease is over waits for its end: somebody else may take it then.
        """
        until = monotonic() + self._lease / timedelta(seconds=2)
        hung: dict[str, Exception] = {}
        delivered = []
        for each in claimed:
            if monotonic() > until:
                break
            failure = hung.get(each.work.to) or self._failure(each.work)
            if failure is None:
                delivered.append(each)
                continue
            if isinstance(failure, Hung):
                hung[each.work.to] = failure
            self._give_back(each, failure, now)

        def finish(tx: Tx) -> None:
            for each in delivered:
                tx.done_notice(each.item_id, each.fence)

        self.desk.store.transact(finish)

    def _named(self, code: str, text: str = "") -> str:
        return in_log(self.desk.store, code, text)

    def _failure(self, notice: Notice) -> Exception | None:
        """Why it was not delivered; None when it was."""
        try:
            self._deliver(notice)
        except Exception as error:  # noqa: BLE001 - one recipient's trouble holds up no other
            name_failure(f"notice {self._named(notice.case, notice.key)}", error)
            return error
        return None

    def _give_back(self, claimed: Claimed[Notice], failure: Exception, now: datetime) -> None:
        said, trace, retry = told(failure), trace_of(failure), now + pause(claimed.claims)
        self.desk.store.transact(lambda tx: tx.failed_notice(claimed, said, trace, retry))


def _let_go(hand: _Hand, tx: Tx) -> None:
    tx.let_go(hand.follow_ups, hand.calls, hand.notices, hand.wakeups)


def _stands_on_another(case: Case, version: str) -> bool:
    return any(d.provisional and d.open and d.calendar != version for d in case.deadlines)
