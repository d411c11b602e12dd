"""docs/plugins.md and what it documents stay in step; so do the public names and their homes."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import msgspec
import pytest

import referral_engine
from referral_engine import Handler, Outcome, Referral, hookspecs
from referral_engine.additions.fields import KEYS
from referral_engine.additions.lints import LINT_KEYS, NEEDS
from referral_engine.cli.plugin.check import SAID
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.plugins.acts import Act
from referral_engine.plugins.departments import load
from referral_engine.plugins.guard import FailureKind
from referral_engine.testing import fixtures
from referral_engine.testing.engine import Engine
from referral_engine.testing.outside import Fault, Order

ROOT = Path(__file__).resolve().parents[3]
DOCS = (ROOT / "docs/plugins.md").read_text("utf-8")
PLUGINS = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py"))
NAMED = set(re.findall(r"`([A-Za-z_]+)", DOCS))


def section(name: str) -> str:
    found = re.search(rf"^### {name}\n(.*?)(?=^##)", DOCS, re.MULTILINE | re.DOTALL)
    assert found, f"docs/plugins.md has no section {name}"
    return found[1]


def hooks() -> list[str]:
    found = inspect.getmembers(hookspecs, inspect.isfunction)
    return [name for name, each in found if hasattr(each, "referral_engine_spec")]


def methods() -> list[str]:
    return [name for name, _each in inspect.getmembers(Handler, inspect.isfunction)]


def test_there_is_one_hook() -> None:
    assert hooks() == ["referral_departments"]


@pytest.mark.parametrize("hook", hooks())
def test_every_hook_is_documented(hook: str) -> None:
    text = section(hook)
    assert f"`{hook}()" in text
    assert [part for part in ("When", "Returns", "Since") if f"**{part}**" not in text] == []
    assert inspect.getdoc(getattr(hookspecs, hook))


@pytest.mark.parametrize("method", methods())
def test_every_method_is_documented(method: str) -> None:
    text = section(method)
    arguments = ", ".join(list(inspect.signature(getattr(Handler, method)).parameters)[1:])
    assert f"`{method}({arguments}) -> Reply`" in text
    parts = (
        "When", "How often", "Inside what", "Deadline", "May answer", "Idempotency", "Example",
    )  # fmt: skip
    assert [part for part in parts if f"**{part}**" not in text] == []


@pytest.mark.parametrize("method", methods())
def test_every_method_has_a_test(method: str) -> None:
    # Its name is what the guard is asked for.
    guard = (Path(__file__).parent / "test_guard.py").read_text("utf-8")
    assert f'"{method}"' in guard


def test_every_public_name_is_documented() -> None:
    public = set(referral_engine.__all__) - {"__version__", "hookimpl"}
    assert sorted(public - NAMED) == []


def test_every_act_is_documented_with_its_arguments() -> None:
    for act in get_args(Act):
        fields = [field.name for field in msgspec.structs.fields(act) if field.name != "at"]
        wanted = ", ".join(f"`{name}`" for name in fields) or "–"
        assert f"| `{act.__name__}` | {wanted} |" in DOCS


def test_every_fixture_and_check_is_documented() -> None:
    kit = DOCS.partition("## The kit")[2].partition("\n## ")[0]
    wanted = {*fixtures.__all__, *SAID, *get_args(Fault), *get_args(Order)}
    wanted |= {name for name in vars(Engine) if not name.startswith("_")}
    assert sorted(word for word in wanted if f"`{word}" not in kit) == []


def test_every_key_of_what_a_plugin_adds_is_documented() -> None:
    page = DOCS.partition("## What a plugin may add")[2].partition("\n## ")[0]
    assert [k for k in (*KEYS, *LINT_KEYS, *NEEDS) if f"`{k}`" not in page] == []


def test_every_field_of_the_view_is_documented() -> None:
    shown = DOCS.partition("## What a handler is shown")[2]
    named = set(re.findall(r"`([a-z_]+)`", shown))
    fields = {field.name for field in msgspec.structs.fields(Referral)} | {"words"}
    assert sorted(fields - named) == []


def test_every_setting_failure_and_outcome_is_documented() -> None:
    settings = {field.name for field in msgspec.structs.fields(PluginSettings)}
    assert sorted((settings | set(get_args(FailureKind))) - NAMED) == []
    assert [each for each in get_args(Outcome) if each not in DOCS] == []


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_plugins_readme_names_its_handlers_grounds_and_statuses(plugin: str) -> None:
    readme = (ROOT / "plugins" / plugin / "README.md").read_text("utf-8")
    named = set(re.findall(r"`([A-Za-z_0-9]+)`", readme))
    with load(PluginSettings(entry_points=False), ROOT, "thread") as departments:
        mine = [each.id for each in departments.loaded if f"/{plugin}" in each.source]
        profiles = [departments.profile(id) for id in mine]
    wanted = {plugin, *mine}
    for profile in profiles:
        wanted |= {*profile.grounds, *profile.statuses}
    for module in (ROOT / "plugins" / plugin).glob("*.py"):
        decorated = r"^@\w+\.handles\([^\n]*\)\n(?:@[^\n]*\n)*class (\w+)"
        wanted |= set(re.findall(decorated, module.read_text("utf-8"), re.MULTILINE))
    assert sorted(wanted - named) == []


def test_the_shipped_departments_load_and_none_is_quarantined() -> None:
    with load(PluginSettings(entry_points=False), ROOT) as departments:
        assert departments.quarantined == ()
        assert [each.id for each in departments.loaded] == [
            "justice", "legal_aid", "market_supervision", "petitions", "police", "traffic_police",
        ]  # fmt: skip


def test_every_shipped_department_and_suggestion_is_a_unit_of_the_shipped_organisation() -> None:
    units = (ROOT / "rules/org/units.yaml").read_text("utf-8")
    known = set(re.findall(r"\{id: (\w+)", units))
    suggested = set()
    for module in (ROOT / "plugins").glob("*/*.py"):
        text = module.read_text("utf-8")
        suggested |= set(re.findall(r'Decline\(\s*"\w+", "(\w+)"', text))
    owners = (ROOT / "plugins/petitions/words.py").read_text("utf-8")
    suggested |= set(re.findall(r'^    "(\w+)": \(', owners, re.MULTILINE))
    with load(PluginSettings(entry_points=False), ROOT, "thread") as departments:
        assert {each.id for each in departments.loaded} <= known
    assert {"discipline", "hotline_12345", "natural_resources"} <= suggested
    assert suggested <= known


def test_importing_the_package_reads_nothing_else() -> None:
    script = (
        "import sys, referral_engine\n"
        "extra = [m for m in sys.modules if m.startswith('referral_engine.')]\n"
        "assert extra == ['referral_engine.version'], extra\n"
        "assert not {'pluggy', 'msgspec'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_public_name_can_be_fetched_and_no_other() -> None:
    for name in referral_engine.__all__:
        assert getattr(referral_engine, name) is not None
    assert dir(referral_engine) == sorted(referral_engine.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = referral_engine.nothing  # type: ignore[attr-defined]


def test_a_plugins_process_imports_no_store() -> None:
    script = (
        "import sys, referral_engine.plugins.host\n"
        "import importlib\n"
        "[getattr(importlib.import_module('referral_engine'), n) "
        "for n in importlib.import_module('referral_engine').__all__]\n"
        "heavy = {'sqlalchemy', 'alembic', 'yaml', 'cryptography', 'durable'} & set(sys.modules)\n"
        "ours = [m for m in sys.modules if m.startswith(\n"
        "    ('referral_engine.store', 'referral_engine.desk', 'referral_engine.flow'))]\n"
        "assert not heavy and not ours, (heavy, ours)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
