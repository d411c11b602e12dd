"""Operations on a workspace's store: schema, proof of the history, dead letters, what is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from referral_engine.desk.door import Desk
from referral_engine.desk.naming import SEALED
from referral_engine.desk.opening import open_store, reachable, refuse_read_only
from referral_engine.errors import Refused
from referral_engine.flow.access import may_see
from referral_engine.flow.apply import apply
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.principal import NOBODY, Principal
from referral_engine.org import Org
from referral_engine.store import (
    CaseFilter,
    DeadLetter,
    Figures,
    Outage,
    Position,
    Reader,
    Store,
)
from referral_engine.store.audit import verify
from referral_engine.store.engine import database_file, open_reader, open_writer
from referral_engine.store.finding import Finding
from referral_engine.store.schema import HEAD, current, upgrade
from referral_engine.workspace import Workspace

__all__ = [
    "FRESH",
    "HEAD",
    "DeadLetter",
    "Figures",
    "Finding",
    "Outage",
    "Position",
    "Proof",
    "Reader",
    "Standing",
    "dead_letters",
    "figures_of",
    "prove",
    "requeue",
    "schema_now",
    "schema_of",
    "silent_departments",
    "standing",
    "upgrade_schema",
    "workers_alive",
]

FRESH = timedelta(minutes=2)
"""A worker not heard of for longer is not alive; a silence of all of them is downtime then, too."""


class Proof(NamedTuple):
    """What an audit found; ``anchor`` None where no anchor file was held against.

    It looks at every case. Sealed ones are not counted in `cases`, and a finding does not name one
    to whom it does not exist.
    """

    cases: int
    checkpoints: int
    anchor: Path | None
    findings: tuple[Finding, ...]


class Standing(NamedTuple):
    """``due`` is the earliest moment at which a runner finds something to do (UTC); ``replayed``
    of the newest cases were rebuilt from their events, and ``misfits`` are not what is stored.
    Sealed cases are in no figure here; `prove` looks at them as well.
    """

    cases: int
    active_rules: str
    due: datetime | None
    dead: int
    daemon: bool
    replayed: int
    misfits: tuple[str, ...]


def prove(workspace: Workspace, anchor: Path | None = None, by: Principal = NOBODY) -> Proof:
    """Recomputes every chain and rebuilds every projection, beside a running daemon.

    Raises FileNotFoundError without a store or the anchor asked for, Refused (ANCHOR_UNREADABLE).
    """
    if anchor is None and (usual := workspace.config.anchor) is not None and usual.exists():
        anchor = usual
    with open_store(workspace, readonly=True) as store:
        cases = store.read(lambda reader: reader.count(sealed=False))
        made = store.read(lambda reader: reader.last_checkpoint())
        try:
            findings = verify(store.engine, anchor)
        except msgspec.DecodeError as error:
            raise Refused(
                "ANCHOR_UNREADABLE",
                _("{file} is no anchor file: {error}").format(file=anchor, error=error),
                _("Name the file that `anchor:` in config.yaml named when they were made."),
            ) from error
        named = _Naming(store, workspace.org, by)
        findings = [_unnamed(each, named) for each in findings]
    return Proof(cases, made.number if made else 0, anchor, tuple(findings))


def _unnamed(finding: Finding, named: _Naming) -> Finding:
    code = finding.case
    if not code or named(code):
        return finding
    return msgspec.structs.replace(finding, case=SEALED, what=finding.what.replace(code, SEALED))


class _Naming:
    """Whether a case may be named to whoever asks."""

    def __init__(self, store: Store, org: Org, by: Principal) -> None:
        self._store, self._org, self._by = store, org, by

    def __call__(self, code: str) -> bool:
        with self._store.reading() as reader:
            if not reader.ever_sealed(code):
                return True
            loaded = reader.load(code)
            return loaded is not None and may_see(self._by, loaded.case, self._org)


def standing(store: Store, now: datetime, newest: int = 100) -> Standing:
    """How the store stands; a quick look, beside a running daemon, where `prove` takes its time."""
    with store.reading() as reader:
        lines = reader.cases(newest, CaseFilter(sealed=False))
        return Standing(
            cases=reader.count(sealed=False),
            active_rules=reader.active_rule_set(now) or "",
            due=_due(reader),
            dead=len(reader.dead_letters()),
            daemon=_daemon_runs(store),
            replayed=len(lines),
            misfits=tuple(line.code for line in lines if not _fits(reader, line.code)),
        )


def silent_departments(workspace: Workspace) -> list[Outage]:
    """The departments that do not answer, as a daemon that runs, or ran last, found."""
    if schema_of(workspace) != HEAD:
        return []
    with open_store(workspace, readonly=True) as store:
        return store.read(lambda reader: reader.outages())


def _due(reader: Reader) -> datetime | None:
    """When a runner next has something to do; calls of a department that is down only wait."""
    silent, found = {outage.unit for outage in reader.outages()}, reader.upcoming()
    if silent and "plugin_call" in found:
        del found["plugin_call"]
        calls = {unit: at for unit, at in reader.next_calls().items() if unit not in silent}
        return min((*found.values(), *calls.values()), default=None)
    return min(found.values(), default=None)


def _fits(reader: Reader, code: str) -> bool:
    """Whether the case as stored is what its events come to, and ends where they end."""
    loaded, timeline = reader.load(code), reader.timeline(code)
    if loaded is None or not timeline or timeline[-1].hash != loaded.head_hash:
        return False
    case: Case | None = None
    try:
        for stored in timeline:
            case = apply(case, stored.event)
    except (ValueError, KeyError):
        return False
    return case == loaded.case


def _daemon_runs(store: Store) -> bool:
    """Whether a daemon holds the store; only SQLite has one that can be seen so."""
    try:
        lock = store.lock_daemon()
    except Refused:
        return True
    except OSError:  # where nothing can be written no daemon runs
        return False
    if lock is not None:
        lock.release()
    return False


def schema_of(workspace: Workspace) -> str:
    """The migration the store is at; empty where there is none. Makes nothing. Raises Refused."""
    url = workspace.config.database
    with reachable(url):
        file = database_file(url)
        if file is not None and not file.exists():
            return ""
        engine = open_reader(url)
        try:
            return current(engine)
        finally:
            engine.dispose()


def upgrade_schema(workspace: Workspace) -> tuple[str, str]:
    """Brings the store to this version's schema; where it was, and where it is now. Refused."""
    refuse_read_only(workspace)
    url = workspace.config.database
    before = schema_of(workspace)
    if not before:
        with open_store(workspace):
            return "", HEAD
    with reachable(url):
        engine = open_writer(url)
        try:
            return before, upgrade(engine)
        finally:
            engine.dispose()


