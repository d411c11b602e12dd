"""What an issue names is known here, or it is said what might be meant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from referral_engine.importers import Row, RowFault
from referral_engine.importers.known import KNOWN_CODES, Known
from referral_engine.model.issue import Issue
from referral_engine.model.person import Person
from referral_engine.model.territory import Territory
from referral_engine.model.unit import Unit
from referral_engine.org import Org
from referral_engine.org.content import Content

NOW = datetime(2026, 11, 2, tzinfo=UTC)
CONTENT = Content(
    territories=(
        Territory("620922", "县", "county"),
        Territory("620922100", "镇", "township", "620922"),
        Territory("620922100200", "村", "village", "620922100"),
    ),
    units=(Unit("housing", "县住建局", "department", "620922"),),
    people=(Person("p1", "某人"),),
)
KNOWN = Known(Org(CONTENT, ZoneInfo("Asia/Shanghai")), {"D15": "物业", "D02": "邻里"})


def checked(known: Known = KNOWN, **fields: object) -> Row:
    issue = Issue(channel="app", received_at=NOW, **fields)  # type: ignore[arg-type]
    return known.checked(Row(7, issue))


@pytest.mark.parametrize("code", ["", "620922", "620922000000", "620922100200", "620922100200017"])
def test_places_that_are_listed_or_finer(code: str) -> None:
    assert checked(territory=code).issue is not None


@pytest.mark.parametrize("code", ["110000", "620922101", "620922100201", "62"])
def test_places_that_are_not(code: str) -> None:
    row = checked(territory=code)
    assert row.issue is None
    (fault,) = row.faults
    assert (fault.line, fault.field, fault.code) == (7, "territory", "UNKNOWN_TERRITORY")


def test_categories_are_checked_where_there_are_some() -> None:
    (fault,) = checked(category="D16").faults
    assert fault.code == "UNKNOWN_CATEGORY"
    assert "did you mean D15?" in fault.message
    assert checked(KNOWN._replace(categories={}), category="whatever").issue is not None


def test_the_accused_go_by_id_name_or_person() -> None:
    row = checked(accused=("县住建局", "housing", "person:p1"))
    assert row.issue is not None
    assert row.issue.accused == ("housing", "housing", "person:p1")


def test_every_fault_of_a_row_is_told() -> None:
    row = checked(category="X", territory="1", accused=("nobody", "person:p2"))
    assert [fault.code for fault in row.faults] == [
        "UNKNOWN_CATEGORY", "UNKNOWN_TERRITORY", "UNKNOWN_UNIT", "UNKNOWN_UNIT",
    ]  # fmt: skip
    assert {fault.code for fault in row.faults} == set(KNOWN_CODES)


def test_every_code_is_documented() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/mapping.md").read_text("utf-8")
    for code, meaning in KNOWN_CODES.items():
        assert f"| `{code}` | {meaning} |" in page


def test_a_row_that_was_faulty_stays_so() -> None:
    row = Row(3, faults=(RowFault(3, "", "BAD_JSON", "x"),))
    assert KNOWN.checked(row) is row
