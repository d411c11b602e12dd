"""Matcher, explanations, reference interpreter and proofs about one random rule set together."""

from __future__ import annotations

from datetime import date

from referral_engine.model.issue import Issue
from referral_engine.prove.candidates import County
from referral_engine.prove.report import Proof
from referral_engine.prove.routing import RoutingProofs
from referral_engine.prove.solver import Budget, Solver
from referral_engine.prove.theory import Theory
from referral_engine.prove.witness import Matcher
from referral_engine.rules.explain import explain
from referral_engine.rules.match import Router
from referral_engine.rules.naive import route
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import Decision, RuleSet
from tests.strategies.rules import FIELDS, TERRITORIES, WORLD

__all__ = ["CATEGORIES", "COUNTY", "Proofs", "refuted"]

CATEGORIES = {
    "D": "", "D01": "D", "M": "", "M04": "M", "M04a": "M04", "M04d": "M04", "S": "", "S03": "S",
}  # fmt: skip
"""Those of the random rules' world, with the code above each."""
TERMS = Terms.of(WORLD, FIELDS)
COUNTY = County(
    categories=(*CATEGORIES, "Z9"),
    territories=(*(t.code for t in TERRITORIES), "620922101000", "620923", "nowhere"),
    units=("police", "housing", "620922100", "justice"),
    zone=WORLD.calendar.zone,
    today=date(2026, 1, 1),
)


class Proofs:
    """The three proofs about one rule set. With `present`, of issues that have a value for every
    field that is not declared as one that may be missing."""

    def __init__(self, rules: RuleSet, *, present: bool = False) -> None:
        self.rules = rules
        self.router = Router(rules, WORLD, FIELDS)
        theory = Theory(rules, TERMS, COUNTY, Solver(Budget(60)))
        if present:
            _present(theory)
        matcher = Matcher(rules, self.router, FIELDS, lambda code: code[:9])
        proofs = RoutingProofs(theory, matcher)
        self.coverage, self.reach = proofs.coverage(), proofs.reach()
        self.agreement = proofs.agreement()

    def decide(self, issue: Issue, answered: dict[str, int]) -> Decision:
        """What router, explanation and reference interpreter all say; history counts as the store
        does."""
        subject = Subject.from_issue(issue, FIELDS)
        counted = {key: _count(key, number, issue) for key, number in answered.items()}
        for key in ("repeats(category;90d)", "repeats(reporter,territory;90d)"):
            counted.setdefault(key, 1)
        day = WORLD.local(issue.received_at).date()
        decision = self.router.decide(subject, counted, day)
        course = route(self.rules, {**subject.values, **counted}, day, TERMS)
        assert course.winner is not None
        assert course.winner.id == decision.rule
        verdicts = explain(self.rules, WORLD, subject, counted, day, FIELDS)
        assert [each.rule for each in verdicts if each.fate == "won"] == [decision.rule]
        prepared = [each.rule for each in verdicts if each.fate == "prepared"]
        assert prepared == list(decision.prepared)
        return decision


def _present(theory: Theory) -> None:
    symbols, no = theory.symbols, theory.solver.z3.Not
    theory.solver.add(*(texts.present for texts in symbols.texts.values()))
    theory.solver.add(*(no(elements.missing) for elements in symbols.lists.values()))
    for name, booleans in symbols.incoming.items():
        if not FIELDS[name].may_be_missing:
            classes = zip(booleans, symbols.domains[name].classes, strict=True)
            theory.solver.add(*(no(each) for each, known in classes if known.values == (None,)))


def _count(key: str, number: int, issue: Issue) -> int:
    """The issue itself counts; one that has nothing to be compared by is like no other."""
    alone = not issue.category if "category" in key else not issue.territory
    return 1 if alone or ("reporter" in key and issue.reporter.anonymous) else max(1, number)


def refuted(proof: Proof) -> set[str]:
    """The rules that the proof says something against."""
    return {rule for f in proof.findings if f.outcome == "refuted" for rule in f.rules}
