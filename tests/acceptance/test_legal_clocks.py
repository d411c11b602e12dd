"""The departments' clocks and grounds: every row of their tables is played, with real holidays.

A README says by when the law wants what and why something may be declined; its last column names
the case of the story that shows it. The stories run on the shipped rules and organisation.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from referral_engine.rules.runtime import ActiveRules
from referral_engine.trial.scenario import run_scenario
from referral_engine.workspace import Workspace
from tests.conftest import ROOT

PLAYED = {"market_supervision": "market-supervision", "petitions": "petitions"}
CODE = re.compile(r"`([^`]+)`")
NAMED = re.compile(r"(?:^ *|, )(?:name|case): ([a-z-]+)[,\n]", re.MULTILINE)
MOMENT = re.compile(r"(2026-\d\d-\d\d)T")


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="module")
def rules(workspace: Workspace) -> ActiveRules:
    return workspace.activate(workspace.rules())


def story(plugin: str) -> Path:
    return ROOT / "tests" / "scenarios" / f"{PLAYED[plugin]}.yaml"


def rows(plugin: str) -> list[list[str]]:
    """The cells of the table of clocks and grounds."""
    readme = (ROOT / "plugins" / plugin / "README.md").read_text("utf-8")
    section = readme.split("## Clocks and grounds\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:2] == "| "]
    return lines[1:]


def cases(text: str) -> dict[str, list[date]]:
    """By the name of a case, the days on which the story tells of it or expects something."""
    told: dict[str, list[date]] = {}
    case = at = ""
    for step in re.split(r"^  - ", text, flags=re.MULTILINE)[1:]:
        at = (re.findall(r"^ *at: (2026-\d\d-\d\d)T", step, re.MULTILINE) or [at])[0]
        case = (NAMED.findall(step) or [case])[0]
        days = [at, *MOMENT.findall(step)]
        told.setdefault(case, []).extend(map(date.fromisoformat, days))
    return told


@pytest.mark.parametrize("plugin", PLAYED)
def test_the_story_goes_as_told(plugin: str, workspace: Workspace, rules: ActiveRules) -> None:
    report = run_scenario(story(plugin), workspace, rules)
    assert report.passed, "\n".join(str(failure) for failure in report.failures)


@pytest.mark.parametrize("plugin", PLAYED)
def test_every_row_has_a_source_and_a_case_and_every_case_a_row(plugin: str) -> None:
    told = cases(story(plugin).read_text("utf-8"))
    played = set()
    for row in rows(plugin):
        *_what, source, case = row
        assert source.strip(), row
        played |= set(CODE.findall(case))
    assert played == set(told)


@pytest.mark.parametrize("plugin", PLAYED)
def test_every_case_crosses_a_holiday_with_swapped_days(plugin: str, workspace: Workspace) -> None:
    """Between its first date and its last lie a weekday off and a Saturday or Sunday worked."""
    for name, found in cases(story(plugin).read_text("utf-8")).items():
        length = (max(found) - min(found)).days
        days = [min(found) + timedelta(n) for n in range(length + 1)]
        works = {day: workspace.calendar.day_kind(day) == "workday" for day in days}
        off = [day for day in days if day.weekday() < 5 and not works[day]]
        worked = [day for day in days if day.weekday() >= 5 and works[day]]
        assert off, name
        assert worked, name


@pytest.mark.parametrize("plugin", PLAYED)
def test_every_ground_and_named_clock_of_the_department_is_in_the_table(plugin: str) -> None:
    named = {code for row in rows(plugin) for code in CODE.findall(row[0])}
    if plugin == "petitions":
        module = (ROOT / "plugins" / plugin / "department.py").read_text("utf-8")
        grounds = re.findall(r'^    "(\w+)": "属于|^    "(\w+)": "已经', module, re.MULTILINE)
        assert {a or b for a, b in grounds} <= named
        assert len(grounds) == 5
        return
    law = (ROOT / "plugins" / plugin / "law.toml").read_text("utf-8")
    assert set(re.findall(r'^(\w+) = "（', law, re.MULTILINE)) <= named
    assert {"accept", "mediate", "notify", "file", "inform"} <= named
