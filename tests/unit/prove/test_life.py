"""The proofs over the life of a case: they hold of the shipped county, and see what is planted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from msgspec.structs import replace

from referral_engine.flow import access, authority
from referral_engine.flow.draft import Draft
from referral_engine.model.case import Case
from referral_engine.model.issue import Issue
from referral_engine.model.principal import Principal
from referral_engine.model.target import Target
from referral_engine.org import Org
from referral_engine.prove import recusal as recusing
from referral_engine.prove.answering import answering
from referral_engine.prove.life import Life
from referral_engine.prove.recusal import recusal
from referral_engine.prove.report import Proof
from referral_engine.prove.shapes import Shapes
from referral_engine.prove.solver import Budget
from referral_engine.prove.witness import Witness
from referral_engine.prove.written_test import as_file
from referral_engine.rules.load import read_sources
from referral_engine.rules.tree import RuleSet
from referral_engine.trial.rule_tests import run_tests
from referral_engine.workspace import Workspace
from tests.conftest import ROOT

Prove = Callable[..., Proof]
MONDAY = datetime.fromisoformat("2026-09-14T09:30:00+08:00")
CASES = tuple(
    Witness(Issue("hotline", MONDAY, category=category, text=text))
    for category, text in (
        ("D09", ""), ("D02", ""), ("S03", "燃气泄漏"), ("X03", ""), ("P04", "抑郁"), ("D12", ""),
    )
)  # fmt: skip
"""A department, a township, an emergency, a proposal to sign, a sealed case, a path."""


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="module")
def rules(workspace: Workspace) -> RuleSet:
    return workspace.rules()


def proved(prove: Prove, workspace: Workspace, rules: RuleSet, acts: int) -> Proof:
    life = Life(workspace, workspace.activate(rules))
    return prove(life, Shapes(life), CASES, acts, Budget(600))


def happens(workspace: Workspace, rules: RuleSet, proof: Proof) -> list[str]:
    """What the rule tests of the findings expect that does not happen in the box."""
    sources = {**rules.sources, "found.yaml": as_file("found", [f.test for f in proof.findings])}
    loaded = read_sources(sources, workspace.fields, workspace.names)
    assert [str(fault) for fault in loaded.errors] == []
    found = [test for test in loaded.tests if test.place.file == "found.yaml"]
    assert len(found) == len(proof.findings) > 0
    results = run_tests(workspace, replace(loaded, tests=tuple(found)))
    return [str(failure) for result in results for failure in result.failures]


# -- what holds -------------------------------------------------------------------------------
@pytest.mark.parametrize("prove", [recusal, answering])
def test_the_shipped_county_keeps_its_word(
    workspace: Workspace, rules: RuleSet, prove: Prove
) -> None:
    proof = proved(prove, workspace, rules, acts=1 if prove is answering else 0)
    assert proof.findings == ()
    assert proof.checked > 30


@pytest.mark.long
@pytest.mark.parametrize("prove", [recusal, answering])
def test_the_shipped_county_keeps_its_word_whatever_two_people_do(
    workspace: Workspace, rules: RuleSet, prove: Prove
) -> None:
    assert proved(prove, workspace, rules, acts=2).findings == ()


# -- what is found ----------------------------------------------------------------------------
def _anybody(draft: Draft, target: Target) -> str:
    """Resolves a target as if nobody were barred."""
    at, first = draft.now, draft.case.first or draft.case.holder
    return draft.org.resolve(target, draft.case.territory, at, first, frozenset()) or ""


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flow that forgets who is barred when it looks for a unit."""
    monkeypatch.setattr(Draft, "resolve", _anybody)


@pytest.mark.usefixtures("forgetful")
def test_a_part_that_is_given_to_the_accused_is_found(workspace: Workspace, rules: RuleSet) -> None:
    proof = proved(recusal, workspace, rules, acts=1)
    assert proof.outcome == "refuted"
    assert any("is given a part" in finding.message for finding in proof.findings)
    assert happens(workspace, rules, proof) == []


def _seen_by_all(by: Principal, case: Case, org: Org) -> access.Sight:
    """Sight as if nobody were barred and nothing sealed."""
    return access.sight(by, replace(case, barred=(), sealed=""), org)


def test_an_accused_unit_that_sees_and_rates_the_case_is_found(
    workspace: Workspace, rules: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recusing, "sight", _seen_by_all)
    monkeypatch.setattr(authority, "may_see", lambda *asked: _seen_by_all(*asked) != "none")
    proof = proved(recusal, workspace, rules, acts=1)
    messages = " ".join(finding.message for finding in proof.findings)
    assert "sees the case" in messages
    assert "rates the case: stand_down" in messages


def test_a_county_without_a_superior_has_nobody_to_turn_to(rules: RuleSet) -> None:
    """One centre that is accused itself, no discipline, no government: that is told."""
    whole = Workspace.open(ROOT / "config.yaml")
    content = whole.org.content
    units = tuple(u for u in content.units if u.kind not in ("discipline", "government"))
    alone = Workspace(whole.config, Org(replace(content, units=units), whole.org.zone),
                      whole.calendar)  # fmt: skip
    proof = proved(recusal, alone, rules, acts=0)
    assert any("owns the case" in finding.message for finding in proof.findings)


def test_without_clocks_a_case_lies_still(workspace: Workspace, rules: RuleSet) -> None:
    bare = replace(rules, whistles={})
    proof = proved(answering, workspace, bare, acts=0)
    assert proof.outcome == "refuted"
    assert all("lies still" in finding.message for finding in proof.findings)


def test_without_people_no_leader_has_a_name(rules: RuleSet) -> None:
    whole = Workspace.open(ROOT / "config.yaml")
    nobody = Org(replace(whole.org.content, people=()), whole.org.zone)
    deserted = Workspace(whole.config, nobody, whole.calendar)
    proof = proved(answering, deserted, rules, acts=1)
    assert {finding.outcome for finding in proof.findings} == {"refuted"}
    assert happens(deserted, rules, proof) == []


def test_without_time_nothing_is_claimed(workspace: Workspace, rules: RuleSet) -> None:
    life = Life(workspace, workspace.activate(rules))
    for prove in (recusal, answering):
        proof = prove(life, Shapes(life), CASES, 1, Budget(0))
        assert proof.outcome == "undecided"
