"""The runner's side of a transaction: claim what is due, finish it, give it back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, update

from referral_engine.model.command import CallFailed, Request
from referral_engine.model.outcome import Call, Notice
from referral_engine.model.principal import ENGINE
from referral_engine.store import bells, incoming, lanes, outages, outbox, wakeups
from referral_engine.store.outbound import (
    follow_up_rows,
    notice_rows,
    read_call,
    read_follow_up,
    read_notice,
)
from referral_engine.store.reader import Reader
from referral_engine.store.stage import Stage
from referral_engine.store.tables import OUTBOXES, follow_up, heartbeat, notice, plugin_call
from referral_engine.store.vault import CaseKey

__all__ = ["MAX_CLAIMS", "Claimed", "Work"]

# design.md: claims are counted, not failures, for a crash counts too.
MAX_CLAIMS = 8
# Beyond this no database counts; a longer one is no item, and would be an error of the driver.
_NUMBERS = 2**63

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Claimed(Generic[T]):
    """An item taken under a lease, to be finished with `item_id` and `fence`; `claims` so far."""

    item_id: int
    fence: int
    claims: int
    work: T


class Work(Reader):
    """Claims. `now` is UTC; a claim is lost once `lease` has passed since then."""

    _own: Stage

    @abstractmethod
    def _now(self) -> Connection: ...

    @abstractmethod
    def _data_key(self, code: str, *, known: bool) -> CaseKey: ...

    # -- wake-ups ---------------------------------------------------------------------------------
    def claim_wakeups(
        self, now: datetime, limit: int, lease: timedelta, max_claims: int = MAX_CLAIMS
    ) -> list[wakeups.ClaimedWakeup]:
        """Takes up to `limit` cases in which something is due."""
        return wakeups.claim(self._now(), now, limit, lease, max_claims)

    def done_wakeup(self, code: str, fence: int) -> None:
        """Ends a claim with the commit; for a stale owner that is a Conflict, and what it wrote is
        given up.
        """
        self._own.add("wakeup_done", (code, fence))

    def failed_wakeup(self, code: str, fence: int, error: str, retry_at: datetime) -> bool:
        """Gives a case back to be looked at from `retry_at` on; False for a stale owner."""
        return wakeups.failed(self._now(), code, fence, error, retry_at)

    # -- plugin calls -----------------------------------------------------------------------------
    def claim_calls(
        self,
        now: datetime,
        limit: int,
        lease: timedelta,
        per_unit: int | None = None,
        max_claims: int = MAX_CLAIMS,
        unit: str | None = None,
        *,
        after: str = "",
        without: Collection[str] = (),
    ) -> list[Claimed[Call]]:
        """Takes up to `limit` plugin calls, `per_unit` of one unit in hand at once, the unit that
        follows `after` first, none of those `without`; or of one `unit` alone, where somebody else
        sees to it that no other worker serves it.

        A call claimed too often is given up, and its case is told so by a follow-up `call_failed`.
        """
        connection = self._now()
        taken, spent = outbox.claim(
            connection, plugin_call, now, limit, lease, max_claims,
            None if per_unit is None else outbox.Turns(per_unit, after, without), unit,
        )  # fmt: skip
        for row in spent:
            self._report_dead(read_call(row.payload), row.fence, outbox.last_error(row), now)
        return [_claimed(row, read_call(row.payload)) for row in taken]

    def renew_calls(self, held: Mapping[int, int], until: datetime) -> None:
        """Prolongs the leases of calls that are still being made, given as fences by number."""
        outbox.renew(self._now(), plugin_call, held, until)

    def called_units(self) -> list[str]:
        """The units for which plugin calls are pending."""
        return lanes.lanes(self._now(), plugin_call)

    def dismiss_calls(self, units: Sequence[str]) -> int:
        """Ends the pending calls to units that have no plugin; how many."""
        if not units:
            return 0
        bells.silence(self._now(), [bells.Bell(bells.CALLS, unit) for unit in units])
        return outbox.dismiss(self._now(), plugin_call, units)

    def done_call(self, item_id: int, fence: int) -> bool:
        """Ends a call. False when the claim was lost or the call taken back: the answer is late."""
        return outbox.done(self._now(), plugin_call, item_id, fence)

    def failed_call(
        self,
        claimed: Claimed[Call],
        error: str,
        trace: str,
        now: datetime,
        retry_at: datetime,
        max_claims: int = MAX_CLAIMS,
        *,
        forgiven: bool = False,
    ) -> outbox.Failed:
        """Gives a call back, to be made again from `retry_at` on, or up (`dead`).

        A claim that is `forgiven`, for the department is known to be down, does not count.
        """
        outcome = outbox.failed(
            self._now(), plugin_call, claimed.item_id, claimed.fence, error, trace, retry_at,
            max_claims, forgiven=forgiven,
        )  # fmt: skip
        if outcome == "dead":
            self._report_dead(claimed.work, claimed.fence, error, now)
        return outcome

    # -- what departments report by themselves ----------------------------------------------------
    @property
    def incoming(self) -> incoming.Incoming:
        """The messages of departments' systems, as of this moment of the transaction."""
        return incoming.Incoming(self._now(), lambda code: self._data_key(code, known=True))

    # -- departments that do not answer -----------------------------------------------------------
    def fell_silent(self, outage: outages.Outage, notice: Notice | None = None) -> None:
        """Keeps that a department is down, with a word to its people; the newest word counts."""
        outages.began(self._now(), outage)
        if notice is not None:
            self._own.add("notice", *notice_rows([notice], outage.since))

    def answers_again(self, unit: str) -> None:
        """The department is called as usual."""
        outages.ended(self._now(), unit)

    # -- commands for other cases -----------------------------------------------------------------
    def claim_follow_ups(
        self, now: datetime, limit: int, lease: timedelta, max_claims: int = MAX_CLAIMS
    ) -> list[Claimed[Request]]:
        """Takes up to `limit` commands that one case has for another."""
        connection = self._now()
        taken, _spent = outbox.claim(connection, follow_up, now, limit, lease, max_claims)
        keys = self._vault.keys(connection, [row.case_code for row in taken])
        return [
            _claimed(row, read_follow_up(row.effect_key, row.payload, keys[row.case_code]))
            for row in taken
        ]

    def done_follow_up(self, item_id: int, fence: int) -> None:
        """Ends a follow-up and forgets what it said, with the commit; Conflict as above."""
        self._own.add("follow_up_done", (item_id, fence))

    def failed_follow_up(
        self, claimed: Claimed[Request], error: str, trace: str, retry_at: datetime,
        max_claims: int = MAX_CLAIMS,
    ) -> outbox.Failed:  # fmt: skip
        """Gives a follow-up back, or up."""
        return outbox.failed(
            self._now(), follow_up, claimed.item_id, claimed.fence, error, trace, retry_at,
            max_claims,
        )  # fmt: skip

    # -- notices ----------------------------------------------------------------------------------
    def claim_notices(
        self, now: datetime, limit: int, lease: timedelta, per_recipient: int | None = None,
        max_claims: int = MAX_CLAIMS, *, after: str = "",
    ) -> list[Claimed[Notice]]:  # fmt: skip
        """Takes up to `limit` notices whose quiet hours are over; `per_recipient` of one in hand at
        once, the one that follows `after` first.
        """
        connection = self._now()
        taken, _spent = outbox.claim(
            connection, notice, now, limit, lease, max_claims,
            None if per_recipient is None else outbox.Turns(per_recipient, after),
        )  # fmt: skip
        return [_claimed(row, read_notice(row.payload)) for row in taken]

    def done_notice(self, item_id: int, fence: int) -> None:
        """Ends a notice that was delivered; a stale owner's word comes to nothing."""
        self._own.add("notice_done", (item_id, fence))

    def failed_notice(
        self, claimed: Claimed[Notice], error: str, trace: str, retry_at: datetime,
        max_claims: int = MAX_CLAIMS,
    ) -> outbox.Failed:  # fmt: skip
        """Gives a notice back, or up."""
        return outbox.failed(
            self._now(), notice, claimed.item_id, claimed.fence, error, trace, retry_at, max_claims
        )

    # -- after a crash ----------------------------------------------------------------------------
    def release_claims(self) -> int:
        """Ends every lease, where whoever claimed is known to be dead; how many there were.

        For the only daemon of a store as it starts: it need not wait for its predecessor's leases.
        Claims stay counted and fences stay given, so that a late word of the dead comes to nothing.
        """
        connection = self._now()
        # Nor does it serve anybody any more: what waits for a plugin that is gone can be dismissed.
        connection.execute(update(heartbeat).values(serves=""))
        boxes = sum(outbox.release(connection, box) for box in OUTBOXES)
        return boxes + wakeups.release(connection)

    def let_go(
        self, follow_ups: Sequence[Claimed[Request]], calls: Sequence[Claimed[Call]],
        notices: Sequence[Claimed[Notice]], looks: Sequence[wakeups.ClaimedWakeup],
    ) -> None:  # fmt: skip
        """Ends these claims as if they had not been made; what was finished under them stays so."""
        connection = self._now()
        for box, claimed in ((follow_up, follow_ups), (plugin_call, calls), (notice, notices)):
            outbox.let_go(connection, box, {each.item_id: each.fence for each in claimed})
        wakeups.let_go(connection, {each.code: each.fence for each in looks})

    # -- dead letters -----------------------------------------------------------------------------
    def requeue(self, box: str, key: int | str, now: datetime) -> bool:
        """Takes a dead letter out: a wake-up by its case's code, anything else by its number.

        False where there is none; raises KeyError for an unknown box.
        """
        if box == "wakeup":
            return wakeups.revive(self._now(), str(key))
        table = {each.name: each for each in OUTBOXES}[box]
        number = int(key)
        known = 0 <= number < _NUMBERS
        return known and outbox.requeue(self._now(), table, number, now)

    # -- parts ------------------------------------------------------------------------------------
    def _void_follow_ups(self, connection: Connection, code: str) -> None:
        outbox.void(connection, follow_up, code)

    def _report_dead(self, call: Call, fence: int, error: str, now: datetime) -> None:
        command = CallFailed(call.referral, call.verb, error)
        # The fence tells one death from the next, after somebody requeued it.
        request = Request(
            case=call.case, command=command, by=ENGINE, key=f"dead/{call.key}/{fence}"
        )
        sealing = self._data_key(call.case, known=True)
        rows: Sequence[Any] = follow_up_rows([request], call.case, sealing, now)
        self._own.add("follow_up", *rows)


def _claimed(row: outbox.Item, work: T) -> Claimed[T]:
    return Claimed(row.item_id, row.fence, row.claims, work)
