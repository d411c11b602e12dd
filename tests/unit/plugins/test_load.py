"""Loading: every faulty plugin is quarantined by name with its reason, the others serve."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Literal

import pytest

from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.plugins import process
from referral_engine.plugins.departments import Departments, load
from tests.unit.plugins.offers import offered

FAULTY = Path(__file__).resolve().parents[2] / "faulty" / "plugins"
SETTINGS = PluginSettings(folders=("plugins",), entry_points=False, start_deadline=20)

REASONS = {
    "bad_id": "'公安 局' is not a unit's id",
    "empty_folder": "not a package: put the plugin into empty_folder/__init__.py",
    "from_the_future": "written for hook version 99, this engine serves up to 2",
    "loose.py": "not a package: put the plugin into loose/__init__.py",
    "nameless_version": "department nameless_version names no version",
    "no_hook": "it has no @hookimpl named referral_departments",
    "not_departments": "a value of type str is not a Department",
    "nothing_handed_over": "referral_departments returns nothing: return a list of departments",
    "raises_at_import": "RuntimeError: the bureau's library is not installed",
    "textless_ground": "no text for people: busy",
    "twins": "department twins is served already",
    "wrong_hook": "there is no hook referral_department; the one hook is referral_departments",
    "wrong_types": (
        "TypeError: Department('wrong_types', …): Expected `str`, got `float` - at `$.version`"
    ),
}


def workspace(tmp_path: Path, *names: str) -> Path:
    """A workspace whose plugin folder holds these faulty plugins."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(FAULTY / name)
    return tmp_path


def reasons(found: Departments) -> dict[str, str]:
    return {Path(each.name).name: each.reason for each in found.quarantined}


@pytest.mark.parametrize("guard", ["process", "thread"])
def test_each_faulty_plugin_is_quarantined_and_the_good_one_serves(
    tmp_path: Path, guard: Literal["process", "thread"]
) -> None:
    root = workspace(tmp_path, *REASONS, "leaves_at_import", "well_behaved")
    with load(SETTINGS, root, guard) as found:
        told = reasons(found)
        assert {name: told[name] for name in REASONS} == REASONS
        assert told["leaves_at_import"] == "SystemExit: configure me first"
        assert [each.id for each in found.loaded] == ["twins", "well_behaved"]
        answer = found.call("well_behaved", "offered", offered(category="S02a"))
        assert len(answer.acts) == 2


HEAD = """from referral_engine import *
from referral_engine import hookimpl
d = Department('fire', '消防', '1')
"""
HOOK = """
@hookimpl
def referral_departments():
    return [d]
"""
MISTAKES = {
    "def referral_departments(): return [d]": "referral_departments lacks its @hookimpl",
    HOOK.replace("s()", "s(config)"): "referral_departments takes no arguments",
    HOOK.replace("[d]", "d"): "must return a list of departments, not a value of type Department",
    HOOK.replace("[d]", "[]"): "returns no department",
    HOOK.replace("[d]", "[Department]"): "the class Department is not a Department",
    "@d.handles\nclass A(Handler): pass" + HOOK: "write @department.handles(…)",
    "@d.handles()\nclass A: pass" + HOOK: "class A is not a subclass of Handler",
    "@d.handles(when='M01')\nclass A(Handler): pass" + HOOK: "when is a function of the referral",
    "@d.handles(role='main')\nclass A(Handler): pass" + HOOK: "role is lead or support, not 'main'",
    "@d.handles(category=(1,))\nclass A(Handler): pass" + HOOK: "category is a word or a tuple",
    "Department('a', 'b', '1', grounds=['busy'])" + HOOK: "`object`, got `array` - at `$.grounds`",
}


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_is_told_with_what_to_write_and_where(tmp_path: Path, code: str) -> None:
    package = tmp_path / "plugins" / "fire"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(HEAD + code, "utf-8")
    with load(SETTINGS, tmp_path, "thread") as found:
        (broken,) = found.quarantined
    assert MISTAKES[code] in broken.reason
    ours = not broken.reason.startswith("TypeError")
    assert broken.place == ("" if ours else f"{package}/__init__.py:4")


def test_what_was_loaded_is_announced_only_where_somebody_reads_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = workspace(tmp_path, "well_behaved", "raises_at_import")
    with (
        caplog.at_level(logging.DEBUG),
        load(SETTINGS, root, "thread", announce=False) as found,
    ):
        assert (len(found.loaded), len(found.quarantined)) == (1, 1)
    assert caplog.records == []


def test_a_plugin_that_ends_its_process_at_import_ends_nothing_else(tmp_path: Path) -> None:
    root = workspace(tmp_path, "exits_at_import", "well_behaved")
    with load(SETTINGS, root) as found:
        assert reasons(found) == {"exits_at_import": "ended while it was loaded: exit code 3"}
        assert found.has("well_behaved")


