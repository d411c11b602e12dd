"""Every code has a faulty file that shows it, and a line in docs/mapping.md."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from referral_engine.errors import Faulty
from referral_engine.importers import load_mapping, read_issues
from referral_engine.importers.codes import FILE_CODES, MAPPING_CODES, ROW_CODES

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "tests" / "faulty" / "intake"
ZONE = ZoneInfo("Asia/Shanghai")


def fixture(code: str) -> Path:
    return next(
        path for path in sorted(FIXTURES.glob(f"{code}.*")) if ".mapping" not in path.suffixes
    )


def read(code: str):
    mapping = FIXTURES / f"{code}.mapping.yaml"
    return list(
        read_issues(fixture(code), load_mapping(mapping) if mapping.exists() else None, ZONE)
    )


@pytest.mark.parametrize("code", ROW_CODES)
def test_a_faulty_row_is_named_with_its_code(code: str) -> None:
    faults = [fault for row in read(code) for fault in row.faults]
    assert {fault.code for fault in faults} == {code}
    assert all(fault.message and fault.line >= 1 for fault in faults)


@pytest.mark.parametrize("code", FILE_CODES)
def test_a_faulty_file_is_named_with_its_code(code: str) -> None:
    with pytest.raises(Faulty) as caught:
        read(code)
    assert {fault.code for fault in caught.value.faults} == {code}


@pytest.mark.parametrize("code", MAPPING_CODES)
def test_a_faulty_mapping_is_named_with_its_code(code: str) -> None:
    path = FIXTURES / f"{code}.yaml"
    with pytest.raises(Faulty) as caught:
        load_mapping(path)
    faults = caught.value.faults
    assert {fault.code for fault in faults} == {code}
    assert all(fault.place.file == str(path) for fault in faults)


def test_no_fixture_is_left_over() -> None:
    codes = ROW_CODES | FILE_CODES | MAPPING_CODES
    assert {path.name.split(".")[0] for path in FIXTURES.iterdir()} == set(codes)


@pytest.mark.parametrize("code", ROW_CODES | FILE_CODES | MAPPING_CODES)
def test_every_code_is_documented(code: str) -> None:
    assert f"| `{code}` |" in (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "place", "hint"),
    [
        ("UNKNOWN_COLUMN", "UNKNOWN_COLUMN.csv:1:4", "经办"),
        ("MISSING_COLUMN", "MISSING_COLUMN.mapping.yaml:4:3", ""),
        ("MERGED_HEADER", "MERGED_HEADER.xlsx:1:2", "row: 1 and rows: 2"),
        ("CANNOT_READ", "CANNOT_READ.xlsx:1:1", ""),
    ],
)
def test_a_fault_says_where_and_what_to_do(code: str, place: str, hint: str) -> None:
    with pytest.raises(Faulty) as caught:
        read(code)
    (fault,) = caught.value.faults
    assert str(fault.place).endswith(place)
    assert hint in fault.suggestion


def test_a_mapping_shows_all_its_faults_at_once_each_at_its_place() -> None:
    with pytest.raises(Faulty) as caught:
        load_mapping(FIXTURES / "MAP_BAD_VALUE.yaml")
    assert [(fault.place.line, fault.place.column) for fault in caught.value.faults] == [
        (1, 7),
        (3, 33),
    ]
    assert caught.value.faults[0].source == "zone: Asia/Shanghia"
