"""What the three proofs about routing say of small rule sets."""

from __future__ import annotations

from datetime import date

import pytest

from referral_engine.prove.candidates import County
from referral_engine.prove.report import Finding, Proof
from referral_engine.prove.routing import RoutingProofs
from referral_engine.prove.solver import Budget, Solver
from referral_engine.prove.theory import Theory
from referral_engine.prove.witness import Matcher
from referral_engine.rules.load import load_sources
from referral_engine.rules.match import Router
from referral_engine.rules.terms import Terms
from tests.strategies.rules import TERRITORIES, WORLD

CATEGORIES = (
    "kind: categories\ncategories: {M: 市容, M04: 噪声, M04a: 工业噪声, S: 安全, S03: 险情}\n"
)
DEFAULT = 'default: {refer: {lead: "@township"}}\n'


def routing(rules: str, *, rank: int = 100, hit: str = "first", more: str = DEFAULT) -> str:
    return f"kind: routing\nrank: {rank}\nhit: {hit}\nrules:\n{rules}{more}"


def rule(id: str, when: str, effect: str = "refer: {lead: police}") -> str:
    return f"  - {{id: {id}, name: {id}, when: {when}, {effect}}}\n"


def proofs(*tables: str, seconds: float = 60) -> RoutingProofs:
    sources = {f"{number}.yaml": text for number, text in enumerate((*tables, CATEGORIES))}
    rules = load_sources(sources)
    terms = Terms.of(WORLD)
    county = County(
        categories=tuple(rules.categories),
        territories=tuple(each.code for each in TERRITORIES),
        units=("police", "housing"),
        zone=WORLD.calendar.zone,
        today=date(2026, 1, 1),
    )
    solver = Solver(Budget(seconds))
    router = Router(rules, WORLD)
    matcher = Matcher(rules, router, terms.fields, lambda code: code[:9])
    return RoutingProofs(Theory(rules, terms, county, solver), matcher)


def only(proof: Proof) -> Finding:
    (finding,) = proof.findings
    return finding


# -- every cell is covered --------------------------------------------------------------------
def test_cells_that_only_the_default_catches_are_listed() -> None:
    covered = "{any: [{category: {under: M}}, {category: {exists: false}}]}"
    made = proofs(routing(rule("a", covered) + rule("b", "{territory: {under: '620922100'}}")))
    proof = made.coverage()
    assert proof.outcome == "refuted"
    assert {c for f in proof.findings for c in f.categories} == {"S", "S03"}
    assert {t for f in proof.findings for t in f.territories} == {"", "620922", "620922101"}
    assert all("rule: default" in finding.test for finding in proof.findings)


def test_what_is_left_to_the_default_on_purpose_is_covered() -> None:
    marked = (
        'default: {refer: {lead: "@township"}, intended: {when: {category: {under: S}}, why: x}}\n'
    )
    rest = "{any: [{category: {under: M}}, {category: {exists: false}}]}"
    assert proofs(routing(rule("a", rest), more=marked)).coverage().outcome == "proved"
    less = proofs(routing(rule("a", "{category: {under: M}}"), more=marked)).coverage()
    assert only(less).categories == ("",)


def test_the_mark_is_asked_of_the_issue_as_it_was_prepared() -> None:
    marked = 'default: {refer: {lead: "@township"}, intended: {when: {tags: {has: t}}, why: x}}\n'
    prepare = routing(rule("p", "{category: {under: M}}", "tag: t"), rank=1, hit="all", more="")
    rest = "{any: [{category: {under: S}}, {category: {exists: false}}]}"
    assert proofs(prepare, routing(rule("a", rest), more=marked)).coverage().outcome == "proved"


# -- every rule can win -----------------------------------------------------------------------
def test_a_rule_that_contradicts_itself_never_wins() -> None:
    made = proofs(routing(rule("a", "{all: [{people: {gt: 3}}, {people: {lt: 4}}]}")))
    finding = only(made.reach())
    assert (finding.outcome, finding.rules) == ("refuted", ("a",))
    assert "makes it true" in finding.message


def test_a_rule_behind_others_that_take_all_never_wins() -> None:
    rules = rule("a", "{people: {gte: 5}}") + rule("b", "{people: {lt: 5}}")
    finding = only(proofs(routing(rules + rule("c", "{people: {eq: 3}}"))).reach())
    assert finding.rules == ("c",)
    assert "such as b" in finding.message