KILLED = """
import os, signal
from pathlib import Path

tries = Path(__file__).with_name("tries")
tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
if len(tries.read_text()) <= {times}:
    os.kill(os.getpid(), signal.SIGKILL)

from referral_engine import Department, hookimpl

@hookimpl
def referral_departments():
    return [Department("killed", "被杀的部门", "1.0")]
"""


@pytest.mark.parametrize(("times", "tries", "reason"), [(1, 2, ""), (9, 2, "Killed"), (0, 1, "")])
def test_a_plugin_killed_while_it_loads_is_started_once_more(
    tmp_path: Path, times: int, tries: int, reason: str
) -> None:
    """The kernel kills where memory is short; gone until the next start would be too dear."""
    root = workspace(tmp_path, "well_behaved")
    (root / "plugins/killed").mkdir()
    (root / "plugins/killed/__init__.py").write_text(KILLED.format(times=times), "utf-8")
    with load(SETTINGS, root) as found:
        ended = f"ended while it was loaded: {reason}"
        assert reasons(found) == ({"killed": ended} if reason else {})
        assert found.has("killed") is not bool(reason)
        assert found.has("well_behaved")
    assert len((root / "plugins/killed/tries").read_text()) == tries


@pytest.mark.parametrize(("times", "reason"), [(1, ""), (2, "Closed")])
def test_one_killed_before_it_is_told_what_to_load_is_started_once_more_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, reason: str
) -> None:
    begin, begun = process._spawn, []

    def spawn(*given: Any) -> Any:
        child, reader = begin(*given)
        begun.append(child)
        if len(begun) <= times:
            child.kill()
            child.wait()
        return child, reader

    monkeypatch.setattr(process, "_spawn", spawn)
    with load(SETTINGS, workspace(tmp_path, "well_behaved")) as found:
        assert reasons(found) == ({"well_behaved": reason} if reason else {})
        assert found.has("well_behaved") is not bool(reason)
    assert len(begun) == 2


def test_a_plugin_that_hangs_at_import_does_not_keep_the_others(tmp_path: Path) -> None:
    root = workspace(tmp_path, "hangs_at_import", "well_behaved")
    short = PluginSettings(folders=("plugins",), entry_points=False, start_deadline=1.5)
    with load(short, root) as found:
        assert reasons(found) == {"hangs_at_import": "hung while it was loaded"}
        assert found.has("well_behaved")


def test_loaded_departments_are_named_with_version_and_source(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = workspace(tmp_path, "well_behaved", "raises_at_import")
    with caplog.at_level(logging.INFO), load(SETTINGS, root, "thread") as found:
        (loaded,) = found.loaded
    assert (loaded.id, loaded.name, loaded.version) == ("well_behaved", "守规矩的部门", "2.1")
    assert Path(loaded.source).name == "well_behaved"
    assert loaded.kinds == ("S02 when:<lambda>",)
    assert "department well_behaved 2.1 from" in caplog.text
    assert "raises_at_import is quarantined: RuntimeError" in caplog.text


def test_the_trace_of_a_quarantined_plugin_names_the_line(tmp_path: Path) -> None:
    with load(SETTINGS, workspace(tmp_path, "raises_at_import")) as found:
        (broken,) = found.quarantined
    assert "raises_at_import/__init__.py:3 in <module>" in broken.trace


def test_of_two_plugins_for_one_department_the_first_folder_serves(tmp_path: Path) -> None:
    root = workspace(tmp_path, "well_behaved")
    other = tmp_path / "others" / "zz_copy"
    other.mkdir(parents=True)
    source = (FAULTY / "well_behaved/__init__.py").read_text("utf-8")
    (other / "__init__.py").write_text(source.replace('"2.1"', '"9.9"'), "utf-8")
    two = PluginSettings(folders=("others", "plugins"), entry_points=False)
    with load(two, root, "thread") as found:
        assert [each.version for each in found.loaded] == ["9.9"]
        assert reasons(found) == {"well_behaved": "department well_behaved is served already"}


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with load(SETTINGS, tmp_path, "thread") as found:
        assert reasons(found) == {"plugins": "there is no such folder"}
        assert found.loaded == ()


def test_a_plugin_acts_as_an_officer_of_its_station(tmp_path: Path) -> None:
    with load(SETTINGS, workspace(tmp_path, "well_behaved"), "thread") as found:
        by = found.principal("well_behaved", "well_behaved_100")
        assert found.has("well_behaved")
        assert not found.has("well_behaved_100")
    assert (by.id, by.roles, by.unit) == (
        "plugin:well_behaved@2.1", ("officer",), "well_behaved_100",
    )  # fmt: skip
