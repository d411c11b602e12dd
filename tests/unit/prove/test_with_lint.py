"""What lint says with certainty of a rule is proved, and the other way round where it can know."""

from __future__ import annotations

from importlib import import_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from referral_engine.model.target import Target
from referral_engine.rules.names import Names
from referral_engine.rules.ruleset import Loaded, in_order
from referral_engine.rules.tree import (
    All,
    Any,
    Category,
    Condition,
    Not,
    Refer,
    RoutingEffects,
    RoutingRule,
    RoutingTable,
    RuleSet,
)
from tests.strategies.rules import FIELDS, PLACE, WORLD, leaf, rule_set, rule_sets
from tests.unit.prove.agreeing import CATEGORIES, COUNTY, Proofs, refuted

pytest.importorskip("referral_engine.rules.lint.shadowed", reason="lint compares no rules yet")
survey = import_module("referral_engine.rules.survey")

_plain = st.one_of(
    st.builds(leaf, st.just("people"), st.sampled_from(("gt", "gte", "lt", "lte", "eq")),
              st.integers(2, 6)),
    st.builds(leaf, st.just("category"), st.sampled_from(("under", "eq")),
              st.sampled_from(sorted(CATEGORIES))),
    st.builds(leaf, st.just("territory"), st.just("under"),
              st.sampled_from(("620922", "620922100", "620922101"))),
    st.builds(leaf, st.just("channel"), st.sampled_from(("eq", "ne")),
              st.sampled_from(("app", "hotline"))),
    st.builds(leaf, st.just("reporter_anonymous"), st.just("eq"), st.booleans()),
    st.builds(leaf, st.just("text"), st.just("contains"),
              st.sampled_from(("燃气", "泄漏", "漏", "噪声"))),
    st.builds(leaf, st.just("tags"), st.just("has"), st.sampled_from(("夜间", "欠薪"))),
)  # fmt: skip
_joined: st.SearchStrategy[Condition] = st.recursive(
    _plain,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: All(tuple(parts), PLACE)),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts), PLACE)),
        inner.map(lambda part: Not(part, PLACE)),
    ),
    max_leaves=3,
)
_conditions: st.SearchStrategy[Condition | None] = st.none() | _joined
_EFFECTS = RoutingEffects(refer=Refer(Target(unit="housing")))


def _table(conditions: list[Condition | None]) -> RuleSet:
    rules = tuple(
        RoutingRule(f"r{number}", "", when, _EFFECTS, PLACE)
        for number, when in enumerate(conditions)
    )
    default = RoutingRule("default", "", None, _EFFECTS, PLACE)
    return rule_set(RoutingTable("a.yaml", 100, "first", None, rules, default))


_tables = st.lists(_conditions, min_size=2, max_size=7).map(_table)


def looked_at(rules: RuleSet):  # type: ignore[no-untyped-def]
    names = Names(org=WORLD.org, units=dict.fromkeys(COUNTY.units, ""), zone=COUNTY.zone)
    declared = {code: Category(code, parent) for code, parent in CATEGORIES.items()}
    routing = in_order(list(rules.routing))  # as the loader hands them out
    return survey.Survey(
        Loaded(replace(rules, routing=routing, categories=declared), names), FIELDS
    )


def reported(rules: RuleSet, code: str) -> set[str]:
    """The rules of which this lint rule says something."""
    check = import_module(f"referral_engine.rules.lint.{code}").check
    return {fault.rule for fault in check(looked_at(rules))}


def never_first(rules: RuleSet) -> set[str]:
    """The rules that by lint are none that wins: shadowed, or never true as a whole; a part that is
    never true is reported too and need not matter.
    """
    seen = looked_at(rules)
    never = {rule for rule, condition in seen.loaded.conditions() if seen.space.never(condition)}
    assert never <= reported(rules, "contradiction") | reported(rules, "tautology")
    return never | reported(rules, "shadowed")


@given(rule_sets())
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
def test_a_rule_that_lint_calls_shadowed_is_proved_unreachable(rules: RuleSet) -> None:
    """Lint takes a field for present that is not declared as one that may be missing."""
    assert reported(rules, "shadowed") <= refuted(Proofs(rules, present=True).reach)


def test_a_word_and_what_denies_it_leave_nothing() -> None:
    word = leaf("text", "contains", "漏")
    assert reported(_table([word, Not(word, PLACE), None]), "shadowed") == {"r2"}
    other = leaf("text", "contains", "噪声")
    assert reported(_table([other, Not(word, PLACE), None]), "shadowed") == set()


@given(_tables)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_in_plain_words_lint_reports_whatever_is_proved_unreachable(rules: RuleSet) -> None:
    assert never_first(rules) == refuted(Proofs(rules).reach)


@pytest.mark.long
@given(_tables)
@settings(max_examples=1_000, suppress_health_check=[HealthCheck.too_slow])
def test_lint_and_proofs_agree_at_length(rules: RuleSet) -> None:
    assert never_first(rules) == refuted(Proofs(rules).reach)
