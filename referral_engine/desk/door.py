"""Commands in, committed outcomes out: the one way a case changes, for everyone who asks."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import msgspec

from referral_engine.clock import Clock
from referral_engine.desk.facts import Matter, facts_for, facts_of_intake, matter_of
from referral_engine.desk.rulebook import Rulebook
from referral_engine.desk.secret import keep_follow_up
from referral_engine.errors import Refused
from referral_engine.flow.access import unknown_case
from referral_engine.flow.decide import decide
from referral_engine.flow.draft import Setting
from referral_engine.flow.facts import Facts
from referral_engine.i18n import _
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.code import RANDOM_DIGITS, make_code
from referral_engine.model.command import Request, command_name
from referral_engine.model.issue import Issue
from referral_engine.model.outcome import Resolution
from referral_engine.model.principal import Principal
from referral_engine.rules.runtime import ActiveRules
from referral_engine.store import Ahead, Reader, Store, Tx
from referral_engine.workspace import Workspace

__all__ = ["Answer", "Desk"]

_HISTORY = timedelta(hours=1)
"""A registration that stands further back than this is history that was read in."""
_ENCODE = msgspec.json.Encoder(order="deterministic").encode


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a command came to. ``duplicate``: the key was used before, nothing was done again.

    ``token`` is the text of a follow-up token that was issued with it: it is nowhere kept, and only
    whoever asked gets it.
    """

    case: str
    command: str
    version: int = 0
    state: str = ""
    owner: str = ""
    linked: int = 0
    duplicate: bool = False
    token: str = ""


@dataclass(slots=True)
class _Arrival:
    """A registration on its way in: `key` is its sender's, `at` set where it is history."""

    request: Request
    issue: Issue
    key: str = ""
    at: datetime | None = None
    matter: Matter | None = None
    follow_up: bool = False


