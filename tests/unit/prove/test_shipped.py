"""All five proofs hold of the rules that are shipped."""

from __future__ import annotations

from datetime import date

import pytest

from referral_engine.prove.proving import Proving
from referral_engine.prove.report import PROOFS
from referral_engine.rules.ruleset import Loaded
from referral_engine.workspace import Workspace
from tests.conftest import ROOT

TODAY = date(2026, 9, 14)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="module")
def loaded(workspace: Workspace) -> Loaded:
    return workspace.read_rules()


def test_the_shipped_rules_are_proved(workspace: Workspace, loaded: Loaded) -> None:
    """Without acts of people before the silence; with them below and in test_life."""
    proving = Proving(workspace, loaded, TODAY, seconds=600, acts=0)
    made = list(proving.proofs())
    assert [proof.name for proof in made] == list(PROOFS)
    assert [f.message for proof in made for f in proof.findings] == []
    routing = [r.id for t in loaded.rule_set.routing for r in t.rules]
    assert set(made[1].witnesses) == {*routing, "default"}


def test_without_time_nothing_is_claimed_of_cases_that_are_not_known(
    workspace: Workspace, loaded: Loaded
) -> None:
    """Without issues there are no cases to go into, and nothing of them would be found amiss."""
    proving = Proving(workspace, loaded, TODAY, seconds=0.001, acts=0)
    made = {proof.name: proof for proof in proving.proofs()}
    assert [made[name].outcome for name in PROOFS if name != "agreement"] == ["undecided"] * 4
    assert made["coverage"].findings[0].message.startswith("whether only the default")
    assert "default" in made["recusal"].findings[-1].rules


@pytest.mark.long
def test_the_shipped_rules_are_proved_whatever_two_people_do(
    workspace: Workspace, loaded: Loaded
) -> None:
    proving = Proving(workspace, loaded, TODAY, seconds=3600, acts=2)
    found = [f.message for proof in proving.proofs(("recusal", "answer")) for f in proof.findings]
    assert found == []
