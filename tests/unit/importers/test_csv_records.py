"""The splitter agrees with the standard library on sound CSV, and keeps neighbours on broken."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.importers.csv_records import csv_records, sniff

CELLS = st.text(st.sampled_from(list('ab路"\n\r,;\t ')), max_size=8)


def split(text: str, delimiter: str = ","):
    return list(csv_records(io.StringIO(text, newline=""), delimiter))


@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n))))
def test_what_the_standard_library_writes_is_read_back(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    records = split(text.getvalue())
    assert [record.cells for record in records] == expected
    assert not any(record.fault for record in records)


@given(st.integers(2, 3).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n))))
def test_a_record_is_named_by_the_line_it_starts_on(rows: list[list[str]]) -> None:
    text, starts, line = io.StringIO(newline=""), [], 1
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for row in rows:
        if any(cell.strip() for cell in row):
            starts.append(line)
        written = io.StringIO(newline="")
        csv.writer(written, quoting=csv.QUOTE_ALL).writerow(row)
        line += len(list(io.StringIO(written.getvalue(), newline="")))
        writer.writerow(row)
    assert [record.line for record in split(text.getvalue())] == starts


@given(st.text(st.sampled_from(list('a,"\n'))))
def test_no_text_at_all_makes_it_raise_or_stand_still(text: str) -> None:
    lines = [record.line for record in split(text)]
    assert lines == sorted(set(lines))


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    records = split('a,b\n1,"x\n2,y\n3,z\n')
    assert [(record.line, record.fault) for record in records] == [
        (1, ""), (2, "UNCLOSED_QUOTE"), (3, ""), (4, ""),
    ]  # fmt: skip
    assert records[2].cells == ["2", "y"]


def test_two_stray_quotes_do_not_swallow_the_rows_between_them() -> None:
    records = split('a,b,c\n1,"x,1\n2,y,2\n3,z",3,4\n4,w,4\n')
    assert [record.cells for record in records if not record.fault] == [
        ["a", "b", "c"], ["2", "y", "2"], ["4", "w", "4"],
    ]  # fmt: skip
    assert [record.line for record in records if record.fault] == [2, 4]


def test_a_quote_never_closed_in_a_long_file_is_given_up() -> None:
    filler = "".join(f"{n},y\n" for n in range(200_000))
    records = split('a,b\n0,"x\n' + filler)
    assert len(records) == 200_002
    assert [record.fault for record in records if record.fault] == ["UNCLOSED_QUOTE"]


def test_a_quote_inside_a_plain_cell_is_a_character() -> None:
    assert split('a,b\n5" pipe,x\n')[1].cells == ['5" pipe', "x"]


def test_empty_cells_beyond_the_heading_are_dropped_and_missing_ones_are_a_fault() -> None:
    records = split("a,b\n1,2,,\n1\n")
    assert records[1].cells == ["1", "2"]
    assert records[2].fault == "WRONG_COLUMNS"


@pytest.mark.parametrize(
    ("heading", "delimiter"),
    [("a,b", ","), ("a;b;c,d", ";"), ("a\tb", "\t"), ("a", ","), ('"a;b;c",d', ",")],
)
def test_the_delimiter_is_the_one_the_heading_uses(heading: str, delimiter: str) -> None:
    assert sniff(heading) == delimiter
