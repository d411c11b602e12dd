"""Does everything fit? Chains are recomputed, projections rebuilt from the events and compared.

Memory stays flat: events and case files are read side by side in the order of their codes, one
case at a time. What a chain cannot show - an end that was cut off together with its projection, a
case that is gone altogether - shows against checkpoints and, where those may have been rewritten
too, against the anchor file outside the database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, exists, select

from referral_engine.flow.apply import apply
from referral_engine.model.case import Case
from referral_engine.model.event import event_name
from referral_engine.store.approvals import APPROVAL_COLUMNS, Approvals, OnePerson
from referral_engine.store.chain import GENESIS, chained, read_event
from referral_engine.store.checkpoint_audit import against_anchor, against_checkpoints
from referral_engine.store.finding import Finding
from referral_engine.store.ledger_audit import against_ledger
from referral_engine.store.moment import micros
from referral_engine.store.projection import (
    CASE_COLUMNS,
    REFERRAL_COLUMNS,
    case_row,
    linked,
    referral_rows,
    unpack,
)
from referral_engine.store.security_tables import approval
from referral_engine.store.statements import Row
from referral_engine.store.tables import (
    case_event,
    case_file,
    case_link,
    command_key,
    data_key,
    intake_key,
    referral,
    wakeup,
)

__all__ = ["Finding", "Replayed", "Scope", "among", "between", "replay", "verify", "verify_cases"]

_FETCH = 500
# The organisation may have been redrawn since, and a snapshot is compared by what it means.
_NOT_COMPARED = {"township", "snapshot"}

Scope = Callable[[Column[str]], list[ColumnElement[bool]]]
"""Which cases are looked at: conditions on the column that has their codes."""


def among(codes: Collection[str]) -> Scope:
    """These cases alone."""
    return lambda column: [column.in_(codes)]


def between(after: str, upto: str = "") -> Scope:
    """The cases beyond `after` and, where it is given, not beyond `upto`."""

    def conditions(column: Column[str]) -> list[ColumnElement[bool]]:
        found = [column > after] if after else []
        return [*found, column <= upto] if upto else found

    return conditions


_ALL = between("")


class Replayed(NamedTuple):
    """What the events of one case come to; `fault` is the first that does not fit.

    `approvals` are the rows of who signed, in the order of APPROVAL_COLUMNS.
    """

    case: Case | None
    head: bytes
    fault: Finding | None
    approvals: tuple[Row, ...] = ()


def verify(engine: Engine, anchor: Path | None = None) -> list[Finding]:
    """Everything that does not fit, at most one finding a case and check; empty when all is well.

    Reads in one view, beside a running daemon. Raises OSError when the anchor file is not there,
    msgspec.DecodeError when a line of it is none.
    """
    with engine.connect() as connection, connection.begin():
        findings = list(_cases(connection))
        findings += _hanging(connection)
        findings += against_checkpoints(connection)
        findings += against_ledger(connection)
        if anchor is not None:
            findings += against_anchor(connection, anchor)
    return _first_of_each(findings)


def verify_cases(connection: Connection, scope: Scope) -> list[Finding]:
    """What does not fit in the cases of `scope`, at most one finding a case and check.

    A part of `verify` that costs what these cases cost, whatever else there is.
    """
    findings = list(_cases(connection, scope))
    findings += _hanging(connection, (data_key, wakeup, referral), scope)
    return _first_of_each(findings)


def _first_of_each(findings: list[Finding]) -> list[Finding]:
    """Each fault once, in the order found: a cut tail also shows in every later check."""
    seen: dict[tuple[str, int, str], Finding] = {}
    for finding in findings:
        seen.setdefault((finding.case, finding.seq, finding.code), finding)
    return list(seen.values())


class _Beside:
    """The rows of a table by case, read along with the events in the order of the codes."""

    def __init__(self, connection: Connection, table: Table, scope: Scope, *order: str) -> None:
        query = select(table).where(*scope(table.c.case_code))
        query = query.order_by(table.c.case_code, *(table.c[name] for name in order))
        self._cases = groupby(_stream(connection, query), key=lambda row: row.case_code)
        self._advance()

    def before(self, code: str | None) -> Iterator[Any]:
        """The rows of cases before `code` (of all that are left for None), passed by."""
        while self._rows and (code is None or self._code < code):
            yield from self._rows
            self._advance()

    def of(self, code: str) -> list[Any]:
        """The rows of the case `code`, once; those before it are passed by."""
        for _passed in self.before(code):
            pass
        if self._code != code:
            return []
        found = self._rows
        self._advance()
        return found

    def _advance(self) -> None:
        code, rows = next(self._cases, ("", ()))
        self._code: str = code
        self._rows: list[Any] = list(rows)


def _cases(connection: Connection, scope: Scope = _ALL) -> Iterator[Finding]:
    files = _Beside(connection, case_file, scope)
    beside = [
        _Beside(connection, referral, scope, "referral_id"),
        _Beside(connection, case_link, scope, "other_code"),
        _Beside(connection, wakeup, scope),
        _Beside(connection, approval, scope),
    ]
    for code, rows in groupby(_events(connection, scope), key=lambda row: row.case_code):
        yield from map(_without_events, files.before(code))
        replayed = replay(rows)
        stored = files.of(code)
        if not stored:
            yield replayed.fault or Finding("NO_FILE", code, 1, "the events have no case file")
        else:
            yield from _compared(stored[0], replayed, *(each.of(code) for each in beside))
    yield from map(_without_events, files.before(None))


def _events(connection: Connection, scope: Scope) -> Iterator[Any]:
    query = select(case_event).where(*scope(case_event.c.case_code))
    query = query.order_by(case_event.c.case_code, case_event.c.seq)
    return _stream(connection, query)


def _stream(connection: Connection, query: Any) -> Iterator[Any]:
    with connection.execute(query, execution_options={"yield_per": _FETCH}) as rows:
        yield from rows


def _without_events(stored: Any) -> Finding:
    what = f"all {stored.version} events are gone"
    return Finding("EVENTS_GONE", stored.case_code, 1, what)


def replay(rows: Iterator[Any]) -> Replayed:
    """Folds the events of one case up to the first that does not fit."""
    case: Case | None = None
    head, expected, approvals = GENESIS, 1, Approvals()
    for row in rows:
        fault = _unchained(row, head, expected)
        if fault is None:
            try:
                event = read_event(row.body)
                case = apply(case, event)
                approvals.take(event)
            except OnePerson as error:
                fault = Finding("ONE_PERSON", row.case_code, row.seq, error.what)
            except (ValueError, KeyError, msgspec.MsgspecError) as error:
                fault = Finding("NOT_APPLICABLE", row.case_code, row.seq, str(error))
        if fault is not None:
            for _rest in rows:  # the next case begins behind them
                pass
            return Replayed(None, head, fault)
        head, expected = row.event_hash, expected + 1
    return Replayed(case, head, None, tuple(approvals.rows))


def _unchained(row: Any, head: bytes, expected: int) -> Finding | None:
    """What is wrong with an event in itself and against the one before it."""
    code, seq = row.case_code, row.seq
    if seq != expected:
        missing = f"event {expected} is missing; the next one is {seq}"
        return Finding("EVENT_MISSING", code, expected, missing)
    if chained(row.prev_hash, row.body) != row.event_hash:
        return Finding("EVENT_ALTERED", code, seq, "its bytes do not give its hash")
    if row.prev_hash != head:
        return Finding("CHAIN_BROKEN", code, seq, "it does not follow the event before it")
    return _miscopied(row)


def _miscopied(row: Any) -> Finding | None:
    """The columns beside the body repeat it for queries; they must say the same."""
    try:
        event = read_event(row.body)
    except msgspec.MsgspecError as error:
        return Finding("EVENT_UNREADABLE", row.case_code, row.seq, str(error))
    said = (
        event.case, event.seq, event_name(event.body), event.owner, micros(event.recorded_at),
        event.schema,
    )  # fmt: skip
    copied = (
        row.case_code, row.seq, row.kind, row.owner, row.recorded_at, row.schema_version,
    )  # fmt: skip
    if said == copied:
        return None
    return Finding("EVENT_ALTERED", row.case_code, row.seq, f"its columns say {copied}, not {said}")


def _compared(
    stored: Any,
    replayed: Replayed,
    referrals: list[Any],
    links: list[Any],
    wake: list[Any],
    approvals: list[Any],
) -> Iterator[Finding]:
    if replayed.fault is not None:
        yield replayed.fault
        return
    case = replayed.case
    if case is None:
        return
    if case.version < stored.version:
        what = f"events {case.version + 1} to {stored.version} are missing at the end"
        yield Finding("EVENTS_CUT", case.code, case.version + 1, what)
        return
    yield from _file_differs(stored, case, replayed.head)
    yield from _referrals_differ(referrals, case)
    if {row.other_code for row in links} != linked(case):
        yield _projection(case, "its links differ from the events")
    if {tuple(getattr(r, c) for c in APPROVAL_COLUMNS) for r in approvals} != {*replayed.approvals}:
        yield _projection(case, "who signed it differs from the events")
    if [row.due_at for row in wake] != [micros(case.next_at())]:
        # A due moment without a wake-up would be a timer that never fires.
        yield _projection(case, "its wake-up is not at what is due next")


def _file_differs(stored: Any, case: Case, head: bytes) -> Iterator[Finding]:
    rebuilt = zip(CASE_COLUMNS, case_row(case, head, stored.township), strict=True)
    wrong = [
        name
        for name, value in rebuilt
        if name not in _NOT_COMPARED and getattr(stored, name) != value
    ]
    if not _same_snapshot(stored.snapshot, case):
        wrong.append("snapshot")
    if wrong:
        yield _projection(case, f"case_file differs from the events in {', '.join(wrong)}")


def _same_snapshot(snapshot: bytes, case: Case) -> bool:
    try:
        return unpack(snapshot) == case
    except msgspec.MsgspecError:
        return False


def _referrals_differ(rows: list[Any], case: Case) -> Iterator[Finding]:
    stored = {row.referral_id: tuple(getattr(row, c) for c in REFERRAL_COLUMNS) for row in rows}
    rebuilt = referral_rows(case)
    for id in sorted(stored.keys() | rebuilt.keys()):
        if stored.get(id) != rebuilt.get(id):
            yield _projection(case, f"referral {id} differs from the events")


def _projection(case: Case, what: str) -> Finding:
    return Finding("PROJECTION", case.code, case.version, what)


def _hanging(
    connection: Connection,
    tables: Sequence[Table] = (intake_key, data_key, wakeup, command_key, referral),
    scope: Scope = _ALL,
) -> Iterator[Finding]:
    """Rows of a case that has neither file nor events: it was removed altogether."""
    for table in tables:
        code = table.c.case_code
        known = exists().where(case_file.c.case_code == code)
        events = exists().where(case_event.c.case_code == code)
        query = (
            select(code).where(code != "", *scope(code), ~known, ~events).distinct().order_by(code)
        )
        for (gone,) in connection.execute(query):
            yield Finding("CASE_GONE", gone, 1, f"{table.name} knows the case, its events are gone")
