"""The five counties' stories, told on the shipped rules and organisation as `simulate` tells them.

Every file says after every step who owns the case and every clock that runs, and who may see it.
The invariants are checked after each step by the teller itself.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from referral_engine.cli import root
from referral_engine.rules.runtime import ActiveRules
from referral_engine.trial.read_story import read_story
from referral_engine.trial.scenario import run_scenario
from referral_engine.trial.story import Step, Story
from referral_engine.workspace import Workspace
from tests.conftest import ROOT

STORIES = sorted((ROOT / "samples" / "stories").glob("*.yaml"))
COUNTIES = ["1-guazhou", "2-suiping", "3-quxian", "4-jiaokou", "5-panjin"]


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="module")
def rules(workspace: Workspace) -> ActiveRules:
    return workspace.activate(workspace.rules())


def test_there_is_one_for_each_county() -> None:
    assert [path.stem for path in STORIES] == COUNTIES


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_told(path: Path, workspace: Workspace, rules: ActiveRules) -> None:
    report = run_scenario(path, workspace, rules)
    assert report.passed, "\n".join(str(failure) for failure in report.failures)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_every_step_says_owner_and_clocks(
    path: Path, workspace: Workspace, rules: ActiveRules
) -> None:
    """A story that stopped asking would pass for ever."""
    for step in read_story(path, workspace, rules.rule_set).steps:
        if not step.refused:
            missing = {"owner", "state", "clocks"} - _asked(step)
            assert not missing, f"{step.place}: {sorted(missing)}"


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_who_may_see_is_asked_at_every_turn(
    path: Path, workspace: Workspace, rules: ActiveRules
) -> None:
    """When a case comes in, and when it is with another unit; for some who may and some not."""
    story = read_story(path, workspace, rules.rule_set)
    for step in _turns(story):
        looked = [expected.value for expected in step.expect if expected.key == "sees"]
        assert looked, f"{step.place}: nobody looks"
    for step in story.steps:
        if step.arrival is not None:
            sights = {s for e in step.expect if e.key == "sees" for s in dict(e.value).values()}
            assert {"full", "none"} <= sights, f"{step.place}: {sorted(sights)}"


def test_a_story_that_is_not_true_fails(tmp_path: Path, workspace: Workspace) -> None:
    told = STORIES[0].read_text("utf-8")
    changed = tmp_path / "changed.yaml"
    changed.write_text(told.replace("      lead: housing\n", "      lead: ecology\n", 1), "utf-8")
    report = run_scenario(changed, workspace)
    assert not report.passed
    assert any("ecology" in failure.message for failure in report.failures)


def test_simulate_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the documentation says: `referral simulate --scenario samples/stories/1-guazhou.yaml`."""
    monkeypatch.chdir(ROOT)
    file = "samples/stories/1-guazhou.yaml"
    done = CliRunner().invoke(root, ["simulate", "--scenario", file, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["passed"] is True
    assert set(told["cases"]) == {"roof", "wall"}
    assert told["rows"][0]["owner"] == "620922001"


def _asked(step: Step) -> set[str]:
    return {expected.key for expected in step.expect}


def _turns(story: Story) -> list[Step]:
    """Steps at which a case comes in, or a unit is brought in by a person."""
    verbs = {"whistle", "designate", "step_up", "dispatch", "decline", "handle_now", "close"}
    return [
        step
        for step in story.steps
        if not step.refused and (step.arrival is not None or (step.act and step.act.verb in verbs))
    ]
