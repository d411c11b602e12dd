"""`referral plugin check` finds each way in which a plugin breaks the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.plugins.find import Source
from referral_engine.testing.conformance import conformance

HEAD = """
import itertools, os, time
from datetime import timedelta
from referral_engine import *
from referral_engine import hookimpl

d = Department("d", "部门", "1.0", grounds={"busy": "忙"})
count = itertools.count()

@hookimpl
def referral_departments():
    return [d]

@d.handles()
class Matters(Handler):
    def offered(self, referral):
        return {offered}

    def work(self, referral):
        return {work}
"""


def wrong(folder: Path, offered: str, work: str = "None", readme: str = "") -> dict[str, str]:
    """What is found of a plugin that answers so: the first of each check that fails."""
    (folder / "d").mkdir()
    code = HEAD.replace("{offered}", offered).replace("{work}", work)
    (folder / "d" / "__init__.py").write_text(code, "utf-8")
    if readme:
        (folder / "d" / "README.md").write_text(readme, "utf-8")
    source = Source("folder", "d", str(folder / "d"))
    settings = PluginSettings(entry_points=False, deadline=1.0)
    found = list(conformance(source, settings, ["D15"]))
    assert {each.check for each in found} == {
        "loads", "answers", "idempotent", "restart", "deadlines", "private", "documented",
    }  # fmt: skip
    return {each.check: each.wrong[0] for each in found if each.wrong}


def test_one_that_remembers_is_late_and_talks(tmp_path: Path) -> None:
    offered = """[
            Claim(), Progress(f"{os.getpid()}"),
            print(referral.reporter) or Wait(timedelta(days=2), "visit")]"""
    work = 'Report(f"第{next(count)}次")'
    assert wrong(tmp_path, offered, work) == {
        "idempotent": "D15 work visit: another answer under the same key",
        "restart": "D15 work visit: another answer after a restart",
        "deadlines": "D15 work visit: contact was not in time",
        "private": "it prints personal data: 2 of 4 marked words of the cases it was asked",
        "documented": "it has no README.md",
    }


@pytest.mark.parametrize(
    ("offered", "told"),
    [
        ("time.sleep(60)", "offered: hung: no answer within 1.0 s"),
        ("os._exit(3)", "offered: exited: exit code 3"),
        ("Report('没接就反馈')", "offered: garbage: "),
    ],
)
def test_one_that_does_not_answer(tmp_path: Path, offered: str, told: str) -> None:
    found = wrong(tmp_path, offered, readme="`busy` 忙")
    assert set(found) == {"answers"}
    assert found["answers"].startswith(told)


def test_one_that_cannot_be_loaded_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "__init__.py").write_text("import no_such_module\n", "utf-8")
    source = Source("folder", "bad", str(tmp_path / "bad"))
    (found,) = conformance(source, PluginSettings(), [])
    assert (found.department, found.check) == ("bad", "loads")
    assert "no_such_module" in found.wrong[0]
