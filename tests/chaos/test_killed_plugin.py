"""kill -9 of a department's process in the midst of its calls: the case never notices."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.chaos.conftest import Placed
from tests.chaos.histories import faults
from tests.chaos.killing import children, dice
from tests.databases import question
from tests.district import referral, start

pytestmark = pytest.mark.chaos

ISSUES = 150
KILLS = 10
PLUGIN = """
import time
from datetime import timedelta
from pathlib import Path

from referral_engine import Arrive, Claim, Contact, Department, Handler, Report, Wait, hookimpl

police = Department("police", "县公安局", "1.0")


@police.handles(when=lambda referral: True)
class Everything(Handler):
    def offered(self, referral):
        spend_time()  # long enough to be killed in
        return [Claim(), Contact("已联系"), Wait(timedelta(hours=1), "visit")]

    def work(self, referral):
        spend_time()
        return [Arrive(), Report("已处置")]


def spend_time():
    called = Path(__file__).with_name("called")
    called.touch()
    time.sleep(0.02)
    called.unlink(missing_ok=True)


@hookimpl
def referral_departments():
    return [police]
"""
DYING = PLUGIN.replace(
    "        spend_time()  # long enough to be killed in\n",
    """        import os

        died = Path(__file__).with_name("died")
        before = died.stat().st_size if died.exists() else 0
        if before < 3:
            died.write_bytes(b"x" * (before + 1))
            os._exit(1)
""",
)
ROUTING = "kind: routing\nhit: first\nrules: []\ndefault: {refer: {lead: police}, why: 全部}\n"


@pytest.fixture
def county(tmp_path: Path, placed: Placed) -> Path:
    """The shipped county in which everything goes to a police that takes its time."""
    return make_county(tmp_path, placed, PLUGIN, ISSUES)


def make_county(tmp_path: Path, placed: Placed, plugin: str, issues: int) -> Path:
    """The shipped county with one plugin, to which everything goes, and issues taken in."""
    folder = tmp_path / "county"
    referral(tmp_path, "init", folder, ends=0)
    for given in ("plugins", "rules/routing", "rules/escalation", "rules/tests"):
        shutil.rmtree(folder / given)
        (folder / given).mkdir()
    (folder / "plugins/police").mkdir()
    (folder / "plugins/police/__init__.py").write_text(plugin, "utf-8")
    (folder / "rules/routing/all.yaml").write_text(ROUTING, "utf-8")
    with (folder / "issues.jsonl").open("w", encoding="utf-8") as file:
        for number in range(issues):
            minute = f"2026-10-12T{9 + number // 60:02}:{number % 60:02}:00+08:00"
            issue = {"id": str(number), "title": f"第 {number} 件", "received_at": minute}
            file.write(json.dumps(issue | {"territory": "620922", "channel": "web"}) + "\n")
    referral(placed(folder), "intake", "issues.jsonl", ends=0)
    return folder


def test_every_call_is_answered_and_counts_once(county: Path) -> None:
    chance = dice()
    goals = sorted(chance.sample(range(1, 2 * ISSUES - 10), KILLS))
    daemon = start(county, "run", "--until-idle", "--clock", "virtual")
    killed = sum(
        _kill_child(daemon, county, goal, called=number % 2 == 0)
        for number, goal in enumerate(goals)
    )
    assert daemon.wait(timeout=120) == 0
    assert killed == KILLS

    assert faults(county) == {}
    once = (
        "SELECT case_code, kind, count(*) FROM case_event WHERE kind IN ('claimed', 'reported')"
        " GROUP BY case_code, kind HAVING count(*) <> 1"
    )
    assert question(county, once) == []
    for kind in ("claimed", "reported"):
        told = "SELECT count(*) FROM case_event WHERE kind = ?"
        assert question(county, told, kind) == [(ISSUES,)]
    ((again,),) = question(county, "SELECT count(*) FROM plugin_call WHERE claims > 1")
    assert 1 <= again <= KILLS, "kills that met no call prove nothing"
    assert referral(county, "audit", "verify", "--json", ends=0).json["ok"]


def test_one_that_dies_rests_in_the_time_of_the_run(tmp_path: Path, placed: Placed) -> None:
    """Resting for real seconds, a rehearsal would call in vain until the call is given up."""
    county = make_county(tmp_path, placed, DYING, 3)
    referral(county, "run", "--until-idle", "--clock", "virtual", ends=0)
    assert faults(county) == {}
    ((claims,),) = question(county, "SELECT max(claims) FROM plugin_call WHERE verb = 'offered'")
    assert claims == 4, "three deaths, and an answer"
    told = "SELECT count(*) FROM case_event WHERE kind = 'reported'"
    assert question(county, told) == [(3,)]


def _kill_child(daemon: subprocess.Popen[str], county: Path, goal: int, *, called: bool) -> bool:
    """Kills the daemon's plugin process once `goal` calls are answered: at once, which mostly is
    between two calls, or in the midst of the next.
    """
    answered = "SELECT count(*) FROM plugin_call WHERE status = 'done'"
    mark = county / "plugins/police/called"
    while (
        question(county, answered)[0][0] < goal
        or not (running := children(daemon.pid))
        or (called and not mark.exists())
    ):
        assert daemon.poll() is None, f"ended before {goal}"
        time.sleep(0.002)
    (child,) = running
    os.kill(child, signal.SIGKILL)
    mark.unlink(missing_ok=True)  # the next one makes its own
    return True
