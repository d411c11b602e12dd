"""A new plugin is made where there is none; docs/plugins.md's tutorial runs what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_engine.errors import Refused
from referral_engine.plugins.find import Source
from referral_engine.plugins.imported import departments_of
from referral_engine.plugins.version import HOOKS
from referral_engine.testing.new_plugin import make_plugin


def test_it_loads_with_the_units_id_and_name_for_this_version(tmp_path: Path) -> None:
    make_plugin(tmp_path, "housing", '县"住建"局\\')
    (made,) = departments_of(Source("folder", "housing", str(tmp_path / "housing")))
    assert (made.id, made.name, made.hooks, made.rehearsal) == ("housing", "县住建局", HOOKS, True)


@pytest.mark.parametrize("id", ["Housing", "住建", "my-plugin", "class", "../up", ""])
def test_what_no_plugin_can_be_called_is_refused(tmp_path: Path, id: str) -> None:
    with pytest.raises(Refused, match="is no name for a plugin"):
        make_plugin(tmp_path, id, "")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    make_plugin(tmp_path, "housing", "")
    code = tmp_path / "housing" / "__init__.py"
    code.write_text("mine", "utf-8")
    with pytest.raises(Refused, match="is not empty"):
        make_plugin(tmp_path, "housing", "")
    assert code.read_text("utf-8") == "mine"
