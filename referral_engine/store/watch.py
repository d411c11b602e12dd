"""What watches the watchers: work that should have been done and was not, cases nobody would miss.

Each look is bounded. The work in hand is asked for by its indexes; every case comes by in slices,
from which the next look goes on, so that a look costs the same however long history is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, literal_column, select, tuple_

from referral_engine.model.case import Case
from referral_engine.store.audit import Scope, among, between, verify_cases
from referral_engine.store.finding import Finding
from referral_engine.store.moment import micros
from referral_engine.store.prepared import literal
from referral_engine.store.projection import unpack
from referral_engine.store.stage import WITHDRAWN
from referral_engine.store.tables import OUTBOXES, case_file, outage, plugin_call, wakeup

__all__ = ["LATE", "OpenPlace", "Stretch", "calls_after_end", "examined", "next_cases", "next_open",
           "overdue"]  # fmt: skip

LATE = timedelta(minutes=15)
"""A timer that did not fire so long after its moment will be asked about; most take a second."""
LOST = timedelta(hours=1)
"""A lease so long over is nobody's."""
_LIMIT = 100

_w, _f, _p = wakeup.c, case_file.c, plugin_call.c


class Stretch(NamedTuple):
    """Cases beyond `after`, not beyond `upto`; empty where they are the last. `cases` of them."""

    after: str
    upto: str
    cases: int

    def holds(self, code: str) -> bool:
        """Whether the case is one of these."""
        return self.after < code and (not self.upto or code <= self.upto)

    @property
    def scope(self) -> Scope:
        """The same for a question."""
        return between(self.after, self.upto)


class OpenPlace(NamedTuple):
    """Where a walk along the open cases goes on."""

    owner: str = ""
    registered: int = -1
    code: str = ""


def overdue(connection: Connection, now: datetime, late: timedelta = LATE) -> list[Finding]:
    """Timers that should have fired, and leases of owners who never came back."""
    return [*_timers(connection, micros(now - late)), *_leases(connection, micros(now - LOST))]


def _timers(connection: Connection, before: int) -> Iterator[Finding]:
    """What waits for another try after a failure is in good hands until that is overdue, too."""
    query = select(_w.case_code, _w.lease_until, _w.error).where(
        _w.due_at.is_not(None), _w.dead == literal_column("0"),
        _w.due_at < before, _w.lease_until < before,
    )  # fmt: skip
    for code, lease, error in connection.execute(query.order_by(_w.due_at).limit(_LIMIT)):
        if lease and not error:
            yield Finding("LEASE_LOST", code, 0, "who looked at it never came back")
        else:
            yield Finding("TIMER_LATE", code, 0, "a timer of it should have fired")


def _leases(connection: Connection, before: int) -> Iterator[Finding]:
    for box in OUTBOXES:
        b = box.c
        # The oldest due alone: what was claimed stands at the head of its queue.
        head = select(b.case_code, b.lane, b.lease_until).where(
            b.status == literal("pending"), b.due_at < before
        )
        queue = head.order_by(b.due_at, b.item_id).limit(_LIMIT).subquery()
        lost = select(queue.c.case_code).where(queue.c.lease_until.between(1, before))
        if box is plugin_call:  # what waits for a department that is down is in good hands
            lost = lost.where(queue.c.lane.not_in(select(outage.c.unit)))
        for (code,) in connection.execute(lost):
            yield Finding("LEASE_LOST", code, 0, f"who had a {box.name} of it never came back")


def calls_after_end(
    connection: Connection, after: str, limit: int
) -> tuple[list[Finding], Stretch]:
    """Calls that wait though their case is over: nothing but `withdraw` may go out then."""
    waits = (_p.status == literal("pending"), _p.case_code > after)
    query = select(_p.case_code).where(*waits).order_by(_p.case_code).limit(limit)
    codes = list(connection.execute(query).scalars())
    stretch = Stretch(after, codes[-1] if len(codes) == limit else "", len(codes))
    found = select(_p.case_code).distinct().join_from(
        plugin_call, case_file, _p.case_code == _f.case_code
    )  # fmt: skip
    found = found.where(*waits, *stretch.scope(_p.case_code), _p.verb != WITHDRAWN, _f.is_open == 0)
    over = connection.execute(found.order_by(_p.case_code)).scalars()
    told = "a call of it waits though it is over"
    return [Finding("CALL_AFTER_END", code, 0, told) for code in over], stretch


def next_cases(connection: Connection, after: str, cases: int, events: int) -> Stretch:
    """The cases beyond `after` in the order of their codes: so many, or fewer where they have more
    than so many `events` together.
    """
    query = select(_f.case_code, _f.version).where(_f.case_code > after)
    rows = connection.execute(query.order_by(_f.case_code).limit(cases)).all()
    total = 0
    for count, (code, version) in enumerate(rows, 1):
        total += version
        if total >= events and count < len(rows):
            return Stretch(after, code, count)
    return Stretch(after, rows[-1][0] if len(rows) == cases else "", len(rows))


def next_open(connection: Connection, after: OpenPlace, limit: int) -> tuple[list[str], OpenPlace]:
    """The next open cases, and where to go on: from the start, where these are the last."""
    place = tuple_(_f.owner, _f.registered_at, _f.case_code)
    query = select(_f.owner, _f.registered_at, _f.case_code).where(
        _f.is_open == literal_column("1"), place > tuple_(*after)
    )
    order = (_f.owner, _f.registered_at, _f.case_code)
    rows = [OpenPlace(*row) for row in connection.execute(query.order_by(*order).limit(limit))]
    return [row.code for row in rows], rows[-1] if len(rows) == limit else OpenPlace()


def examined(connection: Connection, cases: Stretch | Collection[str]) -> list[Finding]:
    """What is wrong with these cases: their chains, their projections, what watches over them."""
    scope = cases.scope if isinstance(cases, Stretch) else among(cases)
    return [*verify_cases(connection, scope), *_unwatched(connection, scope)]


def _unwatched(connection: Connection, scope: Scope) -> Iterator[Finding]:
    """Open cases that nobody would miss: without a timer, or with a referral without a clock."""
    query = select(_f.case_code, _f.snapshot, _w.case_code, _w.due_at).join_from(
        case_file, wakeup, _f.case_code == _w.case_code, isouter=True
    )  # fmt: skip
    query = query.where(_f.is_open == literal_column("1"), *scope(_f.case_code))
    for code, snapshot, woken, due in connection.execute(query.order_by(_f.case_code)):
        try:
            case = unpack(snapshot)
        except msgspec.MsgspecError:
            continue  # a finding of the audit already
        if woken is None or due != micros(case.next_at()):
            yield Finding("NO_TIMER", code, case.version, "no timer stands at what is due next")
        for referral in case.referrals:
            if referral.open and not _runs(case, referral.id):
                what = f"referral {referral.id} is open and has no clock"
                yield Finding("NO_CLOCK", code, case.version, what)


def _runs(case: Case, referral: str) -> bool:
    """Whether any clock is on the referral, or on the case, which its lead answers for."""
    return any(each.open and each.referral in ("", referral) for each in case.deadlines)
