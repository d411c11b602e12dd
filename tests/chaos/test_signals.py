"""SIGTERM in the midst of the work, SIGHUP after rules were edited."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.chaos.conftest import FreshDistrict
from tests.chaos.histories import differences, faults
from tests.chaos.killing import dice, reached
from tests.databases import question
from tests.district import referral, start

pytestmark = [pytest.mark.data, pytest.mark.chaos]

RUN = ("--config", "config.yaml", "run", "--until-idle", "--clock", "virtual", "--verbose")
LADDER = Path("rules/escalation/ladder.yaml")


@pytest.fixture(scope="module")
def calm(some: FreshDistrict) -> Path:
    """A run that nobody disturbed."""
    folder = some("undisturbed")
    referral(folder, *RUN, ends=0)
    return folder


def test_sigterm_finishes_the_step_in_hand(some: FreshDistrict, calm: Path) -> None:
    folder, chance = some("stopped"), dice()
    look = reached(folder, "case_event")
    for _time in range(5):
        daemon = start(folder, *RUN)
        _wait(daemon, folder, look() + chance.randrange(1, 3_000))
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=60) == 0
        assert faults(folder) == {}, "something was left in hand"
    referral(folder, *RUN, ends=0)
    assert differences(calm, folder) == {}


def test_sighup_takes_edited_rules_and_fires_nothing_again(some: FreshDistrict, calm: Path) -> None:
    """The rules of running cases are renamed and moved: nobody is reminded a second time."""
    folder = some("reloaded")
    before = question(folder, "SELECT rule_set_hash FROM publication ORDER BY 1")
    daemon = start(folder, *RUN)
    _wait(daemon, folder, reached(folder, "case_event")() + 2_000)
    _rename(folder)
    referral(folder, "rules", "publish", "--reason", "renamed", ends=0)
    daemon.send_signal(signal.SIGHUP)
    _wait_for(daemon, folder, "workspace read again")
    assert daemon.wait(timeout=120) == 0
    assert len(question(folder, "SELECT rule_set_hash FROM publication")) == len(before) + 1
    assert faults(folder) == {}
    assert differences(calm, folder) == {}


def test_a_broken_edit_changes_nothing_and_is_named(some: FreshDistrict, calm: Path) -> None:
    folder = some("broken")
    daemon = start(folder, *RUN)
    _wait(daemon, folder, reached(folder, "case_event")() + 2_000)
    (folder / LADDER).write_text("kind: escalation\nrules: [{id: x, on: {claim: 80%}}\n")
    daemon.send_signal(signal.SIGHUP)
    _wait_for(daemon, folder, "ladder.yaml")
    assert daemon.wait(timeout=120) == 0
    assert differences(calm, folder) == {}


def _rename(folder: Path) -> None:
    ladder = folder / LADDER
    text = ladder.read_text("utf-8")
    ladder.unlink()
    ladder.with_name("renamed.yaml").write_text(text.replace("- id: ", "- id: renamed-"), "utf-8")
    tests = folder / "rules/tests/escalation.yaml"
    tests.unlink()


def _wait(daemon: subprocess.Popen[str], folder: Path, goal: int) -> None:
    look = reached(folder, "case_event")
    while look() < goal:
        assert daemon.poll() is None, f"ended before {goal}"
        time.sleep(0.005)


def _wait_for(daemon: subprocess.Popen[str], folder: Path, words: str) -> None:
    while words not in (folder / "daemon.log").read_text("utf-8"):
        assert daemon.poll() is None, f"ended and never said: {words}"
        time.sleep(0.02)
