"""Stores filled in bulk with copies of one case, for benchmarks on many of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bulk import put
from sqlalchemy import Table, text

from referral_engine.store import Store
from referral_engine.store.moment import micros
from referral_engine.store.tables import case_event, case_file, data_key, referral, wakeup
from tests.unit.desk.county import START, opened, register

Row = tuple[Any, ...]
# Nothing is due for months, and the moments are spread as those of many people are.
_WAITS = micros(START + timedelta(days=180))
_SPREAD = 60 * 86_400_000_000
_APART = 7_919_000_003
COPIED = (case_file, case_event, referral, data_key, wakeup)
_OWN = {"event_id", "xact"}


class Model(NamedTuple):
    """The newest row of one real case in each table, and the case's code."""

    code: str
    rows: dict[Table, Row]

    def code_of(self, number: int) -> str:
        """The code of a copy, as long as the model's own."""
        return f"{self.code[:-9]}{number:09}"

    def copies(self, table: Table, count: int) -> Iterator[Row]:
        """Rows in the order of their codes, the code exchanged wherever it stands."""
        row, old, held = self.rows[table], self.code, self.code.encode()
        for number in range(count):
            new = self.code_of(number)
            told = new.encode()
            if table is wakeup:
                yield (new, _WAITS + number * _APART % _SPREAD, *row[2:])
                continue
            yield tuple(
                each.replace(old, new) if isinstance(each, str)
                else each.replace(held, told) if isinstance(each, bytes) else each
                for each in row
            )  # fmt: skip


def columns(table: Table) -> list[str]:
    return [column.name for column in table.c if column.name not in _OWN]


def model(folder: Path) -> Model:
    """A case that was just offered, of the county in `folder`; its first reminder comes in 96
    minutes.
    """
    with opened(folder) as box:
        return model_of(box.store, register(box))


def model_of(store: Store, code: str) -> Model:
    """A case of this store."""
    rows: dict[Table, Row] = {}
    with store.reading() as reader:
        for table in COPIED:
            names = ", ".join(columns(table))
            found = text(f"SELECT {names} FROM {table.name} WHERE case_code = :code")
            rows[table] = tuple(reader.connection.execute(found, {"code": code}).all()[-1])
    # What an event says is read by nobody here: without it five million are 15 GB, not 17.
    body = columns(case_event).index("body")
    event = rows[case_event]
    rows[case_event] = (*event[:body], b"", *event[body + 1 :])
    return Model(code, rows)


def fill(url: str, source: Model, count: int) -> None:
    """Makes the store at `url` and puts copies in."""
    Store.open(url).close()
    put(url, {table: (columns(table), source.copies(table, count)) for table in COPIED})
