"""The five counties' stories, told on the shipped rules and organisation as `simulate` tells them.

Every file says after every step who owns the case and every clock that runs, and who may see it.
The invariants are checked after each step by the teller itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from referral_engine.cli import root
from referral_engine.trial.chronicle import chronicle, filled
from referral_engine.trial.read_story import read_story
from referral_engine.trial.scenario import Report, run_scenario
from referral_engine.trial.story import Step, Story
from referral_engine.workspace import Workspace
from tests.conftest import ROOT

STORIES = sorted((ROOT / "samples" / "stories").glob("*.yaml"))
Tell = Callable[[Path], tuple[Story, Report]]
COUNTIES = ["1-guazhou", "2-suiping", "3-quxian", "4-jiaokou", "5-panjin"]


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="module")
def told(workspace: Workspace) -> Tell:
    """A story as read and as it went; each is played once."""
    rules = workspace.activate(workspace.rules())

    @cache
    def tell(path: Path) -> tuple[Story, Report]:
        story = read_story(path, workspace, rules.rule_set)
        return story, run_scenario(path, workspace, rules)

    return tell


def test_there_is_one_for_each_county() -> None:
    assert [path.stem for path in STORIES] == COUNTIES


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_told(path: Path, told: Tell) -> None:
    _story, report = told(path)
    assert report.passed, "\n".join(str(failure) for failure in report.failures)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_every_step_says_owner_and_clocks(path: Path, told: Tell) -> None:
    """A story that stopped asking would pass for ever."""
    story, _report = told(path)
    for step in story.steps:
        if not step.refused:
            missing = {"owner", "state", "clocks"} - _asked(step)
            assert not missing, f"{step.place}: {sorted(missing)}"


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_who_may_see_is_asked_at_every_turn(path: Path, told: Tell) -> None:
    """When a case comes in, and when it is with another unit; for some who may and some not."""
    story, _report = told(path)
    for step in _turns(story):
        looked = [expected.value for expected in step.expect if expected.key == "sees"]
        assert looked, f"{step.place}: nobody looks"
    for step in story.steps:
        if step.arrival is not None:
            sights = {s for e in step.expect if e.key == "sees" for s in dict(e.value).values()}
            assert {"full", "none"} <= sights, f"{step.place}: {sorted(sights)}"


def test_a_story_that_is_not_true_fails(tmp_path: Path, workspace: Workspace) -> None:
    sound = STORIES[0].read_text("utf-8")
    changed = tmp_path / "changed.yaml"
    changed.write_text(sound.replace("      lead: housing\n", "      lead: ecology\n", 1), "utf-8")
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


def test_the_page_tells_the_stories_as_they_go(workspace: Workspace, told: Tell) -> None:
    """`python -m referral_engine.trial.chronicle docs/stories.md` writes it anew."""
    page = (ROOT / "docs" / "stories.md").read_text("utf-8")

    def table(path: str) -> str:
        return chronicle(*told((ROOT / "docs" / path).resolve()), workspace)

    assert page.count("<!-- story: ../samples/stories/") == len(STORIES)
    assert filled(page, table) == page


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
