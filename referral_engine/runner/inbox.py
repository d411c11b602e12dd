"""What departments' systems tell by themselves: twice is once, out of order waits for its turn.

A message is taken in one transaction with what it comes to. One that is too early (a report before
the claim, a number that leaves a gap) waits, at most `PATIENCE`; then it is tried as it stands. One
that cannot be carried out is answered with the reason, and what it said is kept on the case.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from datetime import timedelta

import msgspec

from referral_engine.desk import Desk
from referral_engine.desk.naming import in_log
from referral_engine.errors import Refused, Unavailable
from referral_engine.i18n import _
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.command import Request
from referral_engine.model.principal import ENGINE
from referral_engine.model.referral import Referral
from referral_engine.plugins.acts import (
    Act,
    Claim,
    Decline,
    Defer,
    Entered,
    HandOff,
    Message,
    NotNeeded,
)
from referral_engine.plugins.answers import command_of
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.mistake import Unusable
from referral_engine.plugins.reply import check_words
from referral_engine.plugins.view import Receipt
from referral_engine.runner.failing import name_failure
from referral_engine.store import Came, Conflict, Reader, Tx

__all__ = ["PATIENCE", "Inbox"]

log = logging.getLogger(__name__)

PATIENCE = timedelta(hours=1)
"""How long a message waits for one that should come before it."""
_RECEIPTS = 50
_AT_ONCE = 50
_TRIES = 5
_FIRST = (Claim, Decline, Defer, HandOff, NotNeeded)
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(Message).decode


class Inbox:
    """Of the departments that are loaded. Every method may be called from any thread."""

    def __init__(self, desk: Desk, departments: Departments) -> None:
        self._desk = desk
        self._departments = departments

    def receive(self, department: str, message: Message) -> Receipt:
        """Takes a message whose sender waits for what becomes of it."""
        for _attempt in range(_TRIES - 1):
            try:
                return self._desk.store.transact(lambda tx: self.take(tx, department, message))
            except Conflict:
                continue
        return self._desk.store.transact(lambda tx: self.take(tx, department, message))

    def take(self, tx: Tx, department: str, message: Message, *, answered: bool = True) -> Receipt:
        """Takes a message within a transaction of the caller's. Unless `answered` at once, what
        became of it is among the `receipts` of the department's next call.
        """
        digest = hashlib.sha256(_encode(message)).digest()
        before = tx.incoming.seen(department, message.key)
        if before is not None:
            return _again(before, digest)
        found = self._located(tx, department, message.referral)
        if found is None:
            return _refused(message, "NO_SUCH_REFERRAL", _("There is no referral {id}."))
        case, part = found
        try:
            for act in message.acts:
                check_words(act, part.role, self._departments.profile(department))
        except Unusable as error:
            return _refused(message, "BAD_REPORT", str(error))
        came = Came(
            department, message.key, case.code, message.referral, message.number, digest,
            "waiting", tx.moment(self._desk.clock), body=_encode(message),
        )  # fmt: skip
        if not _early(case, part, message, tx.incoming.last(part.id)):
            came = self._carried_out(tx, came, message)._replace(body=b"")
        tx.incoming.keep(came, told=answered)
        if came.status != "waiting":
            self._go_on(tx, part.id)
        return _receipt(came)

    def settle_overdue(self) -> int:
        """Has what waited too long tried as it stands, each by itself; how many messages."""
        before = self._desk.clock.now() - PATIENCE
        late = self._desk.store.read(lambda reader: reader.overdue(before, _AT_ONCE))
        return sum(self._settled(unit, key) for unit, key in late)

    def receipts(self, reader: Reader, department: str) -> tuple[Receipt, ...]:
        """What became of messages whose sender does not know it yet."""
        return tuple(map(_receipt, reader.untold(department, _RECEIPTS)))

    def _settled(self, unit: str, key: str) -> bool:
        def settle(tx: Tx) -> bool:
            came = tx.incoming.waits(unit, key)
            if came is None:
                return False
            tx.incoming.settle(self._carried_out(tx, came, _decode(came.body)))
            self._go_on(tx, came.referral)
            return True

        try:
            return self._desk.store.transact(settle)
        except (Conflict, Unavailable):
            return False  # at the next look
        except Exception as error:  # noqa: BLE001 - one message holds up no other
            name_failure(f"a message of {unit} that waits", error)
            return False

    # -- parts --------------------------------------------------------------------------------
    def _located(self, tx: Tx, department: str, id: str) -> tuple[Case, Referral] | None:
        """The case and referral; what is another department's is as unknown as what is nobody's."""
        code = tx.referral_case(id)
        loaded = tx.load(code) if code else None
        part = loaded.case.referral(id) if loaded else None
        if loaded is None or part is None or part.unit != department:
            return None
        return loaded.case, part

    def _go_on(self, tx: Tx, referral: str) -> None:
        """What waited for the message that was just settled, as far as it reaches now."""
        for came in tx.incoming.waiting(referral):
            message = _decode(came.body)
            found = self._located(tx, came.unit, referral)
            if found is not None and _early(*found, message, tx.incoming.last(referral)):
                continue
            tx.incoming.settle(self._carried_out(tx, came, message))

    def _carried_out(self, tx: Tx, came: Came, message: Message) -> Came:
        """The message with what became of it; of several acts those before a refused one stand."""
        for number, act in enumerate(message.acts):
            try:
                self._do(tx, came, act, f"incoming/{came.key}#{number}")
            except Refused as refused:
                self._kept(tx, came, message, refused)
                return came._replace(
                    status="refused", code=refused.code, reason=refused.message, body=b""
                )
        return came._replace(status="done", body=b"")

    def _do(self, tx: Tx, came: Came, act: Act, key: str) -> None:
        found = self._located(tx, came.unit, came.referral)
        command = command_of(act, came.referral)
        if found is None or command is None:
            return
        case, part = found
        if isinstance(act, Claim) and part.state == "claimed" and not case.over:
            return  # a person was faster, or it said so twice: the unit has it either way
        by = self._departments.principal(came.unit, part.station)
        self._desk.run(tx, Request(case.code, command, by, key=key, happened_at=act.at))

    def _kept(self, tx: Tx, came: Came, message: Message, refused: Refused) -> None:
        """What came to nothing is on the case for people to read."""
        named = in_log(self._desk.store, came.case, came.referral)
        log.warning("a message about %s came to nothing: %s", named, refused.code)
        note = "\n".join((f"{refused.code}: {refused.message}", *_words(message)))
        late = c.LateAnswer(came.referral, "message", note)
        key = f"incoming/{came.unit}/{came.key}"
        self._desk.run(tx, Request(came.case, late, ENGINE, key=key))


def _early(case: Case, part: Referral, message: Message, last: int) -> bool:
    """Whether something must come before it. When all is over, nothing will."""
    if case.over or not part.open:
        return False
    first = next((act for act in message.acts if not isinstance(act, Entered)), None)
    unclaimed = part.state == "offered" and first is not None and not isinstance(first, _FIRST)
    return unclaimed or message.number > last + 1


def _words(message: Message) -> Iterator[str]:
    for act in message.acts:
        told = (getattr(act, name, "") for name in ("note", "text", "reason"))
        yield " ".join((type(act).__name__, *filter(None, told)))


def _again(before: Came, digest: bytes) -> Receipt:
    if before.body_hash != digest:
        told = _("The key {key} was used for another message.").format(key=before.key)
        return Receipt(before.key, before.referral, "refused", "KEY_REUSED", told)
    return msgspec.structs.replace(_receipt(before), duplicate=True)


def _refused(message: Message, code: str, reason: str) -> Receipt:
    told = reason.format(id=message.referral) if code == "NO_SUCH_REFERRAL" else reason
    return Receipt(message.key, message.referral, "refused", code, told)


def _receipt(came: Came) -> Receipt:
    return Receipt(came.key, came.referral, came.status, came.code, came.reason)
