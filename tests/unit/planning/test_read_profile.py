"""Profiles from YAML: what is read, and every fault at its place with what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from referral_engine.errors import Fault, Faulty
from referral_engine.planning.profile import Delay
from referral_engine.planning.read_profile import read_profile
from referral_engine.rules.tree import RuleSet
from referral_engine.workspace import Workspace
from tests.unit.planning.conftest import PROFILES

SHIPPED = sorted(PROFILES.glob("*.yaml"))
Faults = Callable[[str, str], tuple[Fault, ...]]


@pytest.fixture
def faults(workspace: Workspace, rules: RuleSet, tmp_path: Path) -> Faults:
    """The faults of the small county's profile with one text of it replaced by another."""

    def read(old: str, new: str) -> tuple[Fault, ...]:
        text = (PROFILES / "small-county.yaml").read_text("utf-8")
        assert text.count(old) == 1
        file = tmp_path / "profile.yaml"
        file.write_text(text.replace(old, new), "utf-8")
        with pytest.raises(Faulty) as caught:
            read_profile(file, workspace, rules)
        return caught.value.faults

    return read


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_what_is_shipped_can_be_read(file: Path, workspace: Workspace, rules: RuleSet) -> None:
    profile = read_profile(file, workspace, rules)
    assert profile.name
    assert {kind.category for kind in profile.kinds} <= rules.categories.keys()


def test_what_is_written_is_what_is_read(workspace: Workspace, rules: RuleSet) -> None:
    profile = read_profile(PROFILES / "small-county.yaml", workspace, rules)
    assert profile.start == date(2026, 1, 1)
    assert profile.rates.a_year == 146_000
    assert len(profile.rates.hours) == 24
    assert profile.usual.delays["claim"] == Delay(35.0, 100.0)
    assert profile.townships["620922001"] == 6.0
    burst = profile.bursts[0]
    assert (burst.lasts, burst.issues, burst.category) == (timedelta(hours=5), 260, "S03")
    assert burst.at.utcoffset() == timedelta(hours=8)


def test_a_unit_leaves_out_what_is_as_usual(workspace: Workspace, rules: RuleSet) -> None:
    profile = read_profile(PROFILES / "small-county.yaml", workspace, rules)
    court = profile.manners("court", "court")
    assert court.presence is not None
    assert court.delays["report"] != profile.usual.delays["report"]
    assert court.delays["claim"] == profile.usual.delays["claim"]
    assert court.silent == profile.usual.silent
    assert profile.manners("police_station", "police") == profile.usual
    assert profile.manners("housing_east", "housing") == profile.units["housing"]


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("a_year: 146000", "a_year: many", "PROFILE_BAD_VALUE", "expected a number from 1 to"),
        ("a_year: 146000", "per_year: 146000", "PROFILE_UNKNOWN_KEY", "unknown key per_year"),
        ("weekdays: [13, 12, 11, 11, 11, 7, 6]", "weekdays: [1, 2]", "PROFILE_BAD_VALUE",
         "expected 7 numbers"),
        ("hotline: 60", "hotlin: 60", "PROFILE_UNKNOWN_KEY", "unknown key hotlin"),
        ("  M03: {weight: 4", "  M3x: {weight: 4", "PROFILE_UNKNOWN_CATEGORY", "M3x"),
        ("start: 2026-01-01", "start: January", "PROFILE_BAD_VALUE", "January is no date"),
        ("name: 示范县的一年", "title: 示范县的一年", "PROFILE_UNKNOWN_KEY", "unknown key title"),
        ("    claim: [35m, 100m]", "    claim: [2h, 40m]", "PROFILE_BAD_VALUE",
         "two lengths of time"),
        ("    report: [9h, 30h]", "    report: [2d, 5d]", "PROFILE_BAD_VALUE",
         "`2d` is not in minutes or hours"),
        ("silent: 1.5", "silent: 150", "PROFILE_BAD_VALUE", "from 0 to 100"),
        ("  court: {", "  cuort: {", "PROFILE_UNKNOWN_UNIT", "no unit cuort"),
        ("presence: tue thu", "presence: someday", "PROFILE_BAD_VALUE", "no weekday"),
        ('"620922100": 4', '"620922999": 4', "PROFILE_UNKNOWN_TOWNSHIP", "620922999"),
        ("lasts: 5h, issues: 260", "issues: 260", "PROFILE_MISSING_KEY", "missing: lasts"),
        ("2026-07-21T19:00", "noon", "PROFILE_BAD_VALUE", "noon is no time"),
        ("issues: 180, category: D10", "issues: 180, category: D99", "PROFILE_UNKNOWN_CATEGORY",
         "the profile has no category D99"),
        ("  partly: 9 ", "  partly: 30 ", "PROFILE_BAD_VALUE", "more than 100 together"),
        ("reporters: 90000", "reporters: 0", "PROFILE_BAD_VALUE", "whole number"),
        ("group_size: [5, 40]", "group_size: [40, 5]", "PROFILE_BAD_VALUE", "the smaller first"),
        ("kind: profile", "kind: routing", "PROFILE_BAD_VALUE", "routing is no profile"),
    ],
)  # fmt: skip
def test_a_fault_stands_at_its_place(
    faults: Faults, old: str, new: str, code: str, said: str
) -> None:
    found = faults(old, new)
    fault = next(each for each in found if each.code == code and said in each.message)
    wrong = new.replace("    ", "").strip() if ":" not in new else new.strip().split(":")[0]
    assert fault.place.file.endswith("profile.yaml")
    assert fault.place.line > 1
    assert fault.place.column > 0
    assert wrong.split()[0].strip('"{') in fault.source


def test_every_fault_is_told_at_once(workspace: Workspace, rules: RuleSet, tmp_path: Path) -> None:
    file = tmp_path / "bare.yaml"
    file.write_text("kind: profile\nname: x\nstart: 2026-13-01\nissues: {a_year: -1}\n", "utf-8")
    with pytest.raises(Faulty) as caught:
        read_profile(file, workspace, rules)
    codes = [fault.code for fault in caught.value.faults]
    assert codes.count("PROFILE_MISSING_KEY") == 2
    assert codes.count("PROFILE_BAD_VALUE") == 2
    assert caught.value.faults == tuple(sorted(caught.value.faults))


def test_what_is_nearest_is_suggested(faults: Faults) -> None:
    (fault,) = faults("  court: {", "  cuort: {")
    assert "court" in fault.suggestion


def test_an_empty_file_and_none_at_all(
    workspace: Workspace, rules: RuleSet, tmp_path: Path
) -> None:
    file = tmp_path / "empty.yaml"
    file.write_text("", "utf-8")
    with pytest.raises(Faulty, match="PROFILE_SYNTAX"):
        read_profile(file, workspace, rules)
    with pytest.raises(FileNotFoundError):
        read_profile(tmp_path / "nowhere.yaml", workspace, rules)
