"""The hook's version: what is served, and what a plugin that is not is told to change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from referral_engine import Claim, Contact, Progress
from referral_engine.plugins import version
from referral_engine.plugins.find import Source
from referral_engine.plugins.imported import departments_of
from referral_engine.plugins.quarantine import unusable
from referral_engine.plugins.reply import answer_of, check
from referral_engine.plugins.version import HOOKS, OLDEST, unfit
from tests.unit.plugins.offers import offered


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


PLUGINS = Path(__file__).resolve().parents[2] / "fixtures" / "plugins"


def test_a_plugin_of_every_version_served_lies_here_and_answers_as_it_did() -> None:
    """Counting HOOKS up needs a plugin of the new version, which then is never changed."""
    for hooks in range(OLDEST, HOOKS + 1):
        source = Source("folder", f"hooks_{hooks}", str(PLUGINS / f"hooks_{hooks}"))
        (police,) = departments_of(source)
        assert (police.hooks, unusable(police.profile(), ())) == (hooks, "")
        asked = offered(category="S02a")
        answer = answer_of(police.answer("offered", asked, {}))
        assert [type(act) for act in answer.acts] == [Claim, Contact, Progress]
        assert (answer.again, answer.bookmark) == (timedelta(hours=1), "visit")
        check(answer, "offered", asked, police.profile())


def test_what_went_is_named_for_every_version_that_is_no_longer_served() -> None:
    assert set(version.CHANGES) == set(range(1, OLDEST))
