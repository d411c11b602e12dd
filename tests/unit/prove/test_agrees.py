"""Matcher, reference interpreter and proofs agree on any rules and issues."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referral_engine.model.issue import Issue
from referral_engine.prove.candidates import County
from referral_engine.prove.report import Proof
from referral_engine.prove.routing import RoutingProofs
from referral_engine.prove.solver import Budget, Solver
from referral_engine.prove.theory import Theory
from referral_engine.prove.witness import Matcher
from referral_engine.rules.match import Router
from referral_engine.rules.naive import route
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import Decision, RuleSet
from tests.strategies.rules import FIELDS, TERRITORIES, WORLD, answers, issues, rule_sets

TERMS = Terms.of(WORLD, FIELDS)
COUNTY = County(
    categories=("D", "D01", "M", "M04", "M04a", "M04d", "S", "S03", "Z9"),
    territories=(*(t.code for t in TERRITORIES), "620922101000", "620923", "nowhere"),
    units=("police", "housing", "620922100", "justice"),
    zone=WORLD.calendar.zone,
    today=date(2026, 1, 1),
)
Arrivals = list[tuple[Issue, dict[str, int]]]
_arrivals = st.lists(st.tuples(issues, answers), min_size=20, max_size=20)


class Proofs:
    """The three proofs about one rule set."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.router = Router(rules, WORLD, FIELDS)
        theory = Theory(rules, TERMS, COUNTY, Solver(Budget(60)))
        matcher = Matcher(rules, self.router, FIELDS, lambda code: code[:9])
        proofs = RoutingProofs(theory, matcher)
        self.coverage, self.reach = proofs.coverage(), proofs.reach()
        self.agreement = proofs.agreement()

    def decide(self, issue: Issue, answered: dict[str, int]) -> Decision:
        """What router and reference interpreter both say; history counts as the store does."""
        subject = Subject.from_issue(issue, FIELDS)
        counted = {key: _count(key, number, issue) for key, number in answered.items()}
        for key in ("repeats(category;90d)", "repeats(reporter,territory;90d)"):
            counted.setdefault(key, 1)
        day = WORLD.local(issue.received_at).date()
        decision = self.router.decide(subject, counted, day)
        course = route(self.rules, {**subject.values, **counted}, day, TERMS)
        assert course.winner is not None
        assert course.winner.id == decision.rule
        return decision


def _count(key: str, number: int, issue: Issue) -> int:
    """The issue itself counts; one that has nothing to be compared by is like no other."""
    alone = not issue.category if "category" in key else not issue.territory
    return 1 if alone or ("reporter" in key and issue.reporter.anonymous) else max(1, number)


def refuted(proof: Proof) -> set[str]:
    """The rules that the proof says something against."""
    return {rule for f in proof.findings if f.outcome == "refuted" for rule in f.rules}


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
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_proofs_agree_at_length(rules: RuleSet, arrivals: Arrivals) -> None:
    proofs = Proofs(rules)
    agree(proofs, arrivals)
    wins(proofs)
    no_dispute(proofs)
