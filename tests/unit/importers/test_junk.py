"""Whatever a file holds: nothing raises but Faulty, every record is accepted or named."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from referral_engine.errors import Faulty
from referral_engine.importers.canonical import fields
from referral_engine.importers.codes import ROW_CODES
from tests.unit.importers.reading import rows

NAMES = [field.name for field in fields() if "*" not in field.name]
LIKELY = st.sampled_from(
    ["2026-09-30", "灯", "-1", "1e999", "nan", "\0", "\ud800", "是", "4", '"', "a;b", "(", "2026"]
)
CELL = st.one_of(LIKELY, st.text(max_size=20), st.integers().map(str))


def sound(read: list, count: int) -> None:
    assert len(read) == count
    for row in read:
        assert (row.issue is None) == bool(row.faults)
        assert bool(row.key) == (row.issue is not None)
        assert all(fault.line == row.line and fault.code in ROW_CODES for fault in row.faults)
    if any(row.issue for row in read):
        keys = [row.key for row in read if row.key.startswith("content:")]
        assert len(keys) == len(set(keys))


@given(
    st.lists(st.sampled_from(NAMES), unique=True, min_size=1).flatmap(
        lambda names: st.tuples(
            st.just(names), st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)))
        )
    )
)
def test_any_cells_of_a_sound_csv(table: tuple[list[str], list[list[str]]]) -> None:
    names, cells = table
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([names, *cells])
    data = text.getvalue().encode("utf-8", "surrogatepass")
    count = sum(any(cell.strip() for cell in row) for row in cells)
    sound(rows(data), count)


@given(st.binary(max_size=200))
def test_any_bytes_behind_a_heading(data: bytes) -> None:
    read = rows(b"received_at,title,text\n" + data)
    sound(read, len(read))
    assert [row.line for row in read] == sorted({row.line for row in read})


@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.xlsx", "a.jsonl", "a"]))
def test_any_bytes_as_a_file(data: bytes, name: str) -> None:
    codes: set[str] = set()
    with suppress(Faulty):
        codes = {fault.code for row in rows(data, name=name) for fault in row.faults}
    assert codes <= set(ROW_CODES)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | LIKELY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
KEY = st.sampled_from([*(name for name in NAMES if "." not in name), "reporter", "location"])


@given(st.lists(st.dictionaries(KEY, JSON, max_size=6)))
def test_any_json_objects(objects: list[dict[str, Any]]) -> None:
    text = "\n".join(json.dumps(each) for each in objects)
    sound(rows(text, name="a.jsonl"), len(objects))


@given(st.text(st.sampled_from(list('{}[]":,0 a\n\\u')), max_size=60))
def test_any_text_as_json_lines(text: str) -> None:
    count = sum(bool(line.strip()) for line in text.split("\n"))
    sound(rows(text, name="a.jsonl"), count)
