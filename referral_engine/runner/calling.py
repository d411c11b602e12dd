"""Plugin calls: one is claimed, made outside any transaction, and its answer committed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from referral_engine.clock import Clock
from referral_engine.desk import Desk
from referral_engine.desk.naming import in_log
from referral_engine.errors import Refused, Unavailable
from referral_engine.flow.intake import ISSUE
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.command import Request
from referral_engine.model.issue import Issue
from referral_engine.model.outcome import Call
from referral_engine.model.principal import ENGINE
from referral_engine.plugins.acts import Message
from referral_engine.plugins.answers import next_call, requests_of
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.guard import PluginFailed
from referral_engine.plugins.present import detail_of, view_of
from referral_engine.plugins.view import Referral as Shown
from referral_engine.runner.failing import name_failure, pause, told, trace_of
from referral_engine.runner.inbox import Inbox
from referral_engine.runner.meter import Meter
from referral_engine.runner.silence import Silence, upcoming
from referral_engine.store import Claimed, Reader, Tx

__all__ = ["ALIVE", "CALL_LEASE", "Calling"]

log = logging.getLogger(__name__)

CALL_LEASE = timedelta(minutes=10)
ALIVE = timedelta(minutes=1)
"""A worker whose last pulse is older than this is not counted on."""


class _Said(NamedTuple):
    """What a call came to: commands, the next call, who was shown personal data (which is recorded
    like any look), what the department's system told, and of which messages it has the receipts.
    """

    requests: tuple[Request, ...] = ()
    again: Call | None = None
    looked: str = ""
    messages: tuple[Message, ...] = ()
    told: tuple[str, ...] = ()


class Calling:
    """Calls departments for the cases of one desk. Every method may be called from any thread."""

    def __init__(
        self, desk: Desk, departments: Departments, clock: Clock, lease: timedelta = CALL_LEASE,
        meter: Meter | None = None, inbox: Inbox | None = None,
    ) -> None:  # fmt: skip
        """`lease` is how long a claim is held, unless `keep` prolongs it."""
        self._inbox = inbox or Inbox(desk, departments)
        self._desk = desk
        self._departments = departments
        self._clock = clock
        self._lease = lease
        self._silence = Silence(departments)
        self._meter = meter or Meter()
        self._in_hand: dict[int, int] = {}
        """The calls being made just now: fence by number."""
        self._last = ""
        """Whom the last call was for: the next is for another, where one waits."""

    def upcoming(self, reader: Reader, first: datetime | None) -> datetime | None:
        """When the next call can be made (UTC); the `first` due may be of a department that rests.

        One that rests is not due before its probe, or the loop would turn in vain until then.
        """
        resting = self._silence.resting(reader)
        if first is None or not resting:
            return first
        return upcoming(reader, resting, self._clock.now())

    def ready(self, reader: Reader, now: datetime) -> list[str]:
        """The departments to which a call can be made now that nobody has in hand."""
        resting = self._silence.resting(reader)
        return [unit for unit in reader.ready_calls(now) if unit not in resting]

    def claim(self, tx: Tx, now: datetime, unit: str | None = None) -> list[Claimed[Call]]:
        """One call, to a department that has none in hand and does not rest; they take turns.

        Or to `unit`, of which the caller knows that it has none in hand.
        """
        resting = self._silence.resting(tx)
        if unit is not None:
            return [] if unit in resting else tx.claim_calls(now, 1, self._lease, unit=unit)
        self.dismiss(tx)
        found = tx.claim_calls(now, 1, self._lease, 1, after=self._last, without=resting)
        if found:
            self._last = found[0].work.unit
        return found

    def dismiss(self, tx: Tx) -> None:
        """Ends what is pending for departments without a plugin, here or at another worker that
        is alive: there is nothing to call, their people go on from the desk inbox.
        """
        lost = [unit for unit in tx.called_units() if not self._departments.has(unit)]
        if lost:
            elsewhere = tx.served(self._clock.now() - ALIVE)
            tx.dismiss_calls([unit for unit in lost if unit not in elsewhere])

    def keep(self, tx: Tx) -> None:
        """Prolongs the leases of the calls in hand: who makes them is alive."""
        if held := dict(self._in_hand):
            tx.renew_calls(held, self._clock.now() + self._lease)

    def make(self, claimed: Claimed[Call]) -> None:
        """Makes the call; whatever fails costs this call a retry, and nothing else."""
        self._in_hand[claimed.item_id] = claimed.fence
        try:
            self._make(claimed)
        except Unavailable:
            raise  # neither ours nor the department's: asked again, under the same key
        except Exception as error:  # noqa: BLE001 - ours, named and tried again like a plugin's
            name_failure(f"call {self._named(claimed.work)}", error)
            self._failed(claimed, told(error), trace_of(error), pause(claimed.claims))
        finally:
            self._in_hand.pop(claimed.item_id, None)

    def _make(self, claimed: Claimed[Call]) -> None:
        call, now = claimed.work, self._clock.now()
        case, issue = self._read(call)
        wanted = issue is not None and _wanted(case, call)
        view = self._shown(case, call, issue, now) if issue is not None and wanted else None
        if view is None:
            self._finish(claimed, _Said())  # erased, taken back, or not this case's
            return
        by = self._departments.principal(call.unit, view.station)
        looked = by.id if _personal(view) else ""
        try:
            detail = detail_of(case, call)
            with self._meter.call(call.unit, call.verb, sealed=bool(case.sealed)):
                answer = self._departments.call(call.unit, call.verb, view, detail)  # type: ignore[arg-type]
        except PluginFailed as error:
            fields = self._said(call) | {"verb": call.verb, "outcome": error.kind}
            log.warning("call %s failed (%s)", self._named(call), error.brief, extra=fields)
            wait = timedelta(seconds=error.retry_after)
            wait = wait if error.forgiven else max(wait, pause(claimed.claims))
            told_so = f"{error.kind}: {error.error}"
            self._failed(claimed, told_so, error.trace, wait, looked, forgiven=error.forgiven)
            return
        following = next_call(answer, call)
        again = None
        if following is not None:
            work, after = following
            again = msgspec.structs.replace(work, not_before=now + after)
        told = tuple(receipt.key for receipt in view.receipts)
        said = _Said(requests_of(answer, call, by), again, looked, answer.messages, told)
        self._finish(claimed, said)

    def _named(self, call: Call) -> str:
        """The call's key, which begins with its case's code."""
        return in_log(self._desk.store, call.case, call.key)

    def _said(self, call: Call) -> dict[str, str]:
        """Case and department for a log's fields; neither where the case is sealed."""
        named = in_log(self._desk.store, call.case)
        return {"case": named, "department": call.unit} if named == call.case else {}

    def _shown(self, case: Case, call: Call, issue: Issue, now: datetime) -> Shown | None:
        workspace = self._desk.workspace
        receipts = self._desk.store.read(lambda reader: self._inbox.receipts(reader, call.unit))
        hours = workspace.org.hours_of
        return view_of(case, call, issue, now, workspace.calendar, hours, receipts)

    def _read(self, call: Call) -> tuple[Case, Issue | None]:
        with self._desk.store.reading() as reader:
            loaded = reader.load(call.case)
            stored = reader.content(call.case, (ISSUE,)).get(ISSUE)
        assert loaded is not None, "a call belongs to a case"
        issue = None if stored is None else msgspec.json.decode(stored, type=Issue)
        return loaded.case, issue

    def _finish(self, claimed: Claimed[Call], said: _Said) -> None:
        """Answer and completion in one commit; what comes too late is kept without effect."""
        call, now = claimed.work, self._clock.now()
        change = self._silence.change(call.unit)

        def write(tx: Tx) -> None:
            if said.looked:
                tx.viewed(call.case, said.looked, call.verb, now)
            if change is not None:
                self._silence.write(tx, change, call, "", now, self._desk.workspace.calendar)
            taken = tx.done_call(claimed.item_id, claimed.fence)
            for request in said.requests:
                self._act(tx, call, request, taken=taken)
            self._take_in(tx, call.unit, said)
            if taken and said.again is not None:
                loaded = tx.load(call.case)
                referral = loaded.case.referral(call.referral) if loaded else None
                if loaded is not None and referral is not None and referral.open:
                    tx.add_calls(loaded.case, (said.again,))

        self._desk.store.transact(write)
        if change is not None:
            self._silence.told(change, call.unit, "")

    def _take_in(self, tx: Tx, unit: str, said: _Said) -> None:
        """What its system told: once, whether or not this call is still anybody's."""
        if said.told:
            tx.incoming.tell(unit, said.told)
        for message in said.messages:
            self._inbox.take(tx, unit, message, answered=False)

    def _act(self, tx: Tx, call: Call, request: Request, *, taken: bool) -> None:
        note = f"{call.verb}: late"
        if taken:
            try:
                self._desk.run(tx, request)
            except Refused as refused:
                said = self._said(call) | {"code": refused.code}
                log.warning("%s came to nothing: %s", self._named(call), refused.code, extra=said)
                note = f"{call.verb}: {refused.code}"
            else:
                return
        late = c.LateAnswer(call.referral, call.verb, note)
        # One call may come too late once and be refused another time: both are kept.
        self._desk.run(tx, Request(call.case, late, ENGINE, key=f"late/{request.key}/{note}"))

    def _failed(
        self, claimed: Claimed[Call], error: str, trace: str, wait: timedelta, looked: str = "",
        *, forgiven: bool = False,
    ) -> None:  # fmt: skip
        """Gives the call back, to be made again after `wait`, or up.

        A try that is `forgiven` does not count: the department is known to be down.
        """
        call, now = claimed.work, self._clock.now()
        change = self._silence.change(call.unit)

        def write(tx: Tx) -> None:
            if looked:
                tx.viewed(call.case, looked, call.verb, now)
            if change is not None:
                self._silence.write(tx, change, call, error, now, self._desk.workspace.calendar)
            tx.failed_call(claimed, error, trace, now, now + wait, forgiven=forgiven)

        self._desk.store.transact(write)
        if change is not None:
            self._silence.told(change, call.unit, error)


def _wanted(case: Case, call: Call) -> bool:
    """Whether the call is still to be made: what ended while it waited only takes back."""
    referral = case.referral(call.referral)
    going_on = not case.over and (referral is None or referral.open)
    return going_on or call.verb == "withdraw"


def _personal(view: Shown) -> bool:
    """Whether the department is shown a reporter's words, place or name."""
    return bool(view.title or view.text or view.location or view.reporter)
