"""What must hold once the killing is over, each by its name, and the figures of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import select

from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.case import Case
from referral_engine.model.command import Request
from referral_engine.model.event import Event, event_name
from referral_engine.store import Store
from referral_engine.store.tables import (
    OUTBOXES,
    case_event,
    case_file,
    intake_key,
    plugin_call,
    wakeup,
)
from tests.chaos.load.journal import lines
from tests.chaos.load.people import ISSUES, OFFICER, acts, issues

__all__ = ["Entry", "Verdict", "judge"]

A_COMMIT = timedelta(seconds=5)
"""The moment of an event is taken before its commit: a call that begins meanwhile saw no end."""
_ONCE = (e.Claimed, e.Reported, e.Arrived, e.Closed, e.Withdrawn, e.Registered)
_ENDS = (e.Closed, e.Withdrawn, e.Merged, e.Rejected, e.Redirected, e.Archived)


class Entry(msgspec.Struct, frozen=True):
    """A line of the departments' own book: they were asked this, at this moment of the engine's."""

    key: str
    verb: str
    case: str
    at: datetime


class Verdict(msgspec.Struct):
    """`faults` by name with their first examples; none is how it should be."""

    faults: dict[str, list[str]] = {}
    issues: int = 0
    issues_again: int = 0
    acts: int = 0
    acts_again: int = 0
    acts_refused: int = 0
    events: int = 0
    marks: int = 0
    effects: int = 0
    calls: int = 0
    calls_again: int = 0
    dead: int = 0

    def find(self, name: str, examples: Iterable[object]) -> None:
        if found := [str(each) for each in examples]:
            self.faults[name] = [f"{len(found)} in all", *found[:3]]


class _Told(msgspec.Struct):
    """What the store tells."""

    cases: dict[str, Case]
    histories: dict[str, list[Event]]
    codes: dict[str, str]
    """By sender's key."""
    calls: dict[str, str]
    """Status by key."""


def judge(folder: Path, database: str) -> Verdict:
    """Holds the store against what was acknowledged and what the departments saw.

    To be asked once nothing is due any more, with the daemons stopped.
    """
    verdict = Verdict()
    book = lines(folder / "outside.jsonl", Entry)
    with Store.open(database, readonly=True) as store:
        told = _read(store)
        _nothing_left(store, verdict)
    _taken_in(folder, told, verdict)
    _acted(folder, told, verdict)
    _once(told, verdict)
    _clocks(told, verdict)
    _called(book, told, verdict)
    return verdict


def _read(store: Store) -> _Told:
    histories: dict[str, list[Event]] = {}
    with store.reading() as reader:
        for stored in reader.all_events():
            histories.setdefault(stored.event.case, []).append(stored.event)
        ask = reader.connection.execute
        codes = dict(map(tuple, ask(select(intake_key.c.sender_key, intake_key.c.case_code))))
        calls = dict(map(tuple, ask(select(plugin_call.c.effect_key, plugin_call.c.status))))
        files = [code for (code,) in ask(select(case_file.c.case_code))]
        loaded = {code: reader.load(code) for code in files}
    cases = {code: found.case for code, found in loaded.items() if found is not None}
    return _Told(cases, histories, codes, calls)


def _nothing_left(store: Store, verdict: Verdict) -> None:
    """No lease, nothing pending, no timer, no dead letter."""
    with store.reading() as reader:
        letters = reader.dead_letters()
        ask = reader.connection.execute
        for box in OUTBOXES:
            left = select(box.c.effect_key, box.c.status, box.c.lease_until, box.c.claims).where(
                (box.c.status == "pending") | (box.c.lease_until > 0)
            )
            verdict.find(f"left in {box.name}", ask(left).all())
        w = wakeup.c
        left = select(w.case_code, w.due_at, w.lease_until).where(
            w.due_at.is_not(None) | (w.lease_until > 0)
        )
        verdict.find("timers left", ask(left).all())
        counted = select(case_event.c.case_code, case_event.c.seq)
        verdict.events = len(ask(counted).all())
    verdict.dead = len(letters)
    verdict.find("dead letters", [(x.box, x.key, x.claims, x.error) for x in letters])


