"""The hook's version: what is served, and what a plugin that is not is told to change."""

from __future__ import annotations

import pytest

from referral_engine.plugins import version
from referral_engine.plugins.version import HOOKS, OLDEST, unfit


def test_what_is_served_now() -> None:
    assert OLDEST <= HOOKS
    assert [unfit(hooks) for hooks in range(OLDEST, HOOKS + 1)] == [""] * (HOOKS - OLDEST + 1)


def test_a_plugin_of_the_version_before_is_served_while_it_lasts() -> None:
    assert unfit(3, newest=4, oldest=3) == ""


def test_an_older_one_is_told_what_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "CHANGES", {1: "write Wait for Later", 2: "name the version"})
    reason = unfit(2, newest=4, oldest=3)
    assert reason == "written for hook version 2, this engine serves from 3 on; name the version"


@pytest.mark.parametrize("hooks", ["1", 1.0, None, True])
def test_a_version_is_a_whole_number(hooks: object) -> None:
    assert unfit(hooks).endswith("is not a whole number")
