"""One transaction: what commands decided is gathered, seen by the next command, written at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from referral_engine.model.case import Case
from referral_engine.model.outcome import Call, Resolution
from referral_engine.store import bells, history, incoming, rulebook, tokens
from referral_engine.store.approvals import OnePerson, approval_rows
from referral_engine.store.chain import GENESIS
from referral_engine.store.checkpoints import Checkpoint, make
from referral_engine.store.errors import Conflict, one_person
from referral_engine.store.journal import event_rows
from referral_engine.store.moment import micros
from referral_engine.store.outbound import call_rows, follow_up_rows, notice_rows
from referral_engine.store.projection import (
    case_row,
    linked,
    moved_part,
    only_moves,
    referral_rows,
)
from referral_engine.store.reader import Township
from referral_engine.store.recent import Recent
from referral_engine.store.stage import IntakeSeen, Loaded, Seen, Stage
from referral_engine.store.staged import Staged
from referral_engine.store.statements import Row, say
from referral_engine.store.vault import CaseKey, Vault, content_rows

__all__ = ["Tx"]

T = TypeVar("T")


class Tx(Staged):
    """Reads see what was written before in the same transaction, also by other commands of it.

    Everything is written with the commit; a command that raises leaves nothing behind, and the
    others of the same commit are kept. Methods of `Work` claim and finish what a runner does.
    """

    def __init__(
        self, connection: Connection, vault: Vault, township: Township, *, alone: bool,
        ringer: str = "", recent: Recent | None = None,
    ) -> None:  # fmt: skip
        """A command that is `alone` needs no savepoint: the whole transaction is given up.

        Workers elsewhere are rung for by `ringer`; without one nobody waits for bells.
        """
        super().__init__(connection, vault, township, alone=alone, recent=recent)
        self._ringer = ringer

    # -- writing a case ---------------------------------------------------------------------------
    def commit_resolution(
        self,
        resolution: Resolution,
        *,
        expected_version: int,
        principal_id: str = "",
        key: str = "",
        body_hash: bytes = b"",
        result: bytes = b"",
    ) -> bytes:
        """Writes what a command came to; the hash of the case's last event.

        `expected_version` is the version it was decided on, 0 for a new case. With a `key`, what
        was asked (`body_hash`) and answered (`result`, no personal data) is kept under
        (principal, key). Calls, notices and follow-ups whose key was used before are left out. A
        closed case takes back its calls not yet made, a referral that ended its own, `withdraw`
        excepted.

        Raises Conflict when the case is at another version or its code is taken: at once, or for
        what other processes did, from the transaction itself. Refused (ONE_PERSON) for an act that
        the events do not show signed by the persons it needs.
        """
        case = resolution.case
        before = self._at_version(case.code, expected_version)
        head = before.head_hash if before else GENESIS
        if resolution.events:
            head = self._write_case(resolution, before, expected_version)
        if resolution.content:
            sealing = self._data_key(case.code, known=before is not None)
            self._own.add("content", *content_rows(sealing, case.code, resolution.content))
            if before is None:
                self._own.texts[case.code] = dict(resolution.content)
            else:
                self._forget_texts(case.code)
        self._take_back_calls(case, before.case if before else None)
        self._send(resolution, known=before is not None)
        if key:
            self.remember_command(principal_id, key, body_hash, result, case.code)
        return head

    def remember_command(
        self, principal_id: str, key: str, body_hash: bytes, result: bytes, case_code: str
    ) -> None:
        """Keeps for ever what was asked and answered under (principal, key)."""
        self._own.add("command_key", (principal_id, key, body_hash, result, case_code))
        self._own.command_keys[principal_id, key] = Seen(body_hash, result)

    def remember_intake(
        self, channel: str, sender_key: str, body_hash: bytes, case_code: str
    ) -> None:
        """Keeps for ever that this sender's key made this case (or joined it)."""
        self._own.add("intake_key", (channel, sender_key, body_hash, case_code))
        self._own.intake_keys[channel, sender_key] = IntakeSeen(body_hash, case_code)

    def add_calls(self, case: Case, calls: Iterable[Call]) -> None:
        """Puts further plugin calls of a case into the outbox; a key used before is left out."""
        self._own.add("plugin_call", *call_rows(calls, case))

    def viewed(self, code: str, principal_id: str, purpose: str, now: datetime) -> None:
        """Records that somebody looks at the personal data of a case."""
        self._own.add("viewed", (code, principal_id, purpose, micros(now)))

    def erase(self, code: str) -> bool:
        """Destroys the data key and content of a case, and what was still to be sent with it.

        The events stay and their chain still holds. False when there was nothing.
        """
        connection = self._now()
        self._void_follow_ups(connection, code)
        incoming.forget(connection, code)
        self._wrapped.clear()
        for stage in (self._own, self._earlier):
            stage.keys.pop(code, None)
        self._forget_texts(code)
        return self._vault.erase(connection, code)

    # -- who may come in --------------------------------------------------------------------------
    def issue_token(self, token: tokens.Token, secret_hash: bytes) -> None:
        """Keeps a token by the SHA-256 of its secret, which is kept nowhere."""
        tokens.issue(self._now(), token, secret_hash)

    def revoke_token(self, id: str, by: str, now: datetime) -> bool:
        """Ends a token for good; False where there is none that is still good."""
        return tokens.revoke(self._now(), id, by, now)

    def used_token(self, id: str, now: datetime) -> None:
        """Remembers that a token was used, to the hour."""
        tokens.used(self._now(), id, now)

    def count_attempt(self, bucket: str, now: datetime) -> None:
        """Counts a guess at a case's follow-up."""
        tokens.count_attempt(self._now(), bucket, now)

    # -- statements of other modules --------------------------------------------------------------
    @property
    def writing(self) -> Connection:
        """The connection for a statement that has no method here; a command that fails takes it
        back. `connection` is for looking.
        """
        return self._now()

    # -- the engine's own -------------------------------------------------------------------------
    def publish(
        self, digest: str, files: rulebook.Sources, author: str, reason: str, now: datetime,
        terms: rulebook.Terms = rulebook.AT_ONCE,
    ) -> int:  # fmt: skip
        """Keeps a rule set and publishes it (again) on these terms; the publication's number."""
        self._active = None
        return rulebook.publish(self._now(), digest, files, author, reason, now, terms)

    def confirm_publication(self, number: int, by: str, now: datetime) -> bool:
        """A second person agrees; False where none is waited for, or `by` is not a second one."""
        self._active = None
        return rulebook.confirm(self._now(), number, by, now)

    def withdraw_publication(self, number: int, by: str, now: datetime) -> bool:
        """Takes back what is not in force yet; False where it is."""
        self._active = None
        return rulebook.withdraw(self._now(), number, by, now)

    def keep_org(self, digest: str, files: rulebook.Sources, now: datetime) -> bool:
        """Keeps a version of the organisation; False when it is kept already."""
        return rulebook.keep_org(self._now(), digest, files, now)

    def beat(
        self, runner: str, now: datetime, gap: timedelta, serves: Iterable[str] = ()
    ) -> timedelta | None:
        """Says that a runner is alive, and which departments' plugins it has; how long none was,
        when that was longer than `gap`.
        """
        self._stopped = None
        return history.beat(self._now(), runner, now, gap, serves)

    def accept_clock(self, now: datetime) -> None:
        """Keeps that somebody accepted the time after a jump, for all workers to see."""
        history.accept_clock(self._now(), now)

    def ring(self, rung: Iterable[bells.Bell]) -> None:
        """Has workers told of work that is due, where they wait for bells (PostgreSQL)."""
        self._own.bells.update(rung)

    def checkpoint(self, now: datetime, apart: timedelta = timedelta()) -> Checkpoint | None:
        """Records a checkpoint; None when nothing changed, or the last, anybody's, is not yet
        `apart`. `Store.checkpoint` anchors it too.
        """
        return make(self._now(), now, apart)

    # -- the transaction itself, for the writer ---------------------------------------------------
    def attempt(self, command: Callable[[Tx], T]) -> T:
        """Runs one command; when it raises, nothing of it stays and the exception goes on."""
        try:
            value = command(self)
            if self._savepoint:
                self._write(self._own)
                say(self._connection, "RELEASE SAVEPOINT command")
        except BaseException:
            if self._savepoint:
                self._give_up()
            raise
        else:
            self._earlier.take(self._own)
            return value
        finally:
            self._own, self._savepoint = Stage(), False

    def finish(self) -> None:
        """Writes what is left, and rings for it, before the commit. Raises Conflict."""
        if self._spoilt is not None:
            raise self._spoilt
        self._write(self._earlier)
        self._recent.keep(self._earlier.cases)
        if self._ringer:
            bells.ring(self._connection, self._earlier.bells, self._ringer)

    # -- parts ------------------------------------------------------------------------------------
    def _give_up(self) -> None:
        self._active = None
        # Of a full disk SQLite has rolled everything back itself; what failed first is told.
        with suppress(self._connection.dialect.loaded_dbapi.Error):
            say(self._connection, "ROLLBACK TO SAVEPOINT command")

    def _at_version(self, code: str, expected: int) -> Loaded | None:
        if expected == 0:
            if code in self._own.cases or code in self._earlier.cases:
                raise Conflict(code)
            return None
        before = self.load(code)
        if before is None or before.case.version != expected:
            raise Conflict(code)
        return before

    def _write_case(self, resolution: Resolution, before: Loaded | None, expected: int) -> bytes:
        case = resolution.case
        if case.version != expected + len(resolution.events):
            raise ValueError(
                f"{case.code}: {len(resolution.events)} events do not make {case.version}"
            )
        self._approve(resolution, before.case if before else None)
        rows, head = event_rows(resolution.events, before.head_hash if before else GENESIS)
        self._own.add("event", *rows)
        row = case_row(case, head, self._township(case.territory))
        if before is None:
            self._own.add("case_new", row)
        elif self._only_moves(row, before.case):
            self._own.add("case_moved", (*moved_part(row), case.code, expected))
        else:
            self._own.add("case_changed", (*row[1:], case.code, expected))
        self._write_projections(case, before.case if before else None)
        self._own.add(
            "wakeup" if before else "wakeup_new", (case.code, micros(case.next_at()), 0, 0, "")
        )
        self._own.cases[case.code] = Loaded(case, head)
        self._own.changed.add(case.code)
        return head

    def _only_moves(self, row: Row, before: Case) -> bool:
        """Whether no column changes that an index holds, in the first change of the transaction."""
        if before.code in self._own.changed or before.code in self._earlier.changed:
            return False
        return only_moves(row, before, self._township(before.territory))

    def _approve(self, resolution: Resolution, before: Case | None) -> None:
        """Keeps who signed; gives up what one person alone decided, whatever the door let by."""
        try:
            self._own.add("approval", *approval_rows(before, resolution.events))
        except OnePerson as error:
            raise one_person(resolution.case.code, error.seq, error.what) from error

    def _write_projections(self, case: Case, before: Case | None) -> None:
        if before is None:
            self._own.add("referral_new", *referral_rows(case).values())
        elif (before.referrals, before.deadlines) != (
            case.referrals, case.deadlines
        ):  # fmt: skip
            old = referral_rows(before)
            changed = [row for id, row in referral_rows(case).items() if old.get(id) != row]
            self._own.add("referral", *changed)
        # Links only grow: what was absorbed and released again stays linked.
        if case.links or case.absorbed:
            new = linked(case) - (linked(before) if before else frozenset())
            self._own.add("linked", *((case.code, other) for other in sorted(new)))

    def _forget_texts(self, code: str) -> None:
        """From now on its words are read from the table: they are no longer those it began with."""
        self._words.pop(code, None)
        for stage in (self._own, self._earlier):
            stage.texts.pop(code, None)

    def _take_back_calls(self, case: Case, before: Case | None) -> None:
        if before is None:
            return
        if case.over:
            if not before.over:
                self._own.void_calls(case.code, None)
            return
        for old in before.referrals:
            if old.open and not ((new := case.referral(old.id)) and new.open):
                self._own.void_calls(case.code, old.id)

    def _send(self, resolution: Resolution, *, known: bool) -> None:
        case = resolution.case
        self._own.add("plugin_call", *call_rows(resolution.calls, case))
        self._own.add(
            "notice", *notice_rows(resolution.notices, case.last_at or case.registered_at)
        )
        if resolution.follow_ups:
            requests = [follow_up.request for follow_up in resolution.follow_ups]
            sealing = self._data_key(case.code, known=known)
            self._own.add("follow_up", *follow_up_rows(requests, case.code, sealing, case.last_at))

    def _data_key(self, code: str, *, known: bool) -> CaseKey:
        """The data key of the case, a fresh one where it has none (any more)."""
        for stage in (self._own, self._earlier):
            if (staged := stage.keys.get(code)) is not None:
                return staged
        key = self._stored_key(code) if known else None
        if key is None:
            key, row = self._vault.new_key(code)
            self._own.add("data_key", row)
        self._own.keys[code] = key
        return key
