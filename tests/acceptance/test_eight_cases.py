"""The eight cases of the domain, told on the shipped rules through the whole engine.

Every file says after every step who owns the case, which clocks run until when, and who may see
what. The invariants (an owner at every event, never a barred one; somebody always watched; chains
and projections that fit) are checked after each step by the teller itself.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_engine.rules.runtime import ActiveRules
from referral_engine.trial.read_story import read_story
from referral_engine.trial.scenario import run_scenario
from referral_engine.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
STORIES = sorted((ROOT / "tests" / "scenarios").glob("[1-8]-*.yaml"))


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="module")
def rules(workspace: Workspace) -> ActiveRules:
    return workspace.activate(workspace.rules())


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_told(story: Path, workspace: Workspace, rules: ActiveRules) -> None:
    report = run_scenario(story, workspace, rules)
    assert report.passed, "\n".join(str(failure) for failure in report.failures)


def test_all_eight_are_there() -> None:
    assert [path.name[0] for path in STORIES] == list("12345678")


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_every_step_asks_for_owner_clocks_and_sight(
    story: Path, workspace: Workspace, rules: ActiveRules
) -> None:
    """A story that stopped asking would pass for ever; a refused step changes nothing."""
    told = read_story(story, workspace, rules.rule_set)
    for step in told.steps:
        asked = {expected.key for expected in step.expect}
        if not step.refused:
            assert {"owner", "sees"} <= asked, step.place
            assert asked & {"clocks", "clocks_include"}, step.place
