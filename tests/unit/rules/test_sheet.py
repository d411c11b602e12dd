"""Routing tables as sheets and back: what goes out comes in, faults at row and column."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml.nodes import MappingNode

from referral_engine import i18n
from referral_engine.errors import Fault, Faulty, Place
from referral_engine.importers.rule_sheets import read_sheet, write_sheet
from referral_engine.rules.fields import registry
from referral_engine.rules.load import read_rules
from referral_engine.rules.names import Names
from referral_engine.rules.reader import Known, Reader
from referral_engine.rules.sheet import SHEET_CODES, Cell, Grid, merged, rows_of
from referral_engine.rules.sheet.merge import bare
from referral_engine.rules.tables import read_routing_table
from referral_engine.rules.yaml_nodes import compose

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted(
    file
    for folder in ("rules", "examples/pingshan/rules", "examples/boston/rules")
    for file in (ROOT / folder / "routing").glob("*.yaml")
)
TABLE = """\
# Noise and stalls.
kind: routing
rank: 70
hit: first
rules:
  # Asked for by the county on 1 June.
  - id: night-stalls
    name: 夜间占道
    basis: 噪声污染防治法
    when:
      all:
        - category: {under: [M04, M01]}
        - text: {contains_any: $noise_words}
        - text: {contains: "摊"}
        - not: {tags: {has: 燃气险情}}
        - received_at: {hours: "22:00-06:00"}
    refer: {lead: {first_present: [police, "@township"]}, support: [{to: fire, required: true}]}
    within: {claim: 2wh, mediate: {45wd: accepted}}
    set: {severity: 2}   # by the rule's own comment
    tag: 夜间

  - id: either
    name: 二者之一
    when: {any: [{severity: {lte: 2}}, {people: {gte: 5}}]}
    refer: {lead: housing}
  - {id: 'last', name: 末条, when: {people: {between: [2, 5]}}, refer: {lead: "@village"}}
