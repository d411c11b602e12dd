"""Discovery: folders and entry points, and a cache that is never trusted longer than it holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.plugins.departments import load
from referral_engine.plugins.find import Source, find, find_installed

MODULE = """
from referral_engine import Department, hookimpl

@hookimpl
def referral_departments():
    return [Department("fire", "消防救援", "3.0")]
"""


def install(site: Path, name: str) -> None:
    """A package with an entry point, as pip leaves it behind."""
    (site / f"{name}_department.py").write_text(MODULE.replace("fire", name), "utf-8")
    info = site / f"{name}_department-3.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}-department\nVersion: 3.0\n"
    )
    (info / "entry_points.txt").write_text(
        f"[referral_engine.departments]\n{name} = {name}_department\n"
    )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages, on sys.path."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def test_an_installed_package_is_found_by_its_entry_point(site: Path, tmp_path: Path) -> None:
    install(site, "fire")
    found = find_installed(tmp_path / "cache.json")
    assert Source("installed", "fire", "fire_department") in found
    with load(PluginSettings(folders=()), tmp_path, "thread", tmp_path / "cache.json") as loaded:
        (fire,) = (each for each in loaded.loaded if each.id == "fire")
    assert fire.source == "fire = fire_department"


def test_discovery_is_remembered_until_something_is_installed(site: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "entry_points.json"
    install(site, "fire")
    before = find_installed(cache)
    told = json.loads(cache.read_text())
    told["found"] = [["remembered", "module"]]
    cache.write_text(json.dumps(told))
    assert find_installed(cache) == (Source("installed", "remembered", "module"),)
    install(site, "water")
    names = {source.name for source in find_installed(cache)}
    assert names == {source.name for source in before} | {"water"}


@pytest.mark.parametrize("content", ["", "{}", '{"stamp": 1}', "\x00\xff"])
def test_a_broken_cache_costs_only_time(site: Path, tmp_path: Path, content: str) -> None:
    install(site, "fire")
    cache = tmp_path / "cache.json"
    cache.write_text(content, "utf-8")
    assert "fire" in {source.name for source in find_installed(cache)}


def test_a_cache_that_cannot_be_written_costs_only_time(site: Path, tmp_path: Path) -> None:
    install(site, "fire")
    (tmp_path / "file").write_text("in the way")
    assert "fire" in {source.name for source in find_installed(tmp_path / "file" / "cache.json")}


def test_folders_come_before_what_is_installed_and_by_name(tmp_path: Path) -> None:
    for name in ("b", "a", ".hidden", "__pycache__"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "README.md").touch()
    found = find([tmp_path], [Source("installed", "z", "z")])
    assert [source.name for source in found.sources] == ["a", "b", "z"]
    assert found.quarantined == ()


def test_a_plugin_named_like_a_module_hides_none(tmp_path: Path) -> None:
    (tmp_path / "plugins" / "json").mkdir(parents=True)
    (tmp_path / "plugins" / "json" / "__init__.py").write_text(MODULE, "utf-8")
    settings = PluginSettings(entry_points=False)
    with load(settings, tmp_path, "thread") as here, load(settings, tmp_path) as apart:
        assert [each.id for each in here.loaded] == ["fire"] == [e.id for e in apart.loaded]
    assert sys.modules["json"] is json
