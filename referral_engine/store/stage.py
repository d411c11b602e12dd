"""What a transaction has decided to write and has not written yet.

Many commands share one commit. Their rows are gathered here and written table by table, one
`executemany` each, which is what makes intake in batches cheap; what a command wrote before it
failed is simply not taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table

from referral_engine.model.case import Case
from referral_engine.store.approvals import APPROVAL_COLUMNS
from referral_engine.store.bells import CALLS, CASES, NOTICES, Bell
from referral_engine.store.errors import Conflict
from referral_engine.store.journal import EVENT_COLUMNS
from referral_engine.store.projection import (
    CASE_COLUMNS,
    LINK_COLUMNS,
    MOVED_COLUMNS,
    REFERRAL_COLUMNS,
)
from referral_engine.store.security_tables import approval
from referral_engine.store.statements import Row, copy_all, insert, placeholder, run_all, update
from referral_engine.store.tables import (
    access_log,
    case_event,
    case_file,
    case_link,
    command_key,
    content,
    data_key,
    follow_up,
    intake_key,
    notice,
    plugin_call,
    referral,
    wakeup,
)
from referral_engine.store.vault import CONTENT_COLUMNS, DATA_KEY_COLUMNS, CaseKey

__all__ = ["OUTBOX_COLUMNS", "Ahead", "IntakeSeen", "Loaded", "Seen", "SenderKey", "Stage", "Step"]

OUTBOX_COLUMNS = ("effect_key", "case_code", "lane", "payload", "due_at")
COMMAND_KEY_COLUMNS = ("principal_id", "request_key", "body_hash", "result", "case_code")
INTAKE_KEY_COLUMNS = ("channel", "sender_key", "body_hash", "case_code")
ACCESS_COLUMNS = ("case_code", "principal_id", "purpose", "seen_at")
WAKEUP_COLUMNS = ("case_code", "due_at", "claims", "dead", "error")
WITHDRAWN = "withdraw"


class Loaded(NamedTuple):
    """A case as of its last event, and the hash of that event."""

    case: Case
    head_hash: bytes


class Seen(NamedTuple):
    """A command key that was used: the hash of what was asked, and what was answered."""

    body_hash: bytes
    result: bytes


SenderKey = tuple[str, str]
"""A channel, and the key under which a sender of it knows an issue."""


class Ahead(NamedTuple):
    """What a command will ask for: that of all who share a transaction is looked up together.

    The sender's key of an issue, the code of a case, and (principal, key) of a command; any may be
    left out. ``history`` asks what it will ask of the cases that came before: it is given what a
    command sees of the transaction, and a reader that takes the questions down.
    """

    sent: SenderKey | None = None
    case: str = ""
    key: tuple[str, str] | None = None
    history: Callable[[Any, Any], None] | None = None


class IntakeSeen(NamedTuple):
    """A sender's key that came in before: the hash of the issue then, and its case."""

    body_hash: bytes
    case_code: str


class Step(NamedTuple):
    """One statement of the flush; where it is `exact`, each row must meet just one in the table.

    `new` are table and columns where it only puts rows in.
    """

    name: str
    sql: Callable[[str], str]
    exact: bool = False
    new: tuple[Table, tuple[str, ...]] | None = None


def _into(name: str, table: Table, columns: tuple[str, ...], how: str = "") -> Step:
    return Step(
        name,
        lambda d: insert(d, table, columns, how == "replace", how == "keep"),
        new=None if how else (table, columns),
    )


def _void(dialect: str, *where: str) -> str:
    found = " AND ".join(f"{name} = {placeholder(dialect)}" for name in where)
    return (
        f"UPDATE plugin_call SET status = 'void', lease_until = 0 WHERE {found}"
        f" AND status = 'pending' AND verb <> '{WITHDRAWN}'"
    )


