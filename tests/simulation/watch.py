"""What must hold, looked at after every commit, at every call, and in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from referral_engine.flow.apply import apply
from referral_engine.model import event as e
from referral_engine.model.case import Case
from referral_engine.model.deadline import Deadline
from referral_engine.store import Reader, Store
from referral_engine.store.audit import verify
from referral_engine.store.journal import START, Position
from referral_engine.store.tables import OUTBOXES, notice, plugin_call, wakeup
from referral_engine.trial.invariants import broken_case

__all__ = ["Broken", "Watch"]


_CLAIMED = select(
    plugin_call.c.effect_key, plugin_call.c.fence, plugin_call.c.status, plugin_call.c.lane
).where(plugin_call.c.fence > 0)
_STEP = timedelta(seconds=1)
"""What the calm may wait at a time for the lease of somebody dead."""


class Broken(BaseException):
    """An invariant does not hold: its name, and what was seen.

    No `Exception`: at a call or a delivery the engine would take it for the guest's.
    """

    def __init__(self, invariant: str, seen: str) -> None:
        super().__init__(f"{invariant}: {seen}")
        self.invariant = invariant


class Claim(NamedTuple):
    """The last claim of a call: under which fence, when, and by which processes' commit."""

    fence: int
    at: datetime
    by: frozenset[object]


