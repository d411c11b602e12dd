"""`org generate`: a county of real townships, written where it was asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from referral_engine.org import load_org
from tests.unit.cli.conftest import Referral

TOWNSHIPS = "code,name\n411728001,瞿阳街道\n411728102,玉山镇\n411728204,槐树乡\n"


@pytest.fixture
def order(tmp_path: Path) -> tuple[object, ...]:
    """The words of a command but for grids and where to write."""
    (tmp_path / "townships.csv").write_text(TOWNSHIPS, "utf-8")
    words = ("--townships", tmp_path / "townships.csv", "--county", "411728", "--name", "遂平县")
    return ("org", "generate", *words)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_county_is_written_and_loads(
    referral: Referral, order: tuple[object, ...], tmp_path: Path
) -> None:
    ran = referral(*order, "--grids", "100", "--people", "300", "--output", tmp_path / "org")
    assert ran.code == 0
    assert ran.out.count("wrote") == len(contents(tmp_path / "org"))
    org = load_org(tmp_path / "org", "Asia/Shanghai")
    levels = [each.level for each in org.content.territories]
    assert (levels.count("township"), levels.count("village"), levels.count("grid")) == (3, 3, 100)
    assert len(org.content.people) == 300


def test_what_is_there_stays_unless_it_is_to_be_replaced(
    referral: Referral, order: tuple[object, ...], tmp_path: Path
) -> None:
    words = (*order, "--grids", "90", "--output", tmp_path / "org")
    assert referral(*words, "--seed", "1").code == 0
    before = contents(tmp_path / "org")
    again = referral(*words, "--seed", "2")
    assert (again.code, "FILE_EXISTS" in again.err) == (1, True)
    assert contents(tmp_path / "org") == before
    assert referral(*words, "--seed", "2", "--force").code == 0
    assert contents(tmp_path / "org") != before
    assert referral(*words, "--seed", "1", "--force").code == 0
    assert contents(tmp_path / "org") == before


def test_what_cannot_be_says_why(
    referral: Referral, order: tuple[object, ...], tmp_path: Path
) -> None:
    ran = referral(*order, "--grids", "2", "--output", tmp_path / "org")
    assert (ran.code, "DOES_NOT_FIT" in ran.err) == (1, True)
    assert not (tmp_path / "org").exists()


def test_the_shipped_rules_fit_it_but_for_what_names_a_shipped_township(
    referral: Referral, order: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/organisation.md says of replacing the shipped county."""
    workspace = tmp_path / "workspace"
    assert referral("init", workspace).code == 0
    output = ("--output", workspace / "rules" / "org", "--force")
    assert referral(*order, "--grids", "60", *output).code == 0
    monkeypatch.chdir(workspace)
    shutil.rmtree(workspace / "rules" / "tests")
    faults = referral("rules", "check", "--format", "json").json
    named = {each["file"] for each in faults if each["severity"] == "error"}
    assert named == {
        "rules/routing/20-emergency-rural.yaml",
        "rules/routing/40-street-xincheng.yaml",
    }
    for file in named:
        (workspace / file).unlink()
    assert referral("rules", "check").code == 0
    assert referral("doctor", "--units").code == 0