# What nobody takes.
default: {refer: {lead: "@township"}, why: 属地首接}
"""
LISTS = {"noise_words": ("噪声", "吵")}
KNOWN = Known(registry(), Names(), LISTS)


def root_of(text: str) -> MappingNode:
    root = compose(text, "t.yaml")
    assert isinstance(root, MappingNode)
    return root


def exported(text: str, known: Known = KNOWN) -> Grid:
    return rows_of(text, root_of(text), "t.csv", known.registry)


def rules_in(text: str, known: Known = KNOWN) -> list[dict[str, Any]]:
    reader = Reader("t.yaml", known)
    table = read_routing_table(reader, root_of(text))
    assert not reader.faults
    return [bare(rule) for rule in table.rules]


def grid(*rows: str) -> Grid:
    """A sheet of texts with bars between."""
    cells = [
        tuple(
            Cell(text.strip(), Place("t.csv", line, column))
            for column, text in enumerate(row.split("|"), 1)
        )
        for line, row in enumerate(rows, 1)
    ]
    return Grid(cells[0], tuple(cells[1:]))


def faults_of(sheet: Grid, text: str = TABLE) -> list[Fault]:
    with pytest.raises(Faulty) as caught:
        merged(sheet, "t.csv", text, "t.yaml", KNOWN)
    return list(caught.value.faults)


def edited(sheet: Grid, row: int, heading: str, text: str) -> Grid:
    column = [cell.text for cell in sheet.headings].index(heading)
    rows = [list(cells) for cells in sheet.rows]
    rows[row][column] = Cell(text, rows[row][column].place)
    return Grid(sheet.headings, tuple(map(tuple, rows)), sheet.left)


# -- out and in again -------------------------------------------------------------------------
def test_a_rule_is_a_row_and_what_is_not_flat_is_named() -> None:
    sheet = exported(TABLE)
    assert [cell.text for cell in sheet.headings] == [
        "id", "name", "category under", "text contains_any", "text contains", "not tags has",
        "received_at hours", "people between", "basis", "lead", "support", "tag",
        "within claim", "within mediate", "set severity", "comment", "in YAML",
    ]  # fmt: skip
    first = dict(
        zip((c.text for c in sheet.headings), (c.text for c in sheet.rows[0]), strict=True)
    )
    assert first["category under"] == "M04; M01"
    assert first["lead"] == '{first_present: [police, "@township"]}'
    assert first["within mediate"] == "{45wd: accepted}"
    assert first["comment"] == "Asked for by the county on 1 June."
    assert sheet.left == {"either": "`any`"}


def test_what_the_sheet_does_not_change_stays_as_it_is_written() -> None:
    assert merged(exported(TABLE), "t.csv", TABLE, "t.yaml", KNOWN).text == TABLE


def test_one_cell_changes_one_rule() -> None:
    result = merged(
        edited(exported(TABLE), 0, "within claim", "3wh"), "t.csv", TABLE, "t.yaml", KNOWN
    )
    assert (result.added, result.removed, result.changed) == ((), (), ("night-stalls",))
    before, after = TABLE.split("\n"), result.text.split("\n")
    start = before.index("  - id: either")
    assert after[after.index("  - id: either") :] == before[start:]
    assert "  # Asked for by the county on 1 June." in after
    assert "claim: 3wh" in result.text


def test_rows_may_be_moved_dropped_and_added() -> None:
    sheet = exported(TABLE)
    text = merged(Grid(sheet.headings, sheet.rows[::-1]), "t.csv", TABLE, "t.yaml", KNOWN).text
    assert rules_in(text) == rules_in(TABLE)[::-1]
    gone = merged(Grid(sheet.headings, sheet.rows[:1]), "t.csv", TABLE, "t.yaml", KNOWN)
    assert gone.removed == ("either", "last")
    new = grid("编号 | 名称 | 类别 属于 | 主办", "a | 甲 | M04 | police")
    assert merged(new, "t.csv", TABLE, "t.yaml", KNOWN).added == ("a",)


def test_a_sheet_makes_a_new_rule_file() -> None:
    new = grid("id | name | category in | lead | support", "a | 甲 | M04 | police | fire; housing")
    text = merged(new, "t.csv", "", "t.yaml", KNOWN).text
    assert text == (
        "kind: routing\nhit: first\nrules:\n  - id: a\n    name: 甲\n"
        "    when: {category: {in: [M04]}}\n"
        "    refer: {lead: police, support: [fire, housing]}\n"
    )


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parts[-4]}-{file.stem}")
def test_every_shipped_table_comes_back_from_a_sheet(file: Path) -> None:
    i18n.set_locale("en" if "examples" in file.parts else "zh_CN")
    text = file.read_text("utf-8")
    lists = [folder for folder in [file.parents[1] / "lists"] if folder.is_dir()]
    fields = registry().with_extra({"event_type": "事件类型"})
    known = Known(fields, Names(), read_rules(lists).rule_set.lists)
    sheet = exported(text, known)
    assert merged(sheet, "t.csv", text, "t.yaml", known).text.strip() == text.strip()
    # Written anew from the sheet alone, the flat ones say the same.
    flat = [row for row in sheet.rows if row[0].text not in sheet.left]
    anew = merged(Grid(sheet.headings, tuple(flat)), "t.csv", _without_rules(text), "t.yaml", known)
    ids = {row[0].text for row in flat}
    assert rules_in(anew.text, known) == [r for r in rules_in(text, known) if r["id"] in ids]


def _without_rules(text: str) -> str:
    return f"kind: routing\nhit: {'all' if 'hit: all' in text else 'first'}\nrules: []\n"


_words = st.sampled_from(
    ("噪声", "a;b", ' "q" ', "[x", "$noise_words", "no", "010", "10:00", "=1+1", "~", "null", "# x",
     "a: b", "'s", "-", "@township", "1_000", "line\nbreak", "；")
)  # fmt: skip
_many = st.lists(_words, min_size=1, max_size=3, unique=True)
_quoted = _words.map(lambda word: json.dumps(word, ensure_ascii=False))
_LEAVES = st.one_of(
    _quoted.map(lambda word: f"text: {{contains: {word}}}"),
    st.lists(_quoted, min_size=1, max_size=3).map(lambda w: f"tags: {{has_any: [{', '.join(w)}]}}"),
    st.sampled_from(
        ("text: {contains_any: $noise_words}", "category: {under: [M04]}", "category: {under: M04}",
         "severity: {lte: 2}", "people: {between: [2, 5]}", "tags: {empty: true}",
         'received_at: {hours: "22:00-06:00"}', "received_at: {season: 11-15..03-15}",
         "category: {exists: no}", "received_at: {gte: 2026-01-01T08:00+08:00}")
    ),
)  # fmt: skip
_clauses = st.lists(_LEAVES | _LEAVES.map(lambda leaf: f"not: {{{leaf}}}"), max_size=4)


@st.composite
def _rules(draw: st.DrawFn) -> str:
    lines = ["kind: routing", "hit: first", "rules:"]
    for number in range(draw(st.integers(1, 3))):
        name = draw(_quoted)
        lines += [f"  - id: r{number}", f"    name: {name}", f"    basis: {draw(_quoted)}"]
        if clauses := draw(_clauses):
            lines += ["    when:", "      all:", *(f"        - {clause}" for clause in clauses)]
        tags = ", ".join(draw(st.lists(_quoted, min_size=1, max_size=2)))
        lines += ["    refer: {lead: police}", f"    tag: [{tags}]"]
    return "\n".join(lines) + "\n"


@settings(max_examples=25)
@given(_rules(), st.sampled_from(("csv", "xlsx", "")))
def test_whatever_is_written_comes_back(text: str, kind: str) -> None:
    sheet = exported(text)
    if kind:
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"t.{kind}"
            write_sheet(sheet, path)
            sheet = read_sheet(path)
    anew = merged(sheet, "t.csv", "", "t.yaml", KNOWN)
    assert rules_in(anew.text) == rules_in(text)


# -- faults -----------------------------------------------------------------------------------
FAULTY = (
    ("UNKNOWN_COLUMN", grid("id | name | categry under | lead", "a | 甲 | M04 | police"), 1, 3),
    ("COLUMN_TWICE", grid("id | name | lead | lead", "a | 甲 | police | fire"), 1, 4),
    ("BAD_CELL", grid("id | name | tags has_any | lead", "a | 甲 | [x | police"), 2, 3),
    ("WIDE_ROW", grid("id | name | lead", "a | 甲 | police | fire"), 2, 4),
    ("NOT_IN_YAML", grid("id | name | in YAML", "a | 甲 | kept"), 2, 1),
    ("WRONG_TYPE", grid("id | name | people gte | lead", "a | 甲 | many | police"), 2, 3),
    ("UNKNOWN_LIST", grid("id|name|text contains_any|lead", "a|甲|$noise_word|police"), 2, 3),
    ("NO_EFFECT", grid("id | name | category under", "a | 甲 | M04"), 2, 1),
    ("MISSING_KEY", grid("id | name | lead", " | 甲 | police"), 2, 1),
    ("DUPLICATE_ID", grid("id|name|lead", "a|甲|police", "a|乙|fire"), 3, 1),
)


@pytest.mark.parametrize(
    ("code", "sheet", "line", "column"),
    FAULTY,
    ids=[code for code, *_rest in FAULTY],
)
def test_a_fault_is_told_at_its_row_and_column(
    code: str, sheet: Grid, line: int, column: int
) -> None:
    (fault,) = faults_of(sheet)
    assert (fault.code, fault.place) == (code, Place("t.csv", line, column))
    assert fault.suggestion or code not in SHEET_CODES


def test_all_faults_are_told_in_one_run() -> None:
    sheet = grid("id|name|categry under|people gte|lead", "a|甲||many|police", "b|乙|||@town")
    assert [fault.code for fault in faults_of(sheet)] == [
        "UNKNOWN_COLUMN",
        "WRONG_TYPE",
        "BAD_TARGET",
    ]


def test_what_a_spreadsheet_retyped_is_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_sheet(exported(TABLE), path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {cell.value: number for number, cell in enumerate(sheet[1], 1)}
    assert all(cell.number_format == "@" for row in sheet.iter_rows() for cell in row)
    sheet.cell(2, columns["category under"]).value = 4  # was a code: leading zeros may be lost
    sheet.cell(2, columns["text contains"]).value = "=1+1"
    sheet.cell(2, columns["set severity"]).value = 3  # a number is what is wanted there
    book.save(path)
    faults = faults_of(read_sheet(path))
    assert [(f.code, f.place.line, f.place.column) for f in faults] == [
        ("RETYPED_CELL", 2, columns["category under"]),
        ("RETYPED_CELL", 2, columns["text contains"]),
    ]


def test_csv_guards_what_a_spreadsheet_would_retype(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_sheet(grid("id|name|lead", "06-01|=1+1|@township"), path)
    assert path.read_text("utf-8-sig").splitlines()[1] == "'06-01,'=1+1,'@township"
    assert [cell.text for cell in read_sheet(path).rows[0]] == ["06-01", "=1+1", "@township"]


def test_a_file_that_is_no_sheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_text("id,name", "utf-8")
    with pytest.raises(Faulty, match="NOT_A_SPREADSHEET"):
        read_sheet(path)
    (tmp_path / "t.csv").write_bytes(b"")
    with pytest.raises(Faulty, match="EMPTY_FILE"):
        read_sheet(tmp_path / "t.csv")


def test_every_code_is_in_the_manual() -> None:
    manual = (ROOT / "docs/rule-tables.md").read_text("utf-8")
    for code, meaning in SHEET_CODES.items():
        assert f"| `{code}` | {meaning} |" in manual
