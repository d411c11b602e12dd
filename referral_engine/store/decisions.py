"""Decisions as they were made, for replaying them: events, words and answers, some cases at a time.

Sealed cases are in no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, select

from referral_engine.model.event import Event
from referral_engine.store.chain import read_event
from referral_engine.store.moment import micros
from referral_engine.store.prepared import Prepared, literal, value
from referral_engine.store.tables import case_event, case_file

__all__ = ["ALWAYS", "END", "Period", "RecordedDecision", "recorded", "sealed_among", "stretch"]

_e, _f = case_event.c, case_file.c
END = chr(0x10FFFF)
"""A code after every other."""
_BEFORE = timedelta(microseconds=1)


class Period(NamedTuple):
    """Cases registered in [since, until), aware; None where it has no end on that side."""

    since: datetime | None = None
    until: datetime | None = None

    def bounds(self) -> dict[str, int]:
        """As the database compares them, both ends included."""
        least, most = -(2**62), 2**62
        return {
            "since": least if self.since is None else micros(self.since),
            "until": most if self.until is None else micros(self.until - _BEFORE),
        }


ALWAYS = Period()


class RecordedDecision(NamedTuple):
    """A case's events up to the one that decided it, as stored, by kind; what came in with it,
    as JSON, None where it was erased.
    """

    code: str
    kinds: tuple[str, ...]
    bodies: tuple[bytes, ...]
    reporter: str
    issue: str | None

    def event(self, number: int) -> Event:
        """One of them, read."""
        return read_event(self.bodies[number])


_EDGE = Prepared(
    select(_f.case_code)
    .where(_f.case_code > value("after"))
    .order_by(_f.case_code)
    .limit(1)
    .offset(value("size"))
)


def _decided() -> Select[Any]:
    open_ = and_(_f.sealed == literal(""), _f.registered_at.between(value("since"), value("until")))
    return (
        select(_e.case_code, func.max(_e.seq).label("seq"), func.max(_f.reporter).label("reporter"))
        .select_from(case_event)
        .join(case_file, and_(_f.case_code == _e.case_code, open_))
        .where(
            _e.case_code > value("after"),
            _e.case_code <= value("upto"),
            _e.kind == literal("decided"),
        )
        .group_by(_e.case_code)
    )


def _recorded() -> Prepared:
    last = _decided().subquery()
    return Prepared(
        select(_e.case_code, _e.kind, _e.body, last.c.reporter)
        .select_from(case_event)
        .join(last, and_(_e.case_code == last.c.case_code, _e.seq <= last.c.seq))
        .order_by(_e.case_code, _e.seq)
    )


_RECORDED = _recorded()


def stretch(connection: Connection, after: str, size: int) -> tuple[str, str]:
    """The codes of the next `size` cases, sealed ones among them: beyond the first code, up to the
    second, which is END in the last stretch.
    """
    found = _EDGE.first(connection, after=after, size=size - 1)
    return after, END if found is None else found[0]


def recorded(
    connection: Connection, stretch: tuple[str, str], period: Period
) -> list[tuple[str, list[tuple[str, bytes, str]]]]:
    """The cases of a stretch that rules decided, by code: (kind, event as stored, reporter)."""
    after, upto = stretch
    rows = _RECORDED.rows(connection, after=after, upto=upto, **period.bounds())
    return [
        (code, [(kind, bytes(body), reporter) for _code, kind, body, reporter in group])
        for code, group in groupby(rows, key=lambda row: row[0])
    ]


def sealed_among(connection: Connection, codes: Sequence[str]) -> frozenset[str]:
    """Those of the codes that are sealed by now."""
    query = select(_f.case_code).where(_f.case_code.in_(codes), _f.sealed != "")
    return frozenset(connection.execute(query).scalars())