@pytest.mark.parametrize(
    ("first", "second", "reached"),
    [
        ("{contains: 气}", "{contains: 燃气}", False),  # a longer word holds the shorter
        ("{contains: 燃气}", "{contains: 气}", True),
        ("{matches: '气.?漏'}", "{contains: 燃气泄漏}", False),  # found within the word
        ("{matches: '^燃气'}", "{contains: 燃气}", True),  # unless it matters where
        ("{contains_any: [停水, 没水]}", "{matches: '(停|没)水'}", False),
        ("{contains: 停}", "{matches: '停.{0,3}水'}", False),  # which cannot do without it
        ("{exists: true}", "{contains: 水}", False),
        ("{contains: K歌}", "{contains: k歌厅}", False),  # folded alike
    ],
)
def test_what_is_certain_of_words_is_known(first: str, second: str, reached: bool) -> None:
    made = proofs(routing(rule("a", f"{{text: {first}}}") + rule("b", f"{{text: {second}}}")))
    assert ("b" in made.reach().witnesses) is reached


def test_words_that_cannot_be_written_are_not_decided() -> None:
    """RE2 knows this class of letters, we write no example of it."""
    finding = only(proofs(routing(rule("a", r"{text: {matches: '\p{Greek}'}}"))).reach())
    assert (finding.outcome, finding.test) == ("undecided", "")
    assert "words" in finding.message


def test_a_missing_field_makes_every_leaf_false_but_one() -> None:
    none = rule("a", "{category: {exists: false}}")
    either = "{any: [{category: {eq: S}}, {category: {ne: S}}]}"
    assert proofs(routing(none + rule("b", either))).coverage().outcome == "proved"
    not_s = "{not: {category: {eq: S}}}"
    finding = only(proofs(routing(rule("c", not_s) + none)).reach())
    assert finding.rules == ("a",)


def test_what_tables_before_have_prepared_is_what_rules_read() -> None:
    """The first to speak is heard, and only what came in before the table is read."""
    prepare = routing(
        rule("p", "{category: {eq: S03}}", "set: {category: M04}")
        + rule("q", "{category: {under: S}}", "set: {category: M04a}")
        + rule("r", "{category: {eq: M04a}}", "path: service"),
        rank=1, hit="all", more="",
    )  # fmt: skip
    decide = routing(
        rule("a", "{category: {under: S}}")
        + rule("b", "{all: [{category: {eq: M04a}}, {path: {exists: false}}]}")
        + rule("c", "{all: [{category: {eq: M04}}, {path: {exists: true}}]}")
        + rule("d", "{category: {under: M}}")
    )
    proof = proofs(prepare, decide).reach()
    assert {f.rules[0] for f in proof.findings} == {"a", "c"}
    assert proof.witnesses["b"].witness.issue.category == "S"


def test_a_rule_is_reached_on_a_day_on_which_it_is_in_force() -> None:
    window = "effective: {from: 2026-05-01, until: 2026-05-02}"
    night = "{received_at: {hours: '22:00-06:00'}}"
    made = proofs(routing(rule("a", night, f"{window}, refer: {{lead: police}}"))).reach()
    received = made.witnesses["a"].witness.issue.received_at
    assert (received.month, received.day) == (5, 1)
    assert received.hour >= 22 or received.hour < 6


def test_history_is_made_of_earlier_issues() -> None:
    asked = "{repeats: {same: [category, territory], within: 30d, at_least: 3}}"
    shown = proofs(routing(rule("a", asked))).reach().witnesses["a"]
    assert len(shown.witness.earlier) == 2
    assert shown.rule == "a"


# -- no two of one rank are at odds -----------------------------------------------------------
def test_two_tables_of_one_rank_that_say_different_things() -> None:
    first = routing(rule("a", "{category: {under: M}}"), more="")
    second = routing(rule("b", "{people: {gt: 9}}", "refer: {lead: housing}"))
    finding = only(proofs(first, second).agreement())
    assert finding.rules == ("a", "b")
    assert "matched: [a, b]" in finding.test
    assert proofs(first, second.replace("rank: 100", "rank: 200")).agreement().checked == 0
    same = routing(rule("b", "{people: {gt: 9}}"))
    assert proofs(first, same).agreement().outcome == "proved"
    apart = routing(rule("b", "{category: {under: S}}", "refer: {lead: housing}"))
    assert proofs(first, apart).agreement() == Proof(
        name="agreement", checked=1, summary="pairs of rules in tables of one rank: 1"
    )


# -- time -------------------------------------------------------------------------------------
def test_without_time_nothing_is_claimed() -> None:
    made = proofs(routing(rule("a", "{category: {under: M}}")), seconds=0)
    assert [p.outcome for p in (made.coverage(), made.reach())] == ["undecided", "undecided"]


def test_without_a_table_that_decides_nothing_is_covered() -> None:
    prepare = routing(rule("p", "{category: {under: M}}", "tag: t"), hit="all", more="")
    assert proofs(prepare).coverage().outcome == "refuted"
