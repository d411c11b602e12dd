"""The example department is a package that is built, found by its entry point, and keeps its word.

Its own test is collected beside this suite (`testpaths` in pyproject.toml).
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.plugins.departments import load
from referral_engine.plugins.find import Source, find_installed
from referral_engine.testing.conformance import conformance

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "housing"


def test_built_and_installed_it_is_found_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hatchling.build import build_wheel

    monkeypatch.chdir(EXAMPLE)
    wheel = tmp_path / build_wheel(str(tmp_path))
    with zipfile.ZipFile(wheel) as packed:
        names = [name for name in packed.namelist() if ".dist-info/" not in name]
        packed.extractall(tmp_path / "site")
    assert sorted(names) == ["housing_department/README.md", "housing_department/__init__.py"]
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    found = find_installed(tmp_path / "cache.json")
    assert found == (Source("installed", "housing", "housing_department"),)
    with load(PluginSettings(folders=()), tmp_path, "thread", tmp_path / "cache.json") as loaded:
        assert (set(loaded.served), len(loaded.quarantined)) == ({"housing"}, 0)
        (one,) = loaded.loaded
        assert one.source == "housing = housing_department"


SHIPPED = EXAMPLE.parents[1] / "plugins"


FOUR = [pytest.param(each, marks=pytest.mark.long) for each in sorted(SHIPPED.glob("[a-z]*"))]


@pytest.mark.parametrize("plugin", [EXAMPLE, *FOUR], ids=lambda plugin: plugin.name)
def test_it_keeps_the_contract_and_so_do_the_shipped_ones(plugin: Path) -> None:
    source = Source("folder", plugin.name, str(plugin))
    found = list(conformance(source, PluginSettings(entry_points=False), ["D15", "D99", "X01"]))
    assert [each for each in found if each.wrong] == []
    assert "documented" in {each.check for each in found}
