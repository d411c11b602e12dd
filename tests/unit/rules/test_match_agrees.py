"""The compiled matcher does what the reference interpreter does, on anything."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_engine.model.issue import Issue
from referral_engine.rules import words
from referral_engine.rules.closure import close
from referral_engine.rules.explain import explain, first_failure, told
from referral_engine.rules.match import Router
from referral_engine.rules.naive import holds, route
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import Condition, RuleSet
from tests.strategies.rules import DAYS, FIELDS, WORLD, answers, conditions, issues, rule_sets

TERMS = Terms.of(WORLD, FIELDS)
_arrivals = st.lists(st.tuples(issues, answers, DAYS), min_size=12, max_size=12)
Arrivals = list[tuple[Issue, dict[str, int], date]]


def compare(rules: RuleSet, arrivals: Arrivals) -> None:
    router = Router(rules, WORLD, FIELDS)
    for issue, answered, day in arrivals:
        subject = Subject.from_issue(issue, FIELDS)
        course = route(rules, {**subject.values, **answered}, day, TERMS)
        decision = router.decide(subject, answered, day)
        assert course.winner is not None
        assert decision.rule == course.winner.id
        assert decision.effects == course.winner.effects
        assert decision.matched == tuple(rule.id for rule in course.matched)
        prepared = course.prepared
        assert decision.prepared == prepared.rules
        assert (decision.values, decision.tags) == (prepared.values, prepared.tags)
        assert (decision.path, decision.seal) == (prepared.path, prepared.seal)
        assert (decision.link, decision.overruled) == (prepared.link, prepared.overruled)
        first = router.decide(subject, answered, day, first_only=True, trace=False)
        assert (first.rule, first.matched) == (decision.rule, decision.matched[:1])
        # Asking only what the router asks for must be enough.
        asked = {question.key for question in router.questions(subject)}
        few = {key: answer for key, answer in answered.items() if key in asked}
        assert router.decide(subject, few, day) == decision


@given(rule_sets(), _arrivals)
@settings(max_examples=30)
def test_a_router_decides_as_the_reference_interpreter(rules: RuleSet, arrivals: Arrivals) -> None:
    compare(rules, arrivals)


@given(rule_sets(), _arrivals)
@settings(max_examples=25)
def test_texts_read_in_one_pass_decide_as_the_reference_interpreter(
    rules: RuleSet, arrivals: Arrivals
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "_ROWS_A_PASS", -1_000)
        patch.setattr(words, "_ROWS_A_KNOWN_PASS", -1)
        compare(rules, arrivals)


@given(rule_sets(), _arrivals)
@settings(max_examples=30)
def test_a_course_in_compact_form_tells_what_the_reference_interpreter_explains(
    rules: RuleSet, arrivals: Arrivals
) -> None:
    router = Router(rules, WORLD, FIELDS)
    for issue, answered, day in arrivals:
        subject = Subject.from_issue(issue, FIELDS)
        course = router.trace(subject, answered, day)
        assert told(rules, course, TERMS) == explain(rules, WORLD, subject, answered, day, FIELDS)
        decision = router.decide(subject, answered, day)
        assert course.matched == decision.matched
        prepared = course.prepared
        assert (prepared.rules, prepared.values) == (decision.prepared, decision.values)


@pytest.mark.long
@given(rule_sets(), _arrivals)
@settings(max_examples=800)
def test_a_router_decides_as_the_reference_interpreter_at_length(
    rules: RuleSet, arrivals: Arrivals
) -> None:
    compare(rules, arrivals)


@pytest.mark.matrix
@pytest.mark.long
@given(rule_sets(), _arrivals)
@settings(max_examples=10_000)
def test_a_router_decides_as_the_reference_interpreter_before_a_release(
    rules: RuleSet, arrivals: Arrivals
) -> None:
    compare(rules, arrivals)


@given(conditions, st.lists(issues, min_size=8, max_size=8), answers)
@settings(max_examples=60)
def test_closures_and_failures_agree_with_the_reference_interpreter(
    condition: Condition, arrived: list[Issue], answered: dict[str, int]
) -> None:
    check = close(condition, TERMS)
    for issue in arrived:
        values = {**Subject.from_issue(issue, FIELDS).values, **answered}
        expected = holds(condition, values, TERMS)
        assert check(values) is expected
        assert (first_failure(condition, values, TERMS) is None) is expected


@given(rule_sets(), issues, answers, DAYS)
@settings(max_examples=40)
def test_explanations_give_every_rule_the_fate_it_had(
    rules: RuleSet, issue: Issue, answered: dict[str, int], day: date
) -> None:
    subject = Subject.from_issue(issue, FIELDS)
    decision = Router(rules, WORLD, FIELDS).decide(subject, answered, day)
    verdicts = explain(rules, WORLD, subject, answered, day, FIELDS)
    fates = {verdict.rule: verdict.fate for verdict in verdicts}
    assert len(fates) == len(verdicts)
    assert [rule for rule, fate in fates.items() if fate == "won"] == [decision.rule]
    true = [rule for rule, fate in fates.items() if fate in ("won", "true") and rule != "default"]
    assert tuple(true) == decision.matched
    assert tuple(rule for rule, fate in fates.items() if fate == "prepared") == decision.prepared
    for verdict in verdicts:
        assert (verdict.failure is not None) is (verdict.fate in ("failed", "guarded"))
