"""The rows our run left, put together again as the steps that wrote them: one a case and commit."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import dict_row

__all__ = ["TABLES", "Step", "counts", "read_steps"]

TABLES = (
    "case_file", "case_event", "referral", "case_link", "data_key", "content", "wakeup",
    "plugin_call", "follow_up", "notice", "command_key", "intake_key", "access_log",
)  # fmt: skip
"""Those that hold cases and what is to be done with them."""

_ONCE = ("case_link", "data_key", "content", "command_key", "intake_key", "access_log")
"""Written once and never again, so that PostgreSQL itself says by which transaction."""
_BOXES = ("plugin_call", "follow_up", "notice")
_GIVEN = {"event_id", "item_id", "access_id", "xact"}
"""Columns that the database fills in."""
_CHANGED = ("lease_until", "fence", "claims", "error", "trace", "status")

Row = dict[str, Any]
Statement = tuple[str, list[list[Any]]]


class Step(NamedTuple):
    """What one job writes, and which steps and notices it leads to."""

    statements: list[Statement]
    follow: list[int]
    notices: list[str]


def counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows by table."""
    return {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # type: ignore[index]
        for table in TABLES
    }


def read_steps(connection: psycopg.Connection[Any]) -> tuple[list[Step], list[int]]:
    """The steps of all cases, and which of them take a case in, in the order of registration."""
    found = {table: _by_case(connection, table) for table in TABLES}
    steps: list[Step] = []
    intakes: list[int] = []
    files = [rows[0] for rows in found["case_file"].values()]
    for file in sorted(files, key=lambda row: (row["registered_at"], row["case_code"])):
        code = file["case_code"]
        rows = {table: found[table].get(code, []) for table in TABLES}
        intakes.append(len(steps))
        steps += _Case(file, rows, len(steps)).steps()
    return steps, intakes


def _by_case(connection: psycopg.Connection[Any], table: str) -> dict[str, list[Row]]:
    by_case: dict[str, list[Row]] = defaultdict(list)
    with connection.cursor(row_factory=dict_row) as cursor:
        query = f"SELECT *, xmin::text::bigint AS written FROM {table} ORDER BY ctid"
        for row in cursor.execute(query):
            by_case[row["case_code"]].append(row)
    return by_case


class _Case:
    """One case's rows, dealt out to its steps; `first` is the number of the first."""

    def __init__(self, file: Row, rows: dict[str, list[Row]], first: int) -> None:
        self._file, self._rows, self._first = file, rows, first
        self._events: dict[int, list[Row]] = defaultdict(list)
        for event in sorted(rows["case_event"], key=lambda row: row["seq"]):
            self._events[event["xact"]].append(event)
        self._order = list(self._events)

    def steps(self) -> list[Step]:
        follow = self._follow()
        return [
            Step(self._statements(number), follow[number], self._notices(number))
            for number in range(len(self._order))
        ]

    def _follow(self) -> dict[int, list[int]]:
        """Each step is led to by the one that asked for what it brings to an end, else by the one
        before it.
        """
        follow: dict[int, list[int]] = defaultdict(list)
        for number in range(1, len(self._order)):
            ended = [r for r in self._rows["plugin_call"] if r["written"] == self._order[number]]
            asked = min((self._asked_in(row) for row in ended), default=number - 1)
            follow[min(asked, number - 1)].append(self._first + number)
        return follow

    def _asked_in(self, row: Row) -> int:
        """The step that put an item into its outbox: it is due at the moment of its last event."""
        for number, xact in enumerate(self._order):
            if self._events[xact][-1]["recorded_at"] >= row["due_at"]:
                return number
        return len(self._order) - 1

    def _notices(self, number: int) -> list[str]:
        return [r["effect_key"] for r in self._rows["notice"] if self._asked_in(r) == number]

    def _statements(self, number: int) -> list[Statement]:
        xact = self._order[number]
        said = [self._case_file(number), _insert("case_event", self._events[xact])]
        said.append(_upsert("referral", self._referrals(number), ("case_code", "referral_id")))
        wakeup = [{**row, "lease_until": 0, "fence": 0} for row in self._rows["wakeup"]]
        said.append(_upsert("wakeup", wakeup, ("case_code",)))
        said += [_insert(table, self._once(table, number)) for table in _ONCE]
        said += [_insert(box, self._new(box, number)) for box in _BOXES]
        said += [self._ended(row) for row in self._rows["plugin_call"] if row["written"] == xact]
        return [statement for statement in said if statement[1]]

    def _once(self, table: str, number: int) -> list[Row]:
        """Rows that are never changed; what belongs to no step went with the first."""
        xacts = {None, self._order[number]} if number == 0 else {self._order[number]}
        known = self._events
        return [
            row for row in self._rows[table]
            if (row["written"] if row["written"] in known else None) in xacts
        ]  # fmt: skip

    def _new(self, box: str, number: int) -> list[Row]:
        """Items as they were before they were done; what no step nor job does is done at once."""
        fresh = {"status": "pending", "lease_until": 0, "fence": 0, "claims": 0}
        return [
            {**row, **fresh} if box == "notice" or row["written"] in self._events else row
            for row in self._rows[box]
            if self._asked_in(row) == number
        ]

    def _ended(self, row: Row) -> Statement:
        marks = ", ".join(f"{name} = %s" for name in _CHANGED)
        values = [row[name] for name in _CHANGED]
        return f"UPDATE plugin_call SET {marks} WHERE effect_key = %s", [
            [*values, row["effect_key"]]
        ]

    def _case_file(self, number: int) -> Statement:
        """The file as the step left it: a snapshot grows with the events."""
        last = self._events[self._order[number]][-1]
        part = last["seq"] / self._file["version"]
        snapshot = self._file["snapshot"]
        row = {**self._file, "version": last["seq"], "head_hash": last["event_hash"]}
        row["snapshot"] = snapshot[: int(len(snapshot) * max(part, 0.5))]
        if number == 0:
            return _insert("case_file", [row])
        names = [name for name in row if name not in ("written", "case_code")]
        before = self._events[self._order[number]][0]["seq"] - 1
        marks = ", ".join(f"{name} = %s" for name in names)
        sql = f"UPDATE case_file SET {marks} WHERE case_code = %s AND version = %s"
        return sql, [[*(row[name] for name in names), row["case_code"], before]]

    def _referrals(self, number: int) -> list[Row]:
        """Those its events name."""
        bodies = [json.loads(event["body"]) for event in self._events[self._order[number]]]
        named = json.dumps(bodies)
        return [row for row in self._rows["referral"] if f'"{row["referral_id"]}"' in named]


def _insert(table: str, rows: list[Row], how: str = "") -> Statement:
    if not rows:
        return "", []
    names = [name for name in rows[0] if name != "written" and name not in _GIVEN]
    marks = ", ".join(["%s"] * len(names))
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}){how}"
    return sql, [[row[name] for name in names] for row in rows]


def _upsert(table: str, rows: list[Row], key: tuple[str, ...]) -> Statement:
    if not rows:
        return "", []
    names = [name for name in rows[0] if name not in ("written", *key)]
    changed = ", ".join(f"{name} = excluded.{name}" for name in names)
    return _insert(table, rows, f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}")
