"""Matcher, explanations, reference interpreter and proofs agree on any rules and issues."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referral_engine.model.issue import Issue
from referral_engine.rules.tree import Decision, RuleSet
from tests.strategies.rules import answers, issues, rule_sets
from tests.unit.prove.agreeing import Proofs, refuted

Arrivals = list[tuple[Issue, dict[str, int]]]
_arrivals = st.lists(st.tuples(issues, answers), min_size=20, max_size=20)


def agree(proofs: Proofs, arrivals: Arrivals) -> None:
    dead = refuted(proofs.reach)
    for issue, answered in arrivals:
        decision = proofs.decide(issue, answered)
        assert not dead & {decision.rule, *decision.prepared}
        if decision.rule == "default":
            cell = (issue.category, issue.territory)
            assert any(
                cell[0] in f.categories and cell[1] in f.territories
                for f in proofs.coverage.findings
            )
        for rival in _rivals(proofs.rules, decision):
            assert any(
                decision.rule in f.rules and (f.outcome == "undecided" or rival in f.rules)
                for f in proofs.agreement.findings
            )


def _rivals(rules: RuleSet, decision: Decision) -> list[str]:
    """Rules of other tables of the winner's rank that are true too and say something else."""
    tables = {rule.id: (table, rule) for table in rules.routing for rule in table.rules}
    if decision.rule not in tables:
        return []
    own, winner = tables[decision.rule]
    return [
        id
        for id in decision.matched
        if tables[id][0] is not own
        and tables[id][0].rank == own.rank
        and tables[id][1].effects != winner.effects
    ]


def wins(proofs: Proofs) -> None:
    """Every witness is decided by its rule, or prepared by it; the reference interpreter says so
    too where no history is asked."""
    for rule, found in proofs.reach.witnesses.items():
        if not found.witness.earlier:
            decision = proofs.decide(found.witness.issue, {})
            assert rule in (decision.rule, *decision.prepared)


def no_dispute(proofs: Proofs) -> None:
    """The solver and the matcher never contradict each other."""
    found = [*proofs.coverage.findings, *proofs.reach.findings, *proofs.agreement.findings]
    assert [f.message for f in found if "matcher" in f.message] == []


@given(rule_sets(), _arrivals)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_proved_unreachable_never_wins_and_a_witness_does(
    rules: RuleSet, arrivals: Arrivals
) -> None:
    proofs = Proofs(rules)
    agree(proofs, arrivals)
    wins(proofs)
    no_dispute(proofs)


@pytest.mark.long
@given(rule_sets(), _arrivals)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_proofs_agree_at_length(rules: RuleSet, arrivals: Arrivals) -> None:
    proofs = Proofs(rules)
    agree(proofs, arrivals)
    wins(proofs)
    no_dispute(proofs)


@pytest.mark.matrix
@pytest.mark.long
@given(rule_sets(), _arrivals)
@settings(max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
def test_proofs_agree_before_a_release(rules: RuleSet, arrivals: Arrivals) -> None:
    proofs = Proofs(rules)
    agree(proofs, arrivals)
    wins(proofs)
    no_dispute(proofs)
