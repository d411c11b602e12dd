"""docs/mapping.md has every key of the language and every field, with its bounds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from referral_engine.importers import mapping_file
from referral_engine.importers.canonical import fields
from referral_engine.importers.codes import FILE_CODES, MAPPING_CODES, ROW_CODES

TEXT = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
SECTIONS = {
    "TOP_KEYS": "## Keys of the file",
    "HEADER_KEYS": "### `header:`",
    "COLUMN_KEYS": "### `columns:`",
    "FIELD_KEYS": "### `fields:`",
    "TERRITORY_KEYS": "### `territory:`",
    "LEVEL_KEYS": "### `territory:`",
    "TRUTH_KEYS": "### `truth:`",
    "ORGANISATION_KEYS": "### `organisation:`",
}


def section(title: str) -> str:
    _before, _title, after = TEXT.partition(f"\n{title}\n")
    return re.split(r"\n##+ ", after)[0]


def documented(title: str) -> set[str]:
    return set(re.findall(r"^\| `([a-z_]+)` \|", section(title), re.MULTILINE))


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_has_its_line(name: str) -> None:
    assert set(getattr(mapping_file, name)) <= documented(SECTIONS[name])


@pytest.mark.parametrize("title", sorted(set(SECTIONS.values())))
def test_no_line_is_about_a_key_that_is_not_there(title: str) -> None:
    known = {
        key for name, where in SECTIONS.items() if where == title
        for key in getattr(mapping_file, name)
    }  # fmt: skip
    assert documented(title) == known


@pytest.mark.parametrize("field", list(fields()), ids=lambda field: field.name)
def test_every_field_has_its_line_with_kind_and_limit(field) -> None:
    limit = f"{field.limit:,} characters" if field.limit else ""
    if field.kind in {"int", "number"}:
        limit = f"{field.low:g} to {field.high:.10g}"
    assert f"| `{field.name}` | {field.kind} | {limit} | {field.meaning} |" in TEXT


def test_every_code_has_its_meaning() -> None:
    for code, meaning in (ROW_CODES | FILE_CODES | MAPPING_CODES).items():
        assert f"| `{code}` | {meaning} |" in TEXT