def _taken_in(folder: Path, told: _Told, verdict: Verdict) -> None:
    journal = issues(folder)
    acknowledged = journal.acknowledged()
    verdict.issues = len(acknowledged)
    verdict.issues_again = sum(each.again for each in acknowledged)
    lost = [a for a in acknowledged if told.codes.get(f"{ISSUES}/{a.number}") != a.case]
    verdict.find("acknowledged issues that are not there", lost)
    verdict.find("issues never acknowledged", journal.open())
    twice = [code for code, n in Counter(told.codes.values()).items() if n > 1]
    verdict.find("two issues in one case", twice)
    alien = told.cases.keys() ^ set(told.codes.values())
    verdict.find("cases without an issue, or the reverse", alien)
    verdict.find("cases without history, or the reverse", told.cases.keys() ^ told.histories.keys())


def _acted(folder: Path, told: _Told, verdict: Verdict) -> None:
    """Every command that was acknowledged stands in the history, as often as it was given."""
    journal = acts(folder)
    asked = {each.number: each.what for each in journal.asked()}
    acknowledged = journal.acknowledged()
    verdict.acts = len(acknowledged)
    verdict.acts_again = sum(each.again for each in acknowledged)
    verdict.acts_refused = sum(bool(each.refused) for each in acknowledged)
    verdict.find("acts never acknowledged", journal.open())
    done = [asked[each.number] for each in acknowledged if not each.refused]
    wanted, found = set(_by_order(done)), set(_by_hand(told))
    verdict.find("acts without their event", wanted - found)
    verdict.find("events without their act", found - wanted)


def _by_order(done: list[Request]) -> Iterator[tuple[str, str]]:
    for request in done:
        match request.command:
            case c.Claim(referral=referral):
                yield referral, "claimed"
            case c.Report(referral=referral):
                yield referral, "reported"
            case c.Close():
                yield request.case, "closed"


def _by_hand(told: _Told) -> Iterator[tuple[str, str]]:
    for event in _all(told):
        body = event.body
        if isinstance(body, (e.Claimed, e.Reported)) and event.by.id == OFFICER.id:
            yield body.referral, event_name(body)
        elif isinstance(body, e.Closed):
            yield event.case, event_name(body)


def _once(told: _Told, verdict: Verdict) -> None:
    """No event twice, whoever was killed between the act and its commit."""
    gaps = [
        code
        for code, events in told.histories.items()
        if [each.seq for each in events] != list(range(1, len(events) + 1))
    ]
    verdict.find("gaps in a history", gaps)
    verdict.find("events without an owner", (x for x in _all(told) if not x.owner.strip()))
    once = Counter(
        (x.case, event_name(x.body), getattr(x.body, "referral", ""))
        for x in _all(told)
        if isinstance(x.body, _ONCE)
    )
    verdict.find("what happens once and happened twice", (k for k, n in once.items() if n > 1))
    effects = Counter((x.case, x.body.key) for x in _all(told) if isinstance(x.body, e.EffectDone))
    verdict.effects = len(effects)
    verdict.find("effects done twice", (k for k, n in effects.items() if n > 1))


def _clocks(told: _Told, verdict: Verdict) -> None:
    marks = Counter(
        (x.case, x.body.deadline, x.body.share)
        for x in _all(told)
        if isinstance(x.body, e.MarkFired)
    )
    verdict.marks = len(marks)
    verdict.find("marks fired twice", (k for k, n in marks.items() if n > 1))
    waiting = [
        (case.code, deadline.name, deadline.state)
        for case in told.cases.values()
        for deadline in case.deadlines
        if deadline.state in ("running", "waiting", "paused") or deadline.next_mark() is not None
    ]
    verdict.find("deadlines neither fired nor cancelled", waiting)


def _called(book: list[Entry], told: _Told, verdict: Verdict) -> None:
    """At least once, always under a key that was committed, never once the case had ended."""
    made = Counter(entry.key for entry in book)
    verdict.calls = len(book)
    verdict.calls_again = len(book) - len(made)
    verdict.find("calls nobody had committed", made.keys() - told.calls.keys())
    by_plugin = {
        x.body.referral
        for x in _all(told)
        if isinstance(x.body, e.Claimed) and x.by.id.startswith("plugin:")
    }
    asked = {entry.key.partition("/")[0] for entry in book if entry.verb == "offered"}
    verdict.find("answers to what was never asked", by_plugin - asked)
    ended = {
        code: min(x.recorded_at for x in events if isinstance(x.body, _ENDS))
        for code, events in told.histories.items()
        if any(isinstance(x.body, _ENDS) for x in events)
    }
    late = [
        entry
        for entry in book
        if entry.verb != "withdraw"
        and (end := ended.get(entry.case)) is not None
        and entry.at > end + A_COMMIT
    ]
    verdict.find("calls begun after the case had ended", late)


def _all(told: _Told) -> Iterator[Event]:
    for events in told.histories.values():
        yield from events
