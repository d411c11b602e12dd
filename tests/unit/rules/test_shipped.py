"""The rules and the sample that are shipped: sound, whole, and sensible on every issue."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from referral_engine.cli.rules.tested import examine
from referral_engine.importers import Row, read_issues
from referral_engine.model.issue import Issue
from referral_engine.rules.mutate import Mutant
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.subject import Subject
from referral_engine.trial.coverage import coverage
from referral_engine.trial.marks import Marks
from referral_engine.trial.mutation import watch_tests
from referral_engine.trial.mutation_run import Judged, judge_mutants
from referral_engine.trial.preview import Preview
from referral_engine.trial.rule_tests import run_tests
from referral_engine.trial.script import load_script
from referral_engine.workspace import Workspace
from tests.conftest import ROOT

ISSUES = ROOT / "samples" / "issues.csv"
PEOPLE = ROOT / "samples" / "people.yaml"

# Sample id: rule, lead (None where a person must sign first), whistle.
DECIDED: dict[str, tuple[str, str | None, str | None]] = {
    "S0001": ("neighbours", "620922100", None),
    "S0006": ("grid-litter", "620922001002002", None),
    "S0007": ("construction-noise", "housing", None),
    "S0013": ("xincheng-property", "620922001", None),
    "S0020": ("public-order", "police", "routine"),
    "S0032": ("court-entrusted", "mediation_committee", None),
    "S0040": ("night-stall-noise", "urban_management", None),
    "S0041": ("domestic-violence", "police", "emergency"),
    "S0043": ("wages-at-the-gate", "human_resources", "joint"),
    "S0050": ("judgment", None, None),
    "S0064": ("accusation", "discipline", None),
    "S0083": ("accusation", "discipline", None),
    "S0085": ("forest-and-pasture", "natural_resources", None),
    "S0092": ("consultation", "620922001003", None),
    "S0095": ("food-poisoning", "market_supervision", "emergency"),
    "S0118": ("gas-leak", "gas_company", "emergency"),
    "S0122": ("water", "water_company", "routine"),
    "S0148": ("drunk-in-the-street", "police", "emergency"),
    "S0174": ("minor-harmed", "police", "emergency"),
    "S0198": ("gas-leak-rural", "gas_company", "emergency"),
    "S0217": ("wages-crowd", "human_resources", "joint"),
    "S0231": ("prosecution", None, None),
    "S0255": ("administrative-penalty", None, None),
}
SEALED = {"S0041", "S0064", "S0083", "S0148", "S0174", "S0200", "S0219", "S0242"}


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="module")
def loaded(workspace: Workspace) -> Loaded:
    return workspace.read_rules()


@pytest.fixture(scope="module")
def rows(workspace: Workspace) -> list[Row]:
    return list(read_issues(ISSUES, None, workspace.calendar.zone))


@pytest.fixture(scope="module")
def decided(workspace: Workspace, loaded: Loaded, rows: list[Row]) -> dict[str, dict[str, Any]]:
    """Every sample as `referral simulate` decides it, earlier ones being history."""
    preview = Preview(workspace, workspace.activate(loaded.rule_set))
    return {row.issue.id: preview.decide(row.issue) for row in rows if row.issue is not None}


def test_the_rules_load_without_a_fault_or_a_hint(loaded: Loaded) -> None:
    assert [str(fault) for fault in loaded.faults] == []


def test_whoever_only_runs_the_rules_does_not_compare_them() -> None:
    """It finds no error, and would take as long as reading them, at every start."""
    code = (
        "import sys; from pathlib import Path; from referral_engine.workspace import Workspace\n"
        f"Workspace.open(Path({str(ROOT / 'config.yaml')!r})).rules()\n"
        "assert 'referral_engine.rules.survey' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_rules_pass_their_own_tests(workspace: Workspace, loaded: Loaded) -> None:
    results = run_tests(workspace, loaded)
    assert len(results) >= 900
    assert [str(each) for result in results for each in result.failures] == []


@pytest.mark.long
@pytest.mark.matrix
def test_their_tests_leave_no_clause_unseen_and_let_no_mutant_live(
    workspace: Workspace, loaded: Loaded
) -> None:
    """Nor is there a mark that excuses nothing."""
    tested = examine(workspace, loaded, cover=True, mutate=True, processes=2)
    assert tested.coverage is not None
    assert [f"{gap.place} {gap.missing}" for gap in tested.coverage.open] == []
    assert [_alive(judged) for judged in tested.survivors] == []
    assert [str(mark.place) for mark in tested.unused] == []
    assert len(tested.mutants or ()) > 2_000


@pytest.mark.long
def test_every_clause_is_seen_and_no_mutant_of_some_files_lives(
    workspace: Workspace, loaded: Loaded
) -> None:
    """The other files before a release: `-m matrix`."""
    results, watches = watch_tests(workspace, loaded)
    assert all(result.passed for result in results)
    marks = Marks(loaded.rule_set.sources)
    seen = coverage(workspace, loaded.rule_set, watches, marks)
    assert [f"{gap.place} {gap.missing}" for gap in seen.open] == []
    found = judge_mutants(
        workspace, loaded, watches, marks, wanted=_of_a_few_files, processes=2
    )  # fmt: skip
    assert [_alive(judged) for judged in found if judged.survived] == []
    assert len(found) > 100


def _of_a_few_files(mutant: Mutant) -> bool:
    files = ("routing/21-emergency.yaml", "routing/61-utilities.yaml", "escalation/returns.yaml")
    return mutant.place.file.endswith(files)


def _alive(judged: Judged) -> str:
    return f"{judged.mutant.place} [{judged.mutant.name}] {judged.mutant}"


def test_every_category_has_a_rule_of_its_own(workspace: Workspace, loaded: Loaded) -> None:
    categories = loaded.rule_set.categories
    above = {category.parent for category in categories.values()}
    router = workspace.activate(loaded.rule_set).router
    day = workspace.calendar.local_day(_issue("").received_at)
    winners = {
        code: router.decide(Subject.from_issue(_issue(code)), {}, day).rule
        for code in categories
        if code not in above
    }
    assert {code: rule for code, rule in winners.items() if rule == "default"} == {}
    assert len(winners) == 41


def test_inference_runs_on_durable_rules(workspace: Workspace, loaded: Loaded) -> None:
    """None of the shipped escalation rules leaves the profile in which it is safe."""
    with workspace.activate(loaded.rule_set).inference as inference:
        assert (inference.backend_name, inference.standing_in) == ("durable-rules", "")


def test_every_sample_reads(rows: list[Row], loaded: Loaded) -> None:
    assert [row for row in rows if row.faults or row.issue is None] == []
    issues = [row.issue for row in rows if row.issue is not None]
    assert len(issues) >= 220
    assert len({issue.id for issue in issues}) == len(issues)
    assert len({issue.text for issue in issues}) == len(issues)
    given = Counter(issue.category for issue in issues)
    above = {category.parent for category in loaded.rule_set.categories.values()}
    assert set(loaded.rule_set.categories) - above <= set(given)
    assert 0.08 <= given[""] / len(issues) <= 0.12


def test_every_sample_lies_in_the_shipped_county(workspace: Workspace, rows: list[Row]) -> None:
    org = workspace.org
    places = {row.issue.territory for row in rows if row.issue is not None}
    assert [place for place in places if org.territory(place) is None] == []
    townships = {org.at_level(place, "township") for place in places}
    assert townships - {None} == {"620922001", *(f"620922{n}" for n in (100, 101, 102, 103, 200,
                                                                      201))}  # fmt: skip


def test_every_sample_is_owned_or_waits_for_a_signature(
    decided: dict[str, dict[str, Any]],
) -> None:
    nobody = [id for id, said in decided.items() if not (said["lead"] or said["proposal"])]
    assert nobody == []
    left_over = {id for id, said in decided.items() if said["rule"] == "default"}
    assert left_over == {"S0272", "S0274"}, "what no words decide goes to the township"


@pytest.mark.parametrize("id", DECIDED)
def test_what_becomes_of_it(decided: dict[str, dict[str, Any]], id: str) -> None:
    said = decided[id]
    assert (said["rule"], said["lead"], said["whistle"]) == DECIDED[id]


def test_what_must_be_sealed_is_sealed(decided: dict[str, dict[str, Any]]) -> None:
    assert {id for id, said in decided.items() if said["sealed"]} == SEALED


def test_townships_are_only_given_their_duties(
    workspace: Workspace, loaded: Loaded, rows: list[Row]
) -> None:
    """They lead basic duties and support supporting ones; the default alone is everybody's."""
    preview = Preview(workspace, workspace.activate(loaded.rule_set))
    wrong = []
    for row in rows:
        assert row.issue is not None
        case = preview.resolve(row.issue).case
        township = workspace.org.at_level(case.territory, "township") or ""
        duties = workspace.org.duty_list(township)
        assert duties is not None
        for referral in case.referrals:
            allowed = ("basic",) if referral.role == "lead" else ("basic", "supporting")
            given = case.rule != "default" and referral.unit == township
            if given and duties.duty(case.category) not in allowed:
                wrong.append((row.issue.id, case.category, case.rule, referral.role))
    assert wrong == []


def test_the_accused_are_never_given_their_own_case(
    workspace: Workspace, loaded: Loaded, rows: list[Row]
) -> None:
    preview = Preview(workspace, workspace.activate(loaded.rule_set))
    accusing = [row.issue for row in rows if row.issue is not None and row.issue.accused]
    assert len(accusing) >= 2
    for issue in accusing:
        case = preview.resolve(issue).case
        involved = {case.owner, case.holder, *(u for r in case.referrals for u in r.units)}
        assert not involved & set(case.barred)


def test_the_script_tells_of_samples_and_units_that_there_are(
    workspace: Workspace, rows: list[Row]
) -> None:
    script = load_script(PEOPLE)
    ids = {row.issue.id for row in rows if row.issue is not None}
    assert set(script.stories) <= ids
    units = {act.unit for story in script.stories.values() for act in story if act.unit}
    assert [unit for unit in units if workspace.org.unit(unit) is None] == []
    told = {act.do for story in script.stories.values() for act in story}
    assert told >= {"silent", "decline", "defer", "withdraw", "call_back", "handle_now", "transfer"}


def _issue(category: str) -> Issue:
    at = datetime(2026, 10, 12, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    return Issue(channel="window", received_at=at, category=category, territory="620922100001001")
