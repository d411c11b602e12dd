"""What the commands of a transaction see: the database, and what is staged and not yet written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from referral_engine.clock import Clock
from referral_engine.errors import Refused
from referral_engine.store import lookups, precedents, rulebook
from referral_engine.store.foresight import Foresight
from referral_engine.store.precedents import WORDS, Question
from referral_engine.store.reader import Township
from referral_engine.store.recent import Recent
from referral_engine.store.stage import Ahead, IntakeSeen, Loaded, Seen, SenderKey, Stage
from referral_engine.store.statements import Row, say
from referral_engine.store.vault import CaseKey, Vault, WrappedKey
from referral_engine.store.work import Work

__all__ = ["Staged"]

_CHANGES = frozenset({"case_moved", "case_changed"})
_EVER = datetime.max.replace(tzinfo=UTC)
_BEFORE = timedelta(days=90)
"""So much earlier may the next command ask for, and be answered already."""


class Staged(Work):
    """Reads see what was written before in the same transaction, also by other commands of it.

    It is written first where only the database can answer, under a savepoint for what a command
    that fails must take back.
    """

    def __init__(
        self, connection: Connection, vault: Vault, township: Township, *, alone: bool,
        recent: Recent | None = None,
    ) -> None:  # fmt: skip
        """A command that is `alone` needs no savepoint: the whole transaction is given up."""
        super().__init__(connection, vault, township)
        self._alone = alone
        self._recent = recent or Recent()
        self._earlier = Stage()
        self._own = Stage()
        self._savepoint = False
        self._spoilt: BaseException | None = None
        self._moment: datetime | None = None
        self._active: rulebook.Tenure | None = None
        self._sent: dict[SenderKey, IntakeSeen | None] = {}
        self._keys: dict[tuple[str, str], Seen | None] = {}
        self._ahead: dict[str, Loaded] = {}
        self._wrapped: dict[str, WrappedKey] = {}
        self._answers: dict[Question, list[Row]] = {}
        self._words: dict[str, dict[str, str]] = {}
        self._stopped: tuple[datetime, list[tuple[datetime, datetime]]] | None = None

    def moment(self, clock: Clock) -> datetime:
        """Now (UTC), as `clock` had it when it was first asked: what is written with one commit is
        recorded at one moment, and what hangs on the moment is computed for all at once.
        """
        if self._moment is None:
            self._moment = clock.now()
        return self._moment

    @property
    def connection(self) -> Connection:
        """The SQLAlchemy connection, everything gathered so far written to it."""
        self._settle()
        for known in (self._ahead, self._answers, self._words, self._wrapped):
            known.clear()  # what is done through it may be done to a case
        return self._connection

    @property
    def _case_files(self) -> Connection:
        self._settle(case_file_only=True)
        return self._connection

    def _files(self) -> tuple[Connection, Sequence[Row]]:
        earlier, own = self._earlier.rows, self._own.rows
        if not (_CHANGES.isdisjoint(earlier) and _CHANGES.isdisjoint(own)):
            return self._case_files, ()
        fresh = earlier.get("case_new", [])
        return self._connection, [*fresh, *own["case_new"]] if "case_new" in own else fresh

    def _contents(
        self, codes: Sequence[str], refs: Iterable[str] | None
    ) -> Mapping[str, dict[str, str]]:
        stages = (self._own, self._earlier)
        fresh = {code: s.texts[code] for s in stages for code in codes if code in s.texts}
        if refs == WORDS:
            fresh |= {code: self._words[code] for code in codes if code in self._words}
        stored = [code for code in codes if code not in fresh]
        # A case has its key here when its content may still be waiting to be written.
        if any(code in stage.keys for stage in stages for code in stored):
            self._settle()
        wanted = None if refs is None else frozenset(refs)
        found = {
            code: {ref: text for ref, text in texts.items() if wanted is None or ref in wanted}
            for code, texts in fresh.items()
        }
        return {**found, **super()._contents(stored, wanted)} if stored else found

    def _stored(self, connection: Connection, question: Question) -> list[Row]:
        known = self._answers.get(question)
        return super()._stored(connection, question) if known is None else known

    def active_rule_set(self, now: datetime) -> str | None:
        """The hash of the rule set in effect at `now`, asked once as long as no later moment brings
        another; None before the first publication.
        """
        known = self._active
        if known is None or not known.since <= now < known.until:
            known = self._active = rulebook.tenure(self._connection, now)
        return known.digest

    def load(self, code: str) -> Loaded | None:
        """The case as of its last event, also one of this transaction; None for an unknown code."""
        for stage in (self._own, self._earlier):
            if (staged := stage.cases.get(code)) is not None:
                return staged
        loaded = self._ahead.get(code) or super().load(code)
        if loaded is not None:
            self._own.cases[code] = loaded
        return loaded

    def seen(self, principal_id: str, key: str) -> Seen | None:
        """What was asked and answered under this key before; None when it is new."""
        for stage in (self._own, self._earlier):
            if (staged := stage.command_keys.get((principal_id, key))) is not None:
                return staged
        known = principal_id, key
        return self._keys[known] if known in self._keys else super().seen(*known)

    def intake_seen(self, channel: str, sender_key: str) -> IntakeSeen | None:
        """The case that this sender's key made before; None when it is new."""
        for stage in (self._own, self._earlier):
            if (staged := stage.intake_keys.get((channel, sender_key))) is not None:
                return staged
        key = channel, sender_key
        return self._sent[key] if key in self._sent else super().intake_seen(*key)

    def look_ahead(self, asked: Sequence[Ahead]) -> None:
        """Asks for what the commands to come will ask for one by one."""
        for channel, keys in _by_first(each.sent for each in asked).items():
            sent = lookups.intakes_seen(self._connection, channel, keys)
            self._sent.update(((channel, key), sent.get(key)) for key in keys)
        for principal, keys in _by_first(each.key for each in asked).items():
            seen = lookups.seen(self._connection, principal, keys)
            self._keys.update(((principal, key), seen.get(key)) for key in keys)
        if codes := {each.case for each in asked if each.case}:
            self._ahead = lookups.loaded(self._connection, codes, self._recent.of(codes))
        self._look_back([each for each in asked if each.history])

    def _look_back(self, asked: Sequence[Ahead]) -> None:
        """The same for the cases that came before, and what they say in words."""
        foresight = Foresight(self._connection, self._vault, self._township)
        for each in asked:
            if each.history and not (each.sent and self._sent.get(each.sent)):
                with suppress(Exception):  # where it fails the command fails too, and is told
                    each.history(self, foresight)
        self._answers = precedents.together(self._connection, foresight.questions)
        alike = [q for q in self._answers if q.about == "near"]
        codes = dict.fromkeys(row[0] for question in alike for row in self._answers[question])
        with suppress(Refused):
            found = self._vault.read(self._connection, list(codes), WORDS)
            self._words = {code: found.get(code, {}) for code in codes}

    def downtime(self, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """The intervals within [since, until] in which no runner was alive.

        Asked once: the commands of one transaction mostly ask for the same time.
        """
        if self._stopped is None or since < self._stopped[0]:
            earlier = since - _BEFORE
            self._stopped = earlier, super().downtime(earlier, _EVER)
        found = ((max(a, since), min(b, until)) for a, b in self._stopped[1])
        return [(a, b) for a, b in found if a < b]

    def _stored_key(self, code: str) -> CaseKey | None:
        """The data key of a case in the table; those of all that were looked up are read at once,
        for the commands of one transaction mostly do the same to their cases.
        """
        if code in self._ahead:
            if code not in self._wrapped:
                self._wrapped = self._vault.wrapped(self._connection, list(self._ahead))
            found = self._wrapped.get(code)
            return None if found is None else self._vault.opened(code, *found)
        return self._vault.key(self._connection, code)

    # -- writing it first ------------------------------------------------------------------------
    def _now(self) -> Connection:
        """The connection for a statement of its own, which a failing command must take back."""
        self._open_savepoint()
        self._write(self._own)
        return self._connection

    def _settle(self, *, case_file_only: bool = False) -> None:
        if self._own.rows:
            self._open_savepoint()
            self._write(self._own, case_file_only=case_file_only)
        elif self._earlier.rows:
            self._write_earlier(case_file_only=case_file_only)

    def _write(self, stage: Stage, *, case_file_only: bool = False) -> None:
        self._answers = {}  # what stood beside the table is in it from now on
        stage.write(self._connection, case_file_only=case_file_only)

    def _open_savepoint(self) -> None:
        if not self._savepoint and not self._alone:
            # What went before is kept whatever becomes of this command.
            self._write_earlier()
            say(self._connection, "SAVEPOINT command")
            self._savepoint = True

    def _write_earlier(self, *, case_file_only: bool = False) -> None:
        """What fails here is not this command's: the whole transaction must be given up for it."""
        try:
            self._write(self._earlier, case_file_only=case_file_only)
        except BaseException as error:
            self._spoilt = error
            raise


def _by_first(pairs: Iterable[tuple[str, str] | None]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pair in pairs:
        if pair is not None:
            found.setdefault(pair[0], set()).add(pair[1])
    return found
