"""What inference means, told on small rules and held by both backends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from referral_engine.errors import Faulty
from referral_engine.model.target import Target
from referral_engine.rules.infer import (
    Backend,
    Inference,
    InferenceBroken,
    Inferred,
    check_stratified,
)
from referral_engine.rules.infer.durable import durable_available
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    Effective,
    EscalationEffects,
    EscalationRule,
    EscalationTable,
    Leaf,
    Not,
    Occasion,
    Value,
)
from tests.strategies.escalation import COUNTY, HERE, Tables, leaf, rule, table
from tests.unit.rules.durable_hazards import raw

ROOT = Path(__file__).resolve().parents[3]
Ask = Callable[..., Inferred]

REPORT_80, CLAIM_DUE = Occasion("report", 0.8), Occasion("claim", 1.0)


@pytest.fixture(
    params=[
        "fixpoint",
        pytest.param("durable", marks=pytest.mark.skipif(
            not durable_available(), reason="durable-rules is not installed")),
    ]
)  # fmt: skip
def ask(request: pytest.FixtureRequest) -> Ask:
    """Infers once, over these rules, by one of the backends."""
    backend: Backend = request.param

    def infer(
        tables: Tables,
        *now: Occasion,
        received_on: date | None = None,
        **case: Value,
    ) -> Inferred:
        with Inference(tables, COUNTY, backend) as inference:
            return inference.infer(case, now, received_on)

    return infer


def ids(found: Inferred) -> list[str]:
    return [one.rule_id for one in found.fired]


def has(flag: str) -> Leaf:
    return leaf("flags", "has", flag)


def without(flag: str) -> Not:
    return Not(has(flag), HERE)


def test_a_ladder_climbs_by_flags(ask: Ask) -> None:
    rules = table(
        rule("county", All((has("late"), has("repeat")), HERE), derive="county"),
        rule("late", leaf("overdue_h", "gte", 4), derive="late"),
        rule("repeat", leaf("returns", "gte", 2), derive="repeat"),
        rule("red", has("county")),
    )
    assert ask(rules, overdue_h=5, returns=2).flags == ("late", "repeat", "county")
    assert ids(ask(rules, overdue_h=5, returns=2)) == ["county", "late", "repeat", "red"]
    assert ids(ask(rules, overdue_h=5, returns=1)) == ["late"]


def test_flags_come_in_rounds_and_within_a_round_in_the_order_of_the_rules(ask: Ask) -> None:
    rules = table(
        rule("third", has("b"), derive="c", priority=1),
        rule("second", has("a"), derive="b", priority=2),
        rule("first", derive="a", priority=4),
        rule("also-first", derive="z", priority=3),
    )
    found = ask(rules)
    assert found.flags == ("z", "a", "b", "c")
    assert ids(found) == ["third", "second", "also-first", "first"]


def test_the_order_is_priority_then_rank_then_file_then_place(ask: Ask) -> None:
    def of(file: str, rank: int, *rules: EscalationRule) -> EscalationTable:
        return EscalationTable(file, rank, None, rules)

    found = ask((
        of("z.yaml", 50, rule("z1"), rule("z2")),
        of("b.yaml", 100, rule("b1"), rule("b2", priority=5)),
        of("a.yaml", 100, rule("a1")),
    ))  # fmt: skip
    assert ids(found) == ["b2", "z1", "z2", "a1", "b1"]


def test_a_rule_is_asked_on_its_occasions(ask: Ask) -> None:
    rules = table(
        rule("at-80", on=(REPORT_80,), derive="reminded"),
        rule("any-time", has("reminded")),
        rule("claim-or-decline", on=(CLAIM_DUE, Occasion("declined"))),
    )
    assert ids(ask(rules, REPORT_80)) == ["at-80", "any-time"]
    assert ids(ask(rules, Occasion("report", 1.0))) == []
    assert ids(ask(rules, CLAIM_DUE, Occasion("declined"))) == ["claim-or-decline"]
    assert ids(ask(rules)) == []


def test_a_table_has_a_guard(ask: Ask) -> None:
    rules = table(rule("one", leaf("people", "gte", 5)), when=leaf("category", "under", "D"))
    assert ids(ask(rules, people=5, category="D08a")) == ["one"]
    assert ids(ask(rules, people=5, category="S01")) == []
    assert ids(ask(rules, people=4, category="D08a")) == []


def test_a_rule_holds_for_cases_received_in_its_window(ask: Ask) -> None:
    window = Effective(date(2026, 9, 10), date(2026, 9, 25))
    rules = table(rule("one", effective=window))
    assert ids(ask(rules, received_on=date(2026, 9, 10))) == ["one"]
    assert ids(ask(rules, received_on=date(2026, 9, 25))) == []
    # The local day counts: 17:00 UTC is the next morning in the county.
    assert ids(ask(rules, received_at=datetime(2026, 9, 9, 17, tzinfo=UTC))) == ["one"]
    assert ids(ask(rules, received_at=datetime(2026, 9, 24, 17, tzinfo=UTC))) == []
    assert ids(ask(rules)) == []


def test_flags_from_before_count_and_are_not_told_again(ask: Ask) -> None:
    rules = table(
        rule("again", derive="late"),
        rule("next", All((has("late"), has("old")), HERE), derive="next"),
        rule("foreign", has("unheard-of")),
    )
    found = ask(rules, flags=("old", "late", "unheard-of"))
    assert found.flags == ("next",)
    assert ids(found) == ["again", "next", "foreign"]


def test_a_flag_is_derived_once_by_many(ask: Ask) -> None:
    rules = table(rule("one", derive="late"), rule("two", derive="late"), rule("read", has("late")))
    found = ask(rules)
    assert (found.flags, ids(found)) == (("late",), ["one", "two", "read"])


def test_flags_can_turn_in_a_circle_only_if_something_starts_it(ask: Ask) -> None:
    rules = table(
        rule("a", has("b"), derive="a"),
        rule("b", has("a"), derive="b"),
        rule("start", leaf("people", "gte", 5), derive="a"),
    )
    assert ids(ask(rules, people=1)) == []
    assert ids(ask(rules, people=5)) == ["a", "b", "start"]


def test_absence_is_read_when_nothing_can_derive_the_flag_any_more(ask: Ask) -> None:
    rules = table(
        rule("calm", without("late"), derive="calm", priority=1),
        rule("very-calm", All((has("calm"), without("county")), HERE), priority=2),
        rule("late", has("claim-late"), derive="late"),
        rule("claim-late", leaf("overdue_h", "gt", 0), derive="claim-late"),
        rule("county", has("late"), derive="county"),
    )
    assert ids(ask(rules, overdue_h=1)) == ["late", "claim-late", "county"]
    found = ask(rules, overdue_h=0)
    assert (found.flags, ids(found)) == (("calm",), ["calm", "very-calm"])


def test_any_flag_at_all(ask: Ask) -> None:
    rules = table(
        rule("none", leaf("flags", "empty", True)),
        rule("some", leaf("flags", "empty", False)),
        rule("late", leaf("overdue_h", "gt", 0), derive="late"),
    )
    assert ids(ask(rules, overdue_h=1)) == ["some", "late"]
    assert ids(ask(rules, overdue_h=0)) == ["none"]
    assert ids(ask(rules, overdue_h=0, flags=("old",))) == ["some"]


def test_a_missing_field_fails_every_leaf_and_not_turns_that_round(ask: Ask) -> None:
    rules = table(
        rule("ne", leaf("overdue_h", "ne", 4)),
        rule("not-eq", Not(leaf("overdue_h", "eq", 4), HERE)),
        rule("not-between", Not(leaf("overdue_h", "between", (1, 2)), HERE)),
        rule("missing", leaf("overdue_h", "exists", False)),
    )
    assert ids(ask(rules)) == ["not-eq", "not-between", "missing"]
    assert ids(ask(rules, overdue_h=4)) == ["not-between"]
    assert ids(ask(rules, overdue_h=1.5)) == ["ne", "not-eq"]


@pytest.mark.parametrize("width", [3, 40])
def test_wide_alternatives(ask: Ask, width: int) -> None:
    """Beyond a few alternatives what reads no flag becomes a truth of ours."""
    pairs = tuple(
        Any((leaf("people", "eq", n), leaf("overdue_h", "eq", n), has("late")), HERE)
        for n in (1, 1, 2, 2)
    ) + tuple(Any((leaf("people", "lt", n), leaf("returns", "eq", 1)), HERE) for n in range(width))
    rules = table(rule("wide", All(pairs, HERE)), rule("late", has("x"), derive="late"))
    assert ids(ask(rules, people=1, overdue_h=2, returns=1)) == ["wide"]
    assert ids(ask(rules, people=1, overdue_h=3, returns=1)) == []
    assert ids(ask(rules, people=1, overdue_h=3, returns=1, flags=("x",))) == ["wide", "late"]


def too_wide() -> Tables:
    derive = [rule(f"r{n}", has("x"), derive=f"f{n}") for n in range(20)]
    pairs = tuple(Any((has(f"f{n}"), has(f"f{n + 1}")), HERE) for n in range(0, 20, 2))
    return table(*derive, rule("wide", All(pairs, HERE)))


def test_a_condition_too_wide_over_flags_goes_to_the_fixpoint() -> None:
    with Inference(too_wide(), COUNTY) as inference:
        assert inference.backend_name == "fixpoint"
        assert ids(inference.infer({"flags": ("x",)}, ()))[-1] == "wide"
    if durable_available():
        assert "`wide`" in inference.standing_in
        with pytest.raises(InferenceBroken, match="`wide`"):
            Inference(too_wide(), COUNTY, "durable")


def test_effects_are_handed_over_whole(ask: Ask) -> None:
    effects = EscalationEffects(derive="late", remind=(Target(relative="township"),))
    one = EscalationRule("one", "一", (), None, effects, HERE)
    [found] = ask(table(one)).fired
    assert found.effects == effects


def test_no_rules_at_all(ask: Ask) -> None:
    assert ask((), REPORT_80, people=5).fired == ()


def test_the_case_is_left_as_it_was(ask: Ask) -> None:
    case: dict[str, Value] = {"people": 5, "flags": ("old",)}
    ask(table(rule("one", derive="new")), **case)
    assert case == {"people": 5, "flags": ("old",)}


class TestStratification:
    def test_a_flag_from_its_own_absence(self) -> None:
        rules = table(rule("odd", without("late"), derive="late"))
        [fault] = check_stratified(rules)
        assert (fault.code, fault.rule, fault.place) == ("FLAG_CIRCLE", "odd", HERE)
        with pytest.raises(Faulty):
            Inference(rules, COUNTY)

    def test_a_circle_over_several_rules_names_the_absence(self) -> None:
        rules = table(
            rule("a", has("c"), derive="a"),
            rule("b", has("a"), derive="b"),
            rule("c", without("b"), derive="c"),
            rule("beside", without("b"), derive="d"),
        )
        assert [fault.rule for fault in check_stratified(rules)] == ["c"]

    def test_a_guard_counts(self) -> None:
        rules = table(rule("a", derive="a"), when=without("a"))
        assert [fault.rule for fault in check_stratified(rules)] == ["a"]

    def test_reading_every_flag_while_deriving_one(self) -> None:
        rules = table(rule("a", leaf("flags", "empty", True), derive="a"))
        assert [fault.rule for fault in check_stratified(rules)] == ["a"]

    @pytest.mark.parametrize(
        "when",
        [
            without("unheard-of"),
            Not(without("a"), HERE),
            leaf("flags", "exists", True),
            Not(leaf("flags", "has_any", ("x", "y")), HERE),
        ],
    )
    def test_what_is_no_circle(self, when: Condition) -> None:
        assert check_stratified(table(rule("a", when, derive="a"))) == []


@pytest.mark.skipif(not durable_available(), reason="durable-rules is not installed")
def test_memory_stays_flat() -> None:
    """In a process of its own, where the peak is ours: 3,000 cases of sixty facts would leak 10 MB
    if facts stayed, 60 loads twice that if rulesets did."""
    code = f"""
import resource, sys; sys.path.insert(0, {str(ROOT)!r})
from tests.strategies.escalation import COUNTY, leaf, rule, table
from referral_engine.rules.infer import Inference
links = [rule("r0", leaf("people", "gte", 1), derive="f0")]
for n in range(1, 60):
    links.append(rule(f"r{{n}}", leaf("flags", "has", f"f{{n - 1}}"), derive=f"f{{n}}"))
def peak(loads, cases):
    for _ in range(loads):
        with Inference(table(*links), COUNTY, "durable") as inference:
            for n in range(cases):
                inference.infer({{"people": n % 2, "channel": f"channel-{{n}}"}}, ())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
peak(5, 5); before = peak(1, 300)
peak(60, 2); print(peak(1, 3_000) - before)"""
    failed, grown_kib = raw(code)
    assert failed == 0, grown_kib
    assert int(grown_kib) < 4_096
