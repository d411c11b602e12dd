"""What can be asked of the store within one consistent view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from referral_engine.model.event import Event
from referral_engine.store import (
    decisions,
    figures,
    history,
    incoming,
    journal,
    lanes,
    listing,
    outages,
    outbox,
    precedents,
    rulebook,
    tokens,
    wakeups,
)
from referral_engine.store.checkpoints import Checkpoint, latest
from referral_engine.store.journal import START, Position, StoredEvent
from referral_engine.store.precedents import WORDS, Question
from referral_engine.store.prepared import Prepared, value
from referral_engine.store.projection import unpack
from referral_engine.store.stage import IntakeSeen, Loaded, Seen
from referral_engine.store.statements import Row
from referral_engine.store.tables import OUTBOXES, case_file, command_key, intake_key, plugin_call
from referral_engine.store.vault import Vault

__all__ = ["Reader", "Township"]

Township = Callable[[str], str]
"""The township a territory lies in; empty where it lies in none."""

_f, _c, _i = case_file.c, command_key.c, intake_key.c
_SNAPSHOT = Prepared(select(_f.snapshot, _f.head_hash).where(_f.case_code == value("code")))
_KNOWN_CODE = Prepared(select(_f.case_code).where(_f.case_code == value("code")))
_SEEN = Prepared(
    select(_c.body_hash, _c.result).where(
        _c.principal_id == value("principal"), _c.request_key == value("key")
    )
)
_INTAKE_SEEN = Prepared(
    select(_i.body_hash, _i.case_code).where(
        _i.channel == value("channel"), _i.sender_key == value("key")
    )
)


class Reader:
    """Reads on one connection, in one transaction. Times given and returned are UTC."""

    def __init__(self, connection: Connection, vault: Vault, township: Township) -> None:
        self._connection = connection
        self._vault = vault
        self._township = township

    @property
    def connection(self) -> Connection:
        """The SQLAlchemy connection, for what has no method here."""
        return self._connection

    @property
    def _case_files(self) -> Connection:
        """The connection for questions that `case_file` alone answers."""
        return self._connection

    def _files(self) -> tuple[Connection, Sequence[Row]]:
        """The same, and the rows of new cases that stand beside the table."""
        return self._connection, ()

    def _answer(self, question: Question) -> list[Row]:
        connection, fresh = self._files()
        return precedents.answered(question, self._stored(connection, question), fresh)

    def _stored(self, connection: Connection, question: Question) -> list[Row]:
        return precedents.stored(connection, question)

    def _contents(
        self, codes: Sequence[str], refs: Iterable[str] | None
    ) -> Mapping[str, dict[str, str]]:
        return self._vault.read(self._connection, codes, refs)

    # -- a case -----------------------------------------------------------------------------------
    def load(self, code: str) -> Loaded | None:
        """The case as of its last event, and that event's hash; None for an unknown code."""
        found = _SNAPSHOT.first(self._connection, code=code)
        return None if found is None else Loaded(unpack(found[0]), found[1])

    def events(self, code: str) -> list[Event]:
        """The events of one case, in their order."""
        return [stored.event for stored in journal.of_case(self.connection, code)]

    def timeline(self, code: str) -> list[StoredEvent]:
        """The events of one case with their places and hashes, in their order."""
        return list(journal.of_case(self.connection, code))

    def all_events(self, after: Position = START) -> Iterator[StoredEvent]:
        """Every event settled after `after`, as a stream; go on from the last one's position."""
        return journal.after(self.connection, after)

    def position(self) -> Position:
        """Where the journal ends now: all settled events lie before or at it."""
        return journal.horizon(self.connection)

    def content(self, code: str, refs: Iterable[str] | None = None) -> dict[str, str]:
        """What is kept under `refs` (all by default); what was erased is left out.

        Personal data: whoever shows it records it with `Tx.viewed`. Raises Refused (KEY_MISSING,
        KEY_WRONG, CONTENT_CHANGED).
        """
        return self._contents([code], refs).get(code, {})

    def has(self, code: str) -> bool:
        """Whether a case has this code."""
        return _KNOWN_CODE.first(self._connection, code=code) is not None

    def ever_sealed(self, code: str) -> bool:
        """Whether the case is sealed, or was: its events say so where its file is gone."""
        return journal.has(self.connection, code, "sealed")

    def referral_case(self, referral_id: str) -> str | None:
        """The code of the case a referral belongs to."""
        return listing.referral_case(self.connection, referral_id)

    def links(self, code: str) -> list[str]:
        """The codes a case is linked with, from either end."""
        return listing.links(self.connection, code)

    # -- what came before -------------------------------------------------------------------------
    def seen(self, principal_id: str, key: str) -> Seen | None:
        """What was asked and answered under this key before; None when it is new."""
        found = _SEEN.first(self._connection, principal=principal_id, key=key)
        return None if found is None else Seen(*found)

    def intake_seen(self, channel: str, sender_key: str) -> IntakeSeen | None:
        """The case that this sender's key made before; None when it is new."""
        found = _INTAKE_SEEN.first(self._connection, channel=channel, key=sender_key)
        return None if found is None else IntakeSeen(*found)

    def repeats(
        self, same: Iterable[str], values: Mapping[str, str], since: datetime, until: datetime
    ) -> int:
        """How many unsealed cases received in [since, until] share `values` in each field of
        `same` (category, channel, path, reporter as digest, territory, township).

        0 where a value is missing; raises KeyError for another field.
        """
        places = {"township": self._township(values.get("territory", "")), **values}
        question = precedents.repeats(same, places, since, until)
        return 0 if question is None else sum(count for (count,) in self._answer(question))

    def near_candidates(
        self,
        *,
        category: str,
        territory: str,
        around: datetime,
        within: timedelta,
        whole_township: bool = True,
        refs: Iterable[str] = WORDS,
        limit: int = 50,
    ) -> list[precedents.Candidate]:
        """Open, unsealed cases of one category in the township of `territory` (or only there)
        received within `within` of `around`, newest first, with their content under `refs`.
        """
        question = precedents.near(
            category=category, township=self._township(territory), around=around, within=within,
            territory="" if whole_township else territory, limit=limit,
        )  # fmt: skip
        rows = self._answer(question)
        return precedents.candidates(rows, lambda codes: self._contents(codes, refs))

    def problem_history(
        self, *, category: str, territory: str, since: datetime, until: datetime, limit: int = 50
    ) -> list[precedents.Past]:
        """Unsealed cases of one category at one place received in [since, until), newest first,
        closed ones included, merged ones not.
        """
        question = precedents.past(
            category=category, territory=territory, since=since, until=until, limit=limit
        )
        return precedents.earlier(self._answer(question))

    def own_history(
        self, *, category: str, reporter: str, since: datetime, until: datetime, limit: int = 20
    ) -> list[precedents.Past]:
        """A reporter's unsealed cases of one category received in [since, until), newest first;
        `reporter` is the digest, and empty has none."""
        question = precedents.own(
            category=category, reporter=reporter, since=since, until=until, limit=limit
        )
        return [] if question is None else precedents.earlier(self._answer(question))

    def members(self, problem: str) -> list[str]:
        """The codes of the unsealed cases of a problem or an incident, earliest first."""
        return history.problem_of(self._case_files, problem)

    def workload(self, unit: str, now: datetime) -> history.Workload:
        """A unit's open and overdue referrals and waiting plugin calls."""
        return history.workload(self.connection, unit, now)

    def downtime(self, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """The intervals within [since, until] in which no runner was alive."""
        return history.stopped(self._connection, since, until)

    # -- lists ------------------------------------------------------------------------------------
    def cases(
        self, limit: int = 50, where: listing.CaseFilter | None = None
    ) -> list[listing.CaseLine]:
        """The cases that fit, newest registration first."""
        return listing.cases(self.connection, limit, where)

    def count(self, *, sealed: bool = True) -> int:
        """How many cases there are; without `sealed` ones for whoever may not know of them."""
        query = select(func.count()).select_from(case_file)
        if not sealed:
            query = query.where(_f.sealed == "")
        return self.connection.execute(query).scalar_one()

    def inbox(self, unit: str, limit: int = 1_000) -> list[listing.InboxLine]:
        """The open referrals of a unit, as department or as station, nearest deadline first."""
        return listing.inbox(self.connection, unit, limit)

    def units_in_hand(self) -> dict[str, int]:
        """How many open cases each unit owns, holds or has an open referral in."""
        return listing.units_in_hand(self.connection)

    def accesses(self, code: str) -> list[listing.Access]:
        """Who looked at the personal data of a case."""
        return listing.accesses(self.connection, code)

    def token(self, id: str) -> tuple[tokens.Token, bytes] | None:
        """A token by its id and the hash of its secret; None for an unknown one."""
        return tokens.find(self.connection, id)

    def tokens(self, limit: int = 1_000) -> list[tokens.Token]:
        """The newest tokens, whether they are still good or not; those of cases left out."""
        return tokens.listed(self.connection, limit)

    def attempts(self, bucket: str, now: datetime, within: timedelta) -> int:
        """How many guesses at a case's follow-up were counted, to the hour."""
        return tokens.attempts(self.connection, bucket, now, within)

    # -- decisions to be replayed -----------------------------------------------------------------
    def stretch(self, after: str, size: int) -> tuple[str, str]:
        """The next `size` cases, sealed ones among them, for `decisions`: beyond the first code,
        up to the second, which is LAST_STRETCH in the end.
        """
        return decisions.stretch(self._connection, after, size)

    def decisions(
        self, stretch: tuple[str, str], period: decisions.Period = decisions.ALWAYS
    ) -> Iterator[decisions.RecordedDecision]:
        """The unsealed cases of a stretch that rules decided, in the order of their codes.

        Raises Refused (KEY_MISSING, KEY_WRONG, CONTENT_CHANGED).
        """
        found = decisions.recorded(self._connection, stretch, period)
        words = self._contents([code for code, _rows in found], ("issue",))
        for code, rows in found:
            kinds, bodies, reporters = zip(*rows, strict=True)
            issue = words.get(code, {}).get("issue")
            yield decisions.RecordedDecision(code, kinds, bodies, reporters[0], issue)

    def sealed_among(self, codes: Sequence[str]) -> frozenset[str]:
        """Those of the codes that are sealed by now."""
        return decisions.sealed_among(self._connection, codes)

    # -- rule sets, work to do --------------------------------------------------------------------
    def active_rule_set(self, now: datetime) -> str | None:
        """The hash of the rule set in effect at `now`; None before the first publication."""
        return rulebook.active(self._connection, now)

    def was_in_force(self, digest: str, now: datetime) -> bool:
        """Whether new cases are, or were, decided under this rule set."""
        return rulebook.was_in_force(self._connection, digest, now)

    def rule_set(self, digest: str) -> rulebook.Sources | None:
        """The files of a rule set by path; None for an unknown hash."""
        return rulebook.sources(self._connection, digest)

    def publications(self, limit: int = 50) -> list[rulebook.Publication]:
        """What was published, newest first."""
        return rulebook.publications(self._connection, limit)

    def publication(self, number: int) -> rulebook.Publication | None:
        """A publication by its number; None for an unknown one."""
        return rulebook.publication_of(self._connection, number)

    def org(self, digest: str) -> rulebook.Sources | None:
        """The files of a version of the organisation by path; None for an unknown hash."""
        return rulebook.org(self._connection, digest)

    def last_checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint; None before the first."""
        return latest(self.connection)

    def served(self, since: datetime) -> frozenset[str]:
        """The departments whose plugins some runner has that was alive after `since`."""
        return history.served(self._connection, since)

    def alive(self, since: datetime) -> list[str]:
        """The runners that were alive after `since`."""
        return history.alive(self._connection, since)

    def clock_accepted(self) -> datetime | None:
        """When somebody last accepted the time after a jump (UTC); None if nobody ever did."""
        return history.clock_accepted(self._connection)

    def clock(self) -> datetime:
        """The wall clock of the database's machine (UTC)."""
        return journal.clock(self.connection)

    def in_hand(self, now: datetime) -> int:
        """How much of what is due somebody has claimed and not finished."""
        boxes = sum(outbox.in_hand(self.connection, box, now) for box in OUTBOXES)
        return boxes + wakeups.in_hand(self.connection, now)

    def ready_calls(self, now: datetime) -> list[str]:
        """The units for which a plugin call is due that nobody has in hand."""
        return lanes.ready_lanes(self.connection, plugin_call, now)

    def upcoming(self) -> dict[str, datetime]:
        """When a runner next finds something in each box that holds anything (wakeup, follow_up,
        plugin_call, notice); may lie in the past.
        """
        connection = self.connection
        found = {"wakeup": wakeups.next_due(connection)}
        found |= {box.name: outbox.next_due(connection, box) for box in OUTBOXES}
        return {name: at for name, at in found.items() if at is not None}

    def next_calls(self) -> dict[str, datetime]:
        """When the next plugin call to each unit is due that nobody has in hand (UTC)."""
        return lanes.heads(self.connection, plugin_call)

    def next_call_end(self) -> datetime | None:
        """When the first lease of a plugin call in hand ends (UTC); may lie in the past."""
        return outbox.next_end(self.connection, plugin_call)

    def outages(self) -> list[outages.Outage]:
        """The departments that did not answer when last asked, by id."""
        return outages.all_of(self.connection)

    def overdue(self, before: datetime, limit: int) -> list[tuple[str, str]]:
        """Unit and key of messages that wait since before a moment, oldest first."""
        return incoming.overdue(self._connection, before, limit)

    def untold(self, unit: str, limit: int) -> list[incoming.Came]:
        """Messages of a unit that are settled, and their sender does not know it yet."""
        return incoming.untold(self._connection, unit, limit)

    def next_due(self) -> datetime | None:
        """The earliest moment at which a runner finds something to claim; may lie in the past."""
        return min(self.upcoming().values(), default=None)

    def waiting_calls(self) -> dict[str, int]:
        """How many plugin calls wait or are in hand, by unit."""
        return outbox.pending(self.connection, plugin_call)

    # -- for monitoring ---------------------------------------------------------------------------
    def work_in_hand(self, now: datetime, fresh: timedelta) -> figures.Figures:
        """The work in hand as of `now`; a worker counts that was heard of within `fresh`."""
        return figures.figures(self._connection, now, fresh)

    def steps_taken(self, since: Position) -> tuple[list[figures.Taken], Position]:
        """What departments did in unsealed cases after `since`, some thousand events at most, and
        where to go on.
        """
        return figures.steps_taken(self._connection, since)

    def dead_letters(self, limit: int = 1_000) -> list[outbox.DeadLetter]:
        """What was given up after too many claims; requeue it with `Tx.requeue`."""
        return [*outbox.dead(self.connection, limit), *wakeups.dead(self.connection, limit)]
