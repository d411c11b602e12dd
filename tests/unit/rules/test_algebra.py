"""The algebra over conditions: what it claims, the reference interpreter never contradicts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_engine.model.issue import Issue
from referral_engine.model.span import Span
from referral_engine.rules.algebra import Space
from referral_engine.rules.naive import holds
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import All, Any, Condition, HoursWindow, Not, Repeats, Season
from tests.strategies.rules import (
    FIELDS,
    PLACE,
    WORLD,
    answers,
    conditions,
    issues,
    leaf,
)

TERMS = Terms.of(WORLD, FIELDS)
_arrivals = st.lists(st.tuples(issues, answers), min_size=6, max_size=6)
Arrivals = list[tuple[Issue, dict[str, int]]]


def compare(one: Condition, other: Condition, arrivals: Arrivals) -> None:
    space = Space(WORLD, TERMS, (one, other))
    never, always = space.never(one), space.always(one)
    implied = space.implies(one, other)
    for issue, answered in arrivals:
        values = {**Subject.from_issue(issue, FIELDS).values, **answered}
        # Intake refuses an issue that says nothing.
        if "text" not in values:
            continue
        true = holds(one, values, TERMS)
        assert not (never and true)
        assert not (always and not true)
        assert not (implied and true and not holds(other, values, TERMS))


@given(conditions, conditions, _arrivals)
@settings(max_examples=150)
def test_what_is_claimed_holds(one: Condition, other: Condition, arrivals: Arrivals) -> None:
    compare(one, other, arrivals)


@pytest.mark.long
@given(conditions, conditions, _arrivals)
@settings(max_examples=2_000)
def test_what_is_claimed_holds_at_length(
    one: Condition, other: Condition, arrivals: Arrivals
) -> None:
    compare(one, other, arrivals)


def both(*parts: Condition) -> All:
    return All(parts, PLACE)


def either(*parts: Condition) -> Any:
    return Any(parts, PLACE)


def no(part: Condition) -> Not:
    return Not(part, PLACE)


def often(at_least: int) -> Repeats:
    return Repeats(("category",), Span(90, "d"), at_least, PLACE)


few, many = leaf("people", "lt", 30), leaf("people", "gte", 30)
night, evening = (
    leaf("received_at", "hours", HoursWindow(22 * 60, 6 * 60)),
    leaf("received_at", "hours", HoursWindow(18 * 60, 20 * 60)),
)
winter = leaf("received_at", "season", Season((11, 15), (3, 15)))
summer = leaf("received_at", "season", Season((6, 1), (8, 31)))

NEVER = [
    both(few, many),
    both(leaf("category", "under", "M"), leaf("category", "eq", "D01")),
    both(leaf("category", "under", "M04"), leaf("category", "at_level", "1")),
    both(leaf("territory", "eq", "620922101"), leaf("territory", "under", "620922100")),
    both(night, evening),
    both(winter, summer),
    both(leaf("received_at", "day", "workday"), leaf("received_at", "day", "holiday")),
    both(leaf("severity", "lte", 2), no(leaf("severity", "in", (1, 2, 3)))),
    leaf("severity", "gt", 4),
    both(leaf("text", "contains", "燃气泄漏"), no(leaf("text", "contains_any", ("燃气", "煤气")))),
    both(leaf("text", "contains", "燃气泄漏"), no(leaf("text", "matches", "燃气.{0,3}泄?漏"))),
    both(leaf("text", "eq", "燃气"), leaf("text", "contains", "泄漏")),
    both(leaf("tags", "has_any", ("欠薪", "群体性")), leaf("tags", "empty", True)),
    both(leaf("tags", "has_all", ("欠薪", "群体性")), no(leaf("tags", "has", "欠薪"))),
    both(often(5), no(often(3))),
    both(leaf("test.wait", "lt", Span(1, "h")), leaf("test.wait", "gt", Span(61, "m"))),
    both(leaf("category", "exists", False), leaf("category", "ne", "M")),
]
POSSIBLE = [
    both(leaf("text", "contains", "燃气"), leaf("text", "contains", "噪声")),
    both(leaf("text", "contains", "燃"), no(leaf("text", "matches", "^燃"))),
    no(leaf("category", "under", "M")),
    no(either(leaf("category", "ne", "M"), leaf("category", "eq", "M"))),
    both(leaf("territory", "under", "620922100"), leaf("territory", "ne", "620922100")),
    both(leaf("tags", "has", "欠薪"), leaf("tags", "has", "群体性")),
    both(leaf("test.wait", "gt", Span(1, "wd")), leaf("test.wait", "lt", Span(3, "wd"))),
]
ALWAYS = [
    either(few, many),
    either(leaf("sealed", "eq", True), leaf("sealed", "eq", False)),
    either(leaf("category", "exists", False), leaf("category", "exists", True)),
    leaf("severity", "between", (1, 4)),
    no(both(few, many)),
]


@pytest.mark.parametrize("condition", NEVER, ids=str)
def test_a_contradiction_is_seen(condition: Condition) -> None:
    assert Space(WORLD, TERMS, (condition,)).never(condition)


@pytest.mark.parametrize("condition", POSSIBLE, ids=str)
def test_what_may_be_is_no_contradiction(condition: Condition) -> None:
    assert not Space(WORLD, TERMS, (condition,)).never(condition)


@pytest.mark.parametrize("condition", ALWAYS, ids=str)
def test_what_says_nothing_is_seen(condition: Condition) -> None:
    assert Space(WORLD, TERMS, (condition,)).always(condition)


def test_several_together_cover_what_none_covers_alone() -> None:
    whole = leaf("severity", "exists", True)
    parts = [leaf("severity", "lte", 2), leaf("severity", "eq", 3), leaf("severity", "eq", 4)]
    space = Space(WORLD, TERMS, (whole, *parts))
    assert not any(space.implies(whole, part) for part in parts)
    assert space.implies(whole, either(*parts))


def test_what_is_too_large_is_left_open() -> None:
    """Sixteen choices of two are 65,536 cases: nothing is claimed of them."""
    words = [either(leaf("text", "contains", f"a{n}"), leaf("text", "contains", f"b{n}"))
             for n in range(16)]  # fmt: skip
    condition = both(*words, few, many)
    space = Space(WORLD, TERMS, (condition,))
    assert space.region(both(*words)) is None
    assert not space.implies(both(*words), both(*words, few))