def _delivered(dialect: str, box: Table, *, forget: bool = False) -> str:
    """Ends the item with this fence; the row stays, for its key must never be put in again."""
    mark = placeholder(dialect)
    empty = "zeroblob(0)" if dialect == "sqlite" else "''"
    what = f", payload = {empty}" if forget else ""
    return (
        f"UPDATE {box.name} SET lease_until = 0, error = '', trace = '', status = 'done'{what}"
        f" WHERE item_id = {mark} AND fence = {mark} AND lease_until > 0 AND status = 'pending'"
    )


def _looked_at(dialect: str) -> str:
    """The wake-up stands again at what the case says is next. One whose next moment did not move
    on keeps its count of claims: what is always due ends in the dead letter, not in a circle.
    """
    upcoming = "(SELECT f.next_at FROM case_file f WHERE f.case_code = wakeup.case_code)"
    mark = placeholder(dialect)
    return (
        "UPDATE wakeup SET lease_until = 0, error = '',"
        f" claims = CASE WHEN {upcoming} = due_at THEN claims ELSE 0 END, due_at = {upcoming}"
        f" WHERE case_code = {mark} AND fence = {mark} AND lease_until > 0"
    )


# The order in which rows are written. Calls are voided before new ones are put in: a rework may
# offer again in the same transaction in which the case was closed.
STEPS: tuple[Step, ...] = (
    _into("case_new", case_file, CASE_COLUMNS),
    # Before any other change of the same case: only the first of a transaction is written so.
    Step(
        "case_moved",
        lambda d: update(d, case_file, MOVED_COLUMNS, ("case_code", "version")),
        exact=True,
    ),
    Step(
        "case_changed",
        lambda d: update(d, case_file, CASE_COLUMNS[1:], ("case_code", "version")),
        exact=True,
    ),
    _into("approval", approval, APPROVAL_COLUMNS),
    _into("event", case_event, EVENT_COLUMNS),
    # Of a new case nothing is there yet; what a later command changes of it comes after.
    _into("referral_new", referral, REFERRAL_COLUMNS),
    _into("referral", referral, REFERRAL_COLUMNS, "replace"),
    _into("linked", case_link, LINK_COLUMNS, "keep"),
    _into("data_key", data_key, DATA_KEY_COLUMNS),
    _into("content", content, CONTENT_COLUMNS),
    _into("wakeup_new", wakeup, WAKEUP_COLUMNS),
    _into("wakeup", wakeup, WAKEUP_COLUMNS, "replace"),
    Step("wakeup_done", _looked_at, exact=True),
    Step("follow_up_done", lambda d: _delivered(d, follow_up, forget=True), exact=True),
    Step("notice_done", lambda d: _delivered(d, notice)),
    Step("case_void", lambda d: _void(d, "case_code")),
    Step("referral_void", lambda d: _void(d, "case_code", "referral_id")),
    _into("plugin_call", plugin_call, (*OUTBOX_COLUMNS, "referral_id", "verb"), "keep"),
    _into("follow_up", follow_up, OUTBOX_COLUMNS, "keep"),
    _into("notice", notice, (*OUTBOX_COLUMNS, "subject"), "keep"),
    _into("command_key", command_key, COMMAND_KEY_COLUMNS),
    _into("intake_key", intake_key, INTAKE_KEY_COLUMNS),
    _into("viewed", access_log, ACCESS_COLUMNS),
)
# What names a row in the rows of these steps.
_KEYS = {"case_changed": slice(-2, -1), "referral": slice(0, 2), "wakeup": slice(0, 1)}
# From so many rows on PostgreSQL is faster with a copy, which takes a round trip more.
_MANY = 16
_CASE_FILE_STEPS = frozenset({"case_new", "case_moved", "case_changed"})
_LANE = OUTBOX_COLUMNS.index("lane")
_RUNG_FOR = frozenset({"plugin_call", "follow_up", "notice"})


