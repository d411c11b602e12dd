"""`referral simulate --profile`: a county's days planned, told and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_engine.cli.shapes import SHAPES
from tests.unit.cli.conftest import ROOT, Referral

PROFILE = ROOT / "samples/profiles/small-county.yaml"
DAY = ("--for", "day", "--from", "2026-03-02")


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped workspace, and a profile of some twenty issues a day."""
    monkeypatch.chdir(ROOT)
    file = tmp_path / "quiet.yaml"
    text = PROFILE.read_text("utf-8")
    file.write_text(text.replace("a_year: 146000", "a_year: 7300"), "utf-8")
    return file


def test_the_findings_are_those_of_the_reference(quiet: Path, referral: Referral) -> None:
    ran = referral("simulate", "--profile", quiet, *DAY, "--json")
    assert ran.code == 0
    for key in ran.json:
        assert key in SHAPES["simulate"]
    assert (ran.json["first"], ran.json["last"]) == ("2026-03-02", "2026-03-02")
    assert ran.json["issues"] == sum(ran.json["ended"].values()) + sum(ran.json["open"].values())
    assert (ran.json["ownerless"], ran.json["unanswered"]) == (0, 0)
    assert not (ROOT / "var/referral.db-journal").exists()


def test_a_seed_says_it_all(quiet: Path, referral: Referral) -> None:
    first = referral("simulate", "--profile", quiet, *DAY, "--seed", "7", "--json")
    assert referral("simulate", "--profile", quiet, *DAY, "--seed", "7", "--json").out == first.out
    assert referral("simulate", "--profile", quiet, *DAY, "--seed", "8", "--json").out != first.out


def test_people_read_tables(quiet: Path, referral: Referral) -> None:
    out = referral("simulate", "--profile", quiet, "--for", "week").out
    assert "2026-01-01 – 2026-01-07, seed 1" in out
    for title in ("Clocks", "Departments", "Escalations", "Backlog"):
        assert title in out
    assert "ended without an answer         0" in out
    assert "2026-01-05" in out


def test_a_fault_names_its_place_and_the_next_step(quiet: Path, referral: Referral) -> None:
    quiet.write_text(quiet.read_text("utf-8").replace("  court: {", "  cuort: {"), "utf-8")
    ran = referral("simulate", "--profile", quiet, *DAY)
    assert ran.code == 1
    assert f"{quiet}:67:3 PROFILE_UNKNOWN_UNIT error: there is no unit cuort" in ran.err
    assert "did you mean court?" in ran.err
    assert not ran.out


def test_one_thing_at_a_time(quiet: Path, referral: Referral) -> None:
    ran = referral("simulate", "issues.csv", "--profile", quiet)
    assert ran.code == 2
    assert "--profile" in ran.err
    assert referral("simulate", "--profile", "nowhere.yaml").code == 1
