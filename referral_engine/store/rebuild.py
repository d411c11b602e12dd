"""Projections made anew from the events, for the day somebody wrote into them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import Connection, Table, delete, select

from referral_engine.model.case import Case
from referral_engine.store.approvals import APPROVAL_COLUMNS
from referral_engine.store.audit import Replayed, replay
from referral_engine.store.moment import micros
from referral_engine.store.projection import (
    CASE_COLUMNS,
    LINK_COLUMNS,
    REFERRAL_COLUMNS,
    case_row,
    linked,
    referral_rows,
)
from referral_engine.store.reader import Township
from referral_engine.store.security_tables import approval
from referral_engine.store.stage import WAKEUP_COLUMNS
from referral_engine.store.statements import Row, insert, run
from referral_engine.store.tables import (
    case_event,
    case_file,
    case_link,
    referral,
    wakeup,
)

__all__ = ["codes_after", "rebuild_cases"]


def codes_after(connection: Connection, code: str, limit: int) -> list[str]:
    """Up to `limit` codes of cases with events, in order, beyond `code`."""
    c = case_event.c.case_code
    query = select(c).where(c > code, case_event.c.seq == 1).order_by(c).limit(limit)
    return list(connection.execute(query).scalars())


def rebuild_cases(connection: Connection, codes: Iterable[str], township: Township) -> int:
    """Writes the projections of these cases anew; how many. One whose events do not fit is left."""
    e = case_event
    query = select(e).where(e.c.case_code.in_(codes)).order_by(e.c.case_code, e.c.seq)
    stored = connection.execute(query).all()
    found = [replay(iter(rows)) for _code, rows in groupby(stored, key=lambda row: row.case_code)]
    sound = [(each.case, each) for each in found if each.case is not None]
    for case, replayed in sound:
        _rewrite(connection, case, replayed, township(case.territory))
    return len(sound)


def _rewrite(connection: Connection, case: Case, replayed: Replayed, township: str) -> None:
    for table in (referral, case_link, approval):
        connection.execute(delete(table).where(table.c.case_code == case.code))
    written: tuple[tuple[Table, tuple[str, ...], list[Row]], ...] = (
        (case_file, CASE_COLUMNS, [case_row(case, replayed.head, township)]),
        (referral, REFERRAL_COLUMNS, list(referral_rows(case).values())),
        (case_link, LINK_COLUMNS, [(case.code, other) for other in sorted(linked(case))]),
        (approval, APPROVAL_COLUMNS, list(replayed.approvals)),
        (wakeup, WAKEUP_COLUMNS, [(case.code, micros(case.next_at()), 0, 0, "")]),
    )
    for table, columns, rows in written:
        if rows:
            kept = table in (case_file, wakeup)
            run(connection, insert(connection.dialect.name, table, columns, replace=kept), rows)