class Desk:
    """The door of one workspace on one store; safe to use from any thread.

    Decisions are made in the store's writer thread, one after the other, so that a case is read
    and written without anybody in between.
    """

    def __init__(self, store: Store, workspace: Workspace, clock: Clock) -> None:
        self.store = store
        self.workspace = workspace
        self.clock = clock
        self.rulebook = Rulebook(store, workspace)
        self._last_setting: Setting | None = None
        self.broken = ""
        """What failed for good in the inference engine; this process should be started anew."""

    def refresh(self, workspace: Workspace) -> None:
        """Takes an edited workspace (SIGHUP); running cases keep their rule sets.

        In the writer's thread: no decision is made on half of it, and compiled rules are freed
        where they were made.
        """

        def take(_tx: Tx) -> None:
            self.workspace = workspace
            self.rulebook = Rulebook(self.store, workspace)
            self._last_setting = None

        self.store.transact(take)

    def submit(self, request: Request) -> Answer:
        """Has the command decided and committed. Raises Refused, Conflict."""
        return self.send(request).result()

    def send(self, request: Request) -> Future[Answer]:
        """Like `submit`, without waiting: many together share one commit."""
        key = (request.by.id, request.key) if request.key else None
        return self.store.write(lambda tx: self.run(tx, request), Ahead(case=request.case, key=key))

    def register(
        self,
        issue: Issue,
        by: Principal,
        *,
        sender_key: str = "",
        auto_accept: bool | None = None,
        backfill: bool = False,
        follow_up: bool = False,
    ) -> Future[Answer]:
        """A new case for an issue, unless this sender's key came in before on this channel.

        An issue received longer ago than acts may be recorded afterwards is history: it is
        registered at the moment it was received, so that a virtual clock replays it from there.
        With `backfill` its clocks start now instead. With `follow_up` the answer holds a token by
        which the reporter follows the case, for a form that shows it once. Raises Refused
        (NO_ZONE).
        """
        if issue.received_at.tzinfo is None:
            message = _("The time {at} has no zone.").format(at=issue.received_at)
            raise Refused("NO_ZONE", message)
        accept = self.workspace.config.auto_accept if auto_accept is None else auto_accept
        request = Request(case="", command=c.Register(issue, auto_accept=accept), by=by)
        now = self.clock.now()
        old = now - issue.received_at > self.workspace.config.policy.backdate.elapsed()
        at = issue.received_at if old and not backfill else None

        arrival = _Arrival(request, issue, sender_key or issue.id, at, follow_up=follow_up)
        sent = (issue.channel, arrival.key) if arrival.key else None
        ahead = Ahead(sent=sent, history=partial(self._foresee, arrival))
        return self.store.write(partial(self._take_in, arrival), ahead)

    # -- in the writer's thread ---------------------------------------------------------------
    def _foresee(self, arrival: _Arrival, tx: Tx, reader: Reader) -> None:
        """Asks what `_take_in` will ask of history."""
        setting = self._setting(tx, None, arrival.request)
        facts_of_intake(reader, setting, self._matter(arrival, setting))

    def _matter(self, arrival: _Arrival, setting: Setting) -> Matter:
        """Read once, unless other rules came into force meanwhile."""
        if arrival.matter is None or arrival.matter.rules is not setting.rules:
            arrival.matter = matter_of(self.store, setting, arrival.issue)
        return arrival.matter

    def _take_in(self, arrival: _Arrival, tx: Tx) -> Answer:
        issue, key = arrival.issue, arrival.key
        if key and (before := tx.intake_seen(issue.channel, key)) is not None:
            return Answer(before.case_code, "register", duplicate=True)
        answer = self._open(tx, arrival, arrival.at or tx.moment(self.clock))
        if key:
            tx.remember_intake(issue.channel, key, _hash(issue), answer.case)
        return self._followed(tx, answer, arrival.request.by) if arrival.follow_up else answer

    def _followed(self, tx: Tx, answer: Answer, by: Principal) -> Answer:
        """A new case with a token for its reporter."""
        loaded = tx.load(answer.case)
        if loaded is None:
            return answer
        made = keep_follow_up(tx, answer.case, loaded.case.reporter, by.id, self.clock.now())
        return msgspec.structs.replace(answer, token=made.text)

    def run(self, tx: Tx, request: Request) -> Answer:
        """Decides and writes within a transaction of the caller's; see `submit`."""
        if request.key and (before := tx.seen(request.by.id, request.key)) is not None:
            if before.body_hash != _body(request):
                raise Refused(
                    "KEY_REUSED",
                    _("The key {key} was used for another command.").format(key=request.key),
                    _("Use a new key for a new command."),
                )
            if not before.result:  # its term has passed; that it was given is kept for ever
                return Answer(request.case, command_name(request.command), duplicate=True)
            answer = msgspec.json.decode(before.result, type=Answer)
            return msgspec.structs.replace(answer, duplicate=True)
        if isinstance(request.command, c.Register):
            arrival = _Arrival(request, request.command.issue)
            return self._open(tx, arrival, tx.moment(self.clock))
        loaded = tx.load(request.case)
        if loaded is None:
            raise unknown_case(request.case)
        return self._decide(tx, loaded.case, request, tx.moment(self.clock))

    def _open(self, tx: Tx, arrival: _Arrival, now: datetime) -> Answer:
        """Decides a registration and writes the case it makes."""
        request, issue = arrival.request, arrival.issue
        setting = self._setting(tx, None, request)
        facts = facts_of_intake(tx, setting, self._matter(arrival, setting))
        code = self._new_code(issue, now)
        today = tx.moment(self.clock)
        facts = msgspec.structs.replace(
            facts, code=code,
            # Who gave no name is known by the case alone, and is nobody else's reporter.
            reporter=facts.reporter or self.store.digest(f"case:{code}"),
            imported_at=today if now < today - _HISTORY else None,
        )  # fmt: skip
        resolution = self._resolved(None, request, facts, setting, now)
        assert resolution is not None, "a registration has its event"
        answer = _answer(resolution.case, request, linked=len(facts.twins))
        self._keep(tx, request, resolution, 0, answer)
        return answer

    def _decide(self, tx: Tx, case: Case, request: Request, now: datetime) -> Answer:
        setting = self._setting(tx, case, request)
        facts = facts_for(self.store, tx, setting, case, request)
        resolution = self._resolved(case, request, facts, setting, now)
        if resolution is None:
            answer = Answer(case.code, command_name(request.command), case.version, case.state)
            if request.key:
                # Nothing was to be done: asked once more, it must not do something after all.
                tx.remember_command(
                    request.by.id, request.key, _body(request), _ENCODE(answer), case.code
                )
            return answer
        answer = _answer(resolution.case, request)
        self._keep(tx, request, resolution, case.version, answer)
        return answer

    def _resolved(
        self, case: Case | None, request: Request, facts: Facts, setting: Setting, now: datetime
    ) -> Resolution | None:
        resolution = decide(case, request, facts, setting, now)
        self.broken = self.broken or setting.rules.inference.broken
        return resolution

    def _keep(
        self, tx: Tx, request: Request, resolution: Resolution, version: int, answer: Answer
    ) -> None:
        tx.commit_resolution(
            resolution,
            expected_version=version,
            principal_id=request.by.id,
            key=request.key,
            body_hash=_body(request) if request.key else b"",
            result=_ENCODE(answer) if request.key else b"",
        )

    def _setting(self, tx: Tx, case: Case | None, request: Request) -> Setting:
        # What comes in of history was received before the rules were made that are to decide it.
        now = tx.moment(self.clock)
        rules = (
            self.rulebook.active(tx, now) if case is None else self.rulebook.get(tx, case.rule_set)
        )
        published: Mapping[str, ActiveRules] = {}
        if isinstance(request.command, c.Migrate):
            published = self.rulebook.known(tx, request.command.rule_set, now)
        return self._standing(rules, published)

    def _standing(self, rules: ActiveRules, published: Mapping[str, ActiveRules]) -> Setting:
        """The setting; mostly that of the command before."""
        if published:
            return self.workspace.setting(rules, published)
        known = self._last_setting
        if known is None or known.rules is not rules:
            known = self._last_setting = self.workspace.setting(rules, published)
        return known

    def _new_code(self, issue: Issue, now: datetime) -> str:
        """Drawn at random. One that is taken meets the key of the other case when both are written,
        and the registration is decided anew with another.
        """
        area = issue.territory or self.workspace.org.tree.root
        day = now.astimezone(self.workspace.calendar.zone).date()
        return make_code(area, day, secrets.randbelow(10**RANDOM_DIGITS))


def _answer(after: Case, request: Request, linked: int = 0) -> Answer:
    command = command_name(request.command)
    return Answer(after.code, command, after.version, after.state, after.owner, linked)


def _body(request: Request) -> bytes:
    """What was asked, whoever asked and under whichever key."""
    return _hash((request.case, request.command, request.happened_at))


def _hash(body: object) -> bytes:
    return hashlib.sha256(_ENCODE(body)).digest()
