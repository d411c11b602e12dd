"""Each department's README says what it takes, its clocks and its grounds: every row with its
source and a case that shows it, in a story that crosses a public holiday with swapped days.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from referral_engine.rules.runtime import ActiveRules
from referral_engine.trial.scenario import run_scenario
from referral_engine.workspace import Workspace
from tests.conftest import ROOT

DEPARTMENTS = ("justice", "police")
TABLES = ("Clocks", "Grounds", "What it takes")
STORIES = {
    "justice": ("justice.yaml", "justice-grounds.yaml"),
    "police": ("police.yaml", "police-grounds.yaml"),
}
_LINK = re.compile(r"\[`([^`]+)`\]\(([^)]+)\)")


class Row(NamedTuple):
    """A row of a table of the README, by heading of its columns."""

    table: str
    cells: dict[str, str]


def rows(department: str) -> list[Row]:
    text = (ROOT / "plugins" / department / "README.md").read_text("utf-8")
    found: list[Row] = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        lines = [line for line in body.splitlines() if line.startswith("|")]
        if title not in TABLES or not lines:
            continue
        heads, *rest = (
            [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line
        )
        found += [Row(title, dict(zip(heads, cells, strict=True))) for cells in rest[1:]]
    return found


@cache
def told(path: Path) -> tuple[frozenset[str], date, date]:
    """The cases of a story, and its first and last day."""
    story = yaml.safe_load(path.read_text("utf-8"))
    names = {step["issue"]["name"] for step in story["steps"] if "issue" in step}
    days = [date.fromisoformat(str(step["at"])[:10]) for step in story["steps"] if "at" in step]
    return frozenset(names), min(days), max(days)


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_every_table_is_there(department: str) -> None:
    assert {row.table for row in rows(department)} == set(TABLES)


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_every_row_names_its_source_and_a_case_that_shows_it(department: str) -> None:
    folder = ROOT / "plugins" / department
    for row in rows(department):
        assert row.cells["source"], row
        links = _LINK.findall(row.cells["case"])
        assert links, row
        for name, file in links:
            path = (folder / file).resolve()
            assert path.name in STORIES[department], row
            assert name in told(path)[0], row


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_every_ground_of_the_plugin_has_its_row(department: str) -> None:
    text = (ROOT / "plugins" / department / "department.py").read_text("utf-8")
    grounds = re.search(r"^GROUNDS = \{(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    assert grounds is not None
    known = set(re.findall(r'^    "([a-z_]+)":', grounds[1], re.MULTILINE))
    listed = {row.cells["ground"].strip("`") for row in rows(department) if row.table == "Grounds"}
    assert listed == known


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="module")
def rules(workspace: Workspace) -> ActiveRules:
    return workspace.activate(workspace.rules())


@pytest.mark.parametrize("name", [name for names in STORIES.values() for name in names])
def test_the_story_crosses_a_holiday_with_swapped_days(name: str, workspace: Workspace) -> None:
    _cases, first, last = told(ROOT / "tests" / "scenarios" / name)
    calendar = workspace.calendar
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    kinds = {(day.weekday() < 5, calendar.day_kind(day)) for day in days}
    assert (True, "holiday") in kinds
    assert (False, "workday") in kinds, "a Saturday or Sunday on which everybody works"


@pytest.mark.parametrize("name", [name for names in STORIES.values() for name in names])
def test_the_story_goes_as_told(name: str, workspace: Workspace, rules: ActiveRules) -> None:
    report = run_scenario(ROOT / "tests" / "scenarios" / name, workspace, rules)
    assert report.passed, "\n".join(str(failure) for failure in report.failures)