class Stage:
    """Rows by step, and what a later command of the same transaction must see of them."""

    __slots__ = (
        "bells",
        "cases",
        "changed",
        "command_keys",
        "intake_keys",
        "keys",
        "rows",
        "texts",
    )

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.bells: set[Bell] = set()
        self.cases: dict[str, Loaded] = {}
        self.changed: set[str] = set()
        self.keys: dict[str, CaseKey] = {}
        self.texts: dict[str, dict[str, str]] = {}
        """All the words of cases that are new, for whoever looks for their like."""
        self.command_keys: dict[tuple[str, str], Seen] = {}
        self.intake_keys: dict[SenderKey, IntakeSeen] = {}

    def add(self, step: str, *rows: Row) -> None:
        if rows:
            self.rows.setdefault(step, []).extend(rows)
            if step in _RUNG_FOR:
                self.bells.update(_bells(step, rows))

    def void_calls(self, code: str, referral_id: str | None) -> None:
        """Takes back the calls not yet made, of one referral or of the whole case."""
        own = self.rows.get("plugin_call")
        if own:
            self.rows["plugin_call"] = [
                row for row in own
                if row[1] != code or row[-1] == WITHDRAWN or referral_id not in (None, row[-2])
            ]  # fmt: skip
        if referral_id is None:
            self.add("case_void", (code,))
        else:
            self.add("referral_void", (code, referral_id))

    def take(self, other: Stage) -> None:
        """Adds what a command that went well has staged."""
        for step, rows in other.rows.items():
            self.rows.setdefault(step, []).extend(rows)
        self.bells.update(other.bells)
        self.cases.update(other.cases)
        self.changed.update(other.changed)
        self.keys.update(other.keys)
        self.texts.update(other.texts)
        self.command_keys.update(other.command_keys)
        self.intake_keys.update(other.intake_keys)

    def write(self, connection: Connection, *, case_file_only: bool = False) -> None:
        """Writes the rows; raises Conflict where a case is no longer at its version.

        What later commands must see stays: only the rows are gone.
        """
        due: list[tuple[Step, list[Row]]] = []
        for step in STEPS:
            if case_file_only and step.name not in _CASE_FILE_STEPS:
                continue
            if rows := self.rows.pop(step.name, None):
                due.append((step, _newest(step.name, rows)))
        if not due:
            return
        dialect = connection.dialect.name
        if dialect == "postgresql":
            due = _without_copied(connection, due)
        counts = run_all(connection, [(step.sql(dialect), rows) for step, rows in due])
        for (step, rows), touched in zip(due, counts, strict=True):
            if step.exact and touched != len(rows):
                raise Conflict(rows[0][-2] if len(rows) == 1 else "")


def _without_copied(
    connection: Connection, due: list[tuple[Step, list[Row]]]
) -> list[tuple[Step, list[Row]]]:
    """What is left to be said once new rows of a table that are many have been copied in."""
    many = [(step.new, rows) for step, rows in due if step.new and len(rows) >= _MANY]
    if many:
        copy_all(connection, [(*new, rows) for new, rows in many])
    return [(step, rows) for step, rows in due if not step.new or len(rows) < _MANY]


def _newest(step: str, rows: list[Row]) -> list[Row]:
    """What several commands on one case leave of it is written once, as the last left it; the file
    is still checked against the version that the first was decided on.
    """
    if step not in _KEYS or len(rows) == 1:
        return rows
    newest: dict[Row, Row] = {}
    for row in rows:
        key = row[_KEYS[step]]
        before = newest.get(key)
        since_first = before is not None and step == "case_changed"
        newest[key] = (*row[:-1], before[-1]) if before and since_first else row
    return list(newest.values())


def _bells(step: str, rows: Iterable[Row]) -> Iterable[Bell]:
    """What tells a worker of the work in `rows`."""
    if step == "plugin_call":
        return {Bell(CALLS, row[_LANE]) for row in rows}
    if step == "follow_up":
        return (CASES,)
    return (NOTICES,) if step == "notice" else ()
