from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from referral_engine.errors import Fault, Faulty
from referral_engine.importers import load_mapping
from tests.unit.importers.reading import mapping_of

COLUMNS = "columns: {t: received_at}\n"


def faults(folder: Path, text: str) -> list[Fault]:
    with pytest.raises(Faulty) as caught:
        mapping_of(folder, text)
    return list(caught.value.faults)


def test_every_fault_of_the_file_is_shown_at_its_place_in_order(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        "zone: Mars\n"
        "columns:\n"
        "  时间: recieved_at\n"
        "  事由: {to: title, formt: x}\n"
        "  类型: {map: {a: b}}\n"
        "  来源: {to: channel, otherwise: error}\n"
        "fields:\n"
        "  title: {join: [a], value: b}\n"
        "ignore: [事由]\n",
    )
    assert [(fault.place.line, fault.place.column, fault.code) for fault in found] == [
        (1, 7, "MAP_BAD_VALUE"),
        (3, 7, "MAP_UNKNOWN_FIELD"),
        (4, 19, "MAP_UNKNOWN_KEY"),
        (5, 7, "MAP_MISSING_KEY"),
        (6, 7, "MAP_MISSING_KEY"),
        (8, 3, "MAP_FIELD_TWICE"),
        (8, 3, "MAP_MISSING_KEY"),
        (9, 10, "MAP_COLUMN_TWICE"),
    ]
    assert "received_at" in found[1].suggestion
    assert "format" in found[2].suggestion


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (COLUMNS + "encoding: latin-1\n", 2, 11),
        (COLUMNS + 'delimiter: "|"\n', 2, 12),
        (COLUMNS + "unmapped: drop\n", 2, 11),
        (COLUMNS + "header: {row: 0}\n", 2, 15),
        (COLUMNS + "header: {rows: 9}\n", 2, 16),
        (COLUMNS + "kind: routing\n", 2, 7),
        ("columns: [t]\n", 1, 10),
        ("columns: {t: {to: [title]}}\n", 1, 19),
        ("columns: {t: {to: title, map: x}}\n", 1, 31),
        (COLUMNS + "truth: {u: {normalise: no}}\n", 2, 24),
        (COLUMNS + "territory: {code: 1, name: a, level: parish}\n", 2, 38),
        (
            COLUMNS + "organisation: {unit: u, centre: a, discipline: b, kinds: {bureau: x}}\n",
            2,
            59,
        ),
    ],
)
def test_a_wrong_value_is_shown_where_it_stands(
    tmp_path: Path, text: str, line: int, column: int
) -> None:
    (fault,) = faults(tmp_path, text)
    assert (fault.code, fault.place.line, fault.place.column) == ("MAP_BAD_VALUE", line, column)


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("territory: {name: a, level: county}", "code"),
        (
            "territory: {code: 1, name: a, level: county, levels: [{level: village, name: n}]}",
            "code",
        ),
        ("organisation: {unit: u, discipline: b}", "centre"),
    ],
)
def test_a_key_that_must_be_there_is_named(tmp_path: Path, section: str, key: str) -> None:
    (fault,) = faults(tmp_path, COLUMNS + section + "\n")
    assert fault.code == "MAP_MISSING_KEY"
    assert key in fault.message


def test_scalars_are_what_was_written(tmp_path: Path) -> None:
    mapping = mapping_of(
        tmp_path, "columns: {t: received_at, a: {to: title, map: {010: no, 1_0: 10:00}}}\n"
    )
    assert mapping.columns[1].map == {"010": "no", "1_0": "10:00"}


def test_a_whole_mapping_is_read(tmp_path: Path) -> None:
    mapping = mapping_of(
        tmp_path,
        "kind: mapping\nzone: Asia/Urumqi\nencoding: gb18030\ndelimiter: tab\nsheet: 台账\n"
        "header: {row: 2, rows: 2}\nmissing: [-, 无]\nunmapped: extra\n" + COLUMNS,
    )
    assert mapping.zone == ZoneInfo("Asia/Urumqi")
    assert (mapping.encoding, mapping.delimiter, mapping.sheet) == ("gb18030", "\t", "台账")
    assert (mapping.header.row, mapping.header.rows) == (2, 2)
    assert mapping.missing == {"", "-", "无"}
    assert mapping.unmapped == "extra"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a: b: c", b"\x00"])
def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_bytes(content)
    with pytest.raises(Faulty):
        load_mapping(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Faulty) as caught:
        load_mapping(tmp_path / "none.yaml")
    assert "none.yaml" in str(caught.value)