class Watch:
    """Follows the journal with a fold of its own, and counts what left the engine."""

    def __init__(self, store: Store, served: Iterable[str]) -> None:
        """`served` are the departments that have a plugin; the others' people use the desk."""
        self._store = store
        self._served = frozenset(served)
        self._position: Position = START
        self.cases: dict[str, Case] = {}
        self.made: Counter[str] = Counter()
        """Plugin calls by key, as departments saw them."""
        self.delivered: Counter[str] = Counter()
        self.acknowledged: dict[tuple[str, str], object] = {}
        """What whoever asked under a key was told."""
        self.registered: dict[str, str] = {}
        """The code that each acknowledged sender's key was given."""
        self.calm_since: datetime | None = None
        """From when on nothing is disturbed any more."""
        self.downtime: list[tuple[datetime, datetime]] = []
        """When nothing was alive for longer than a moment."""
        self._calls: dict[str, datetime] = {}
        self._claims: dict[str, Claim] = {}
        self._ended: set[str] = set()
        self._owners: Collection[object] = ()
        self._asked: dict[object, list[tuple[str, datetime, timedelta]]] = {}
        """The calls each process made: since when, and for how long its lease holds. One whose
        lease ran out may be made again, by the same process too.
        """
        self.events = 0
        self._effects: set[tuple[str, str]] = set()

    # -- at every step ------------------------------------------------------------------------
    def look(self, now: datetime, owners: Collection[object] = ()) -> None:
        """At what was committed since the last look, for these processes. Raises Broken."""
        self._owners = owners
        with self._store.reading() as reader:
            for stored in reader.all_events(self._position):
                self._position = stored.position
                self._follow(stored.event, now)
            for row in reader.connection.execute(_CLAIMED):
                self._in_hands(row, now, frozenset(owners))

    def _in_hands(self, row: Any, now: datetime, owners: frozenset[object]) -> None:
        """Follows who claimed a call last, and that nobody else ends it."""
        claim = self._claims.get(row.effect_key)
        if claim is None or claim.fence != row.fence:
            claim = self._claims[row.effect_key] = Claim(row.fence, now, owners)
        if row.status == "done" and row.effect_key not in self._ended:
            self._ended.add(row.effect_key)
            mine = row.lane not in self._served or not owners or bool(owners & claim.by)
            _must(mine, "who claimed a call last ends it", row.effect_key)

    def _follow(self, event: e.Event, now: datetime) -> None:
        where = f"{event.case} event {event.seq}"
        before = self.cases.get(event.case)
        self.events += 1
        _must(bool(event.owner), "owner", f"nobody owns {where}")
        _must(event.seq == (before.version + 1 if before else 1), "no gap", where)
        _must(event.recorded_at <= now, "no future", where)
        if before is not None:
            assert before.last_at is not None
            _must(event.recorded_at >= before.last_at, "time goes on", where)
            self._once(event, before, where)
        self.cases[event.case] = apply(before, event)

    def _once(self, event: e.Event, before: Case, where: str) -> None:
        body = event.body
        if isinstance(body, e.MarkFired):
            clock = next(d for d in before.deadlines if d.id == body.deadline)
            mark = next(m for m in clock.marks if m.share == body.share)
            _must(not mark.fired, "a timer fires once", f"{where}: {body}")
            _must(event.recorded_at >= mark.at, "no timer early", f"{where}: {body}")
            _must(clock.open, "a timer of a running clock", f"{where}: {body}")
            self._rung(event, body, clock, mark.at, where)
        elif isinstance(body, e.EffectDone):
            key = (event.case, body.key)
            _must(key not in self._effects, "each effect once", f"{where}: {body}")
            self._effects.add(key)
        elif isinstance(body, e.AnsweredLate):
            self._late(event, body, before, where)
        elif isinstance(body, e.Claimed):
            referral = before.referral(body.referral)
            offered = referral is not None and referral.state == "offered"
            _must(offered, "each effect once", f"{where}: {body}")

    def _late(self, event: e.Event, body: e.AnsweredLate, before: Case, where: str) -> None:
        """Only somebody whose lease ran out is late, unless what was asked for is over."""
        referral = before.referral(body.referral)
        wanted = not before.over and referral is not None and referral.open
        prefix = f"{body.referral}/{body.verb}/"
        spans = [
            event.recorded_at - since < lease
            for owner in self._owners
            for key, since, lease in self._asked.get(owner, ())
            if key.startswith(prefix)
        ]
        with self._store.reading() as reader:
            note = reader.content(event.case, (body.note,)).get(body.note, "")
        in_time = wanted and note.endswith(": late") and bool(spans) and all(spans)
        _must(not in_time, "who holds the lease is not late", f"{where}: {body}")

    def _rung(
        self, event: e.Event, body: e.MarkFired, clock: Deadline, at: datetime, where: str
    ) -> None:
        if self.calm_since is not None and at > self.calm_since:
            late = event.recorded_at - at > _STEP
            _must(not late, "no timer late in the calm", f"{where}: {body}, {at}")
        passed = any(m.share > body.share and m.at <= event.recorded_at for m in clock.marks)
        _must(not passed or bool(body.skipped), "the highest rung alone acts", f"{where}: {body}")
        down = any(since < at < until for since, until in self.downtime)
        down = down and body.share >= 1  # what is only a reminder blames nobody anyway
        _must(not down or body.excused, "downtime blames nobody", f"{where}: {body}, {at}")

    # -- what leaves the engine ---------------------------------------------------------------
    def starts(
        self, by: object, key: str, code: str, verb: str, now: datetime, lease: timedelta,
        stale: bool,
    ) -> None:  # fmt: skip
        """A department is being called. Raises Broken where its case is over, or while somebody
        alive makes this very call, whose lease is not over; who stood still since its own claim,
        and is `stale`, does not know.
        """
        self.made[key] += 1
        since = self._calls.get(key)
        held = since is not None and now - since < lease and not stale
        _must(not held, "a call is in one hand", key)
        # Its lease runs since the claim, and time may have gone on since then.
        claimed = self._claims[key].at
        self._calls[key] = claimed
        asked = (key, claimed, timedelta() if stale else lease)
        self._asked.setdefault(by, []).append(asked)
        with self._store.reading() as reader:
            case = _case(reader, code)
        _must(verb == "withdraw" or not case.over, "no call after the end", f"{key} ({case.state})")

    def ends(self, key: str) -> None:
        """Whoever made the call has its answer, or is dead."""
        self._calls.pop(key, None)

    def told(self, principal: str, key: str, answer: object) -> None:
        """Whoever asked under a key learns what it came to; twice the same."""
        before = self.acknowledged.setdefault((principal, key), answer)
        _must(before == answer, "one answer a key", f"{key}: {before} and {answer}")

    def came(self, sender: str, code: str) -> None:
        """Whoever sent an issue under a key learns its code; twice the same."""
        before = self.registered.setdefault(sender, code)
        _must(before == code, "one case a sender's key", f"{sender}: {before} and {code}")

    # -- in the end ---------------------------------------------------------------------------
    def conclude(self, now: datetime) -> None:
        """When nothing is due any more. Raises Broken."""
        self.look(now)
        with self._store.reading() as reader:
            for sender, code in self.registered.items():
                _must(code in self.cases, "what was acknowledged is there", f"{sender}: {code}")
            for code, case in self.cases.items():
                _must(_case(reader, code) == case, "projections", code)
                self._clocks(case, now)
                found = broken_case(case, reader.events(code))
                _must(not found, "the flow's own invariants", "; ".join(found))
            self._boxes(reader, now)
        findings = [str(finding) for finding in verify(self._store.engine)]
        _must(not findings, "chains and projections", "; ".join(findings))

    def _clocks(self, case: Case, now: datetime) -> None:
        for clock in case.deadlines:
            mark = clock.next_mark()
            _must(mark is None or mark.at > now, "every deadline fires", f"{case.code}: {clock}")

    def _boxes(self, reader: Reader, now: datetime) -> None:
        at = now.timestamp() * 1e6
        for row in reader.connection.execute(select(wakeup)):
            _must(not row.dead, "nothing is given up for nothing", f"wake-up of {row.case_code}")
            late = row.due_at is not None and row.due_at <= at
            _must(not late, "every wake-up is answered", row.case_code)
        for box in OUTBOXES:
            for row in reader.connection.execute(select(box)):
                waits = row.status == "pending" and row.due_at <= at
                _must(not waits, "nothing is left to do", f"{box.name} {row.effect_key}")
                if box is not plugin_call:
                    dead = row.status == "dead"
                    _must(not dead, "nothing is given up for nothing", f"{row.effect_key}")
                if row.status == "done":
                    self._was_done(reader, box.name, row)

    def _was_done(self, reader: Reader, box: str, row: Any) -> None:
        key = row.effect_key
        if box == notice.name:
            _must(self.delivered[key] > 0, "a notice is delivered before it counts as such", key)
        elif box == plugin_call.name:
            case = self.cases[row.case_code]
            referral = case.referral(row.referral_id)
            wanted = not case.over and referral is not None and referral.open
            wanted = wanted and row.lane in self._served
            _must(not wanted or self.made[key] > 0, "a call is made before it counts as such", key)
        else:
            who, _slash, under = key.partition("/")
            _must(reader.seen(who, under) is not None, "a follow-up is run before it ends", key)


def _case(reader: Reader, code: str) -> Case:
    loaded = reader.load(code)
    _must(loaded is not None, "a case that is there stays there", code)
    assert loaded is not None
    return loaded.case


def _must(holds: bool, invariant: str, seen: str) -> None:
    if not holds:
        raise Broken(invariant, seen)