def schema_now(store: Store) -> str:
    """The migration the open store is at now; empty where it holds none."""
    return current(store.engine)


def workers_alive(store: Store, now: datetime) -> list[str]:
    """The names of the workers heard of lately."""
    return store.read(lambda reader: reader.alive(now - FRESH))


def figures_of(reader: Reader, now: datetime) -> Figures:
    """The work in hand as of `now`, for monitoring."""
    return reader.work_in_hand(now, FRESH)


def dead_letters(
    store: Store, org: Org, by: Principal = NOBODY, limit: int = 1_000
) -> list[DeadLetter]:
    """What was given up after too many claims.

    Of a sealed case it is only told that something is stuck: whoever keeps the machine must know
    it, and needs neither the case nor the unit to try again.
    """
    named = _Naming(store, org, by)
    found = store.read(lambda reader: reader.dead_letters(limit))
    return [each if named(each.case_code) else _stuck(each) for each in found]


def _stuck(letter: DeadLetter) -> DeadLetter:
    return letter._replace(key=SEALED, case_code=SEALED, lane="", error="", trace="")


def requeue(desk: Desk, id: str, by: Principal = NOBODY) -> int:
    """Takes a dead letter out, ``box:number`` or ``wakeup:code``; how many were put back.

    ``wakeup:(sealed)`` are those of all sealed cases, for whoever may not know which. Raises
    Refused (NO_SUCH_LETTER).
    """
    store, now = desk.store, desk.clock.now()
    box, _separator, key = id.partition(":")
    named = _Naming(store, desk.workspace.org, by)
    keys = [key]
    if box == "wakeup" and key == SEALED:
        keys = [each.key for each in store.read(lambda reader: reader.dead_letters())
                if each.box == box and not named(each.key)]  # fmt: skip
    elif box == "wakeup" and not named(key):
        keys = []
    try:
        done = store.transact(lambda tx: sum(tx.requeue(box, each, now) for each in keys))
    except (KeyError, ValueError):
        done = 0
    if not done:
        raise Refused(
            "NO_SUCH_LETTER",
            _("There is no dead letter {id}.").format(id=id),
            _("`referral deadletter list` lists them."),
        )
    return done
