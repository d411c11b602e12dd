"""What every operator means, value by value; the words of rules.md."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from referral_engine.model.span import Span
from referral_engine.rules.closure import compile_condition
from referral_engine.rules.leaf import bind
from referral_engine.rules.naive import holds
from referral_engine.rules.operators import OPERATORS
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import HoursWindow, Not, Season
from tests.strategies.rules import FIELDS, PLACE, WORLD, leaf

TERMS = Terms.of(WORLD, FIELDS)
CHINA = timezone(timedelta(hours=8))
TOWN, VILLAGE, GRID = "620922100", "620922100001", "620922100001003"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


CASES = [
    ("channel", "eq", "app", {"app": True, "hotline": False}),
    ("channel", "ne", "app", {"app": False, "hotline": True}),
    ("channel", "in", ("app", "web"), {"app": True, "hotline": False}),
    ("channel", "not_in", ("app", "web"), {"app": False, "hotline": True}),
    ("channel", "exists", True, {"app": True, "": True}),
    ("channel", "exists", False, {"app": False}),
    ("severity", "gt", 2, {1: False, 2: False, 3: True}),
    ("severity", "gte", 2, {1: False, 2: True, 3: True}),
    ("severity", "lt", 2, {1: True, 2: False, 3: False}),
    ("severity", "lte", 2, {1: True, 2: True, 3: False}),
    ("severity", "between", (2, 3), {1: False, 2: True, 3: True, 4: False}),
    ("sealed", "eq", False, {False: True, True: False}),
    ("category", "under", "M04", {"M04": True, "M04a": True, "M": False, "Z9": False}),
    ("category", "under", "Z9", {"Z9": True, "M": False}),
    ("category", "at_level", "2", {"M04": True, "M": False, "M04a": False, "Z9": False}),
    ("territory", "under", TOWN, {TOWN: True, VILLAGE: True, GRID: True, "620922": False}),
    ("territory", "under", TOWN + "000", {VILLAGE: True, "620922101": False}),
    ("territory", "at_level", "township", {TOWN: True, TOWN + "000": True, VILLAGE: False}),
    ("territory", "at_level", "grid", {GRID: True, VILLAGE: False, "nowhere": False}),
    # An unlisted grid lies in its village, and is not that village.
    ("territory", "at_level", "village", {VILLAGE: True, VILLAGE + "999": False}),
    ("tags", "has", "a", {("a", "b"): True, ("b",): False, (): False}),
    ("tags", "has_any", ("a", "c"), {("a", "b"): True, ("b",): False}),
    ("tags", "has_all", ("a", "b"), {("b", "a"): True, ("a",): False}),
    ("tags", "empty", True, {(): True, ("a",): False}),
    ("tags", "empty", False, {(): False, ("a",): True}),
    ("text", "contains", "Ｇas", {"gas leak": True, "gal": False}),
    ("text", "contains_any", ("漏水", "停电"), {"楼上漏水，昨天停水": True, "停水": False}),
    ("text", "contains_all", ("漏", "水"), {"水管漏": True, "漏": False}),
    ("text", "eq", "ＧＡＳ", {"gas": True, "gas ": False}),
    ("text", "matches", "燃气.{0,6}(泄漏|漏气)", {"闻到燃气在泄漏": True, "燃气费": False}),
    # The end is excluded, a window may cross midnight.
    ("received_at", "hours", HoursWindow(22 * 60, 6 * 60), {
        at("2026-09-30T21:59"): False, at("2026-09-30T22:00"): True,
        at("2026-10-01T05:59"): True, at("2026-10-01T06:00"): False,
    }),
    ("received_at", "hours", HoursWindow(9 * 60, 17 * 60), {
        at("2026-09-30T08:59"): False, at("2026-09-30T09:00"): True, at("2026-09-30T17:00"): False,
        # 01:30 in Greenwich is half past nine here.
        datetime(2026, 9, 30, 1, 30, tzinfo=UTC): True,
    }),
    ("received_at", "hours", HoursWindow(0, 24 * 60), {at("2026-09-30T23:59"): True}),
    # Both ends are included; a season may cross New Year, by the local day.
    ("received_at", "season", Season((11, 15), (3, 15)), {
        at("2026-11-14T23:59"): False, at("2026-11-15T00:00"): True, at("2027-01-01T00:00"): True,
        at("2027-03-15T23:59"): True, at("2027-03-16T00:00"): False,
        datetime(2026, 11, 14, 16, 0, tzinfo=UTC): True,
    }),
    ("received_at", "season", Season((6, 1), (8, 31)), {
        at("2026-05-31T12:00"): False, at("2026-06-01T00:00"): True, at("2026-08-31T23:59"): True,
    }),
    # The calendar swaps days: a Sunday worked, a weekday off.
    ("received_at", "day", "workday", {at("2026-09-30T12:00"): True, at("2026-09-20T12:00"): True}),
    ("received_at", "day", "holiday", {
        at("2026-10-01T12:00"): True, at("2026-09-19T12:00"): False,
    }),
    ("received_at", "day", "restday", {
        at("2026-09-19T12:00"): True, at("2026-09-21T12:00"): False,
    }),
    ("received_at", "gte", at("2026-01-01T00:00"), {
        datetime(2025, 12, 31, 16, tzinfo=UTC): True, datetime(2025, 12, 31, 15, tzinfo=UTC): False,
    }),
    # A bare day means the local day, whole.
    ("received_at", "lte", date(2026, 1, 1), {
        at("2026-01-01T23:59"): True, at("2026-01-02T00:00"): False,
    }),
    ("received_at", "between", (date(2026, 1, 1), date(2026, 1, 2)), {
        at("2025-12-31T23:59"): False, at("2026-01-02T23:59"): True, at("2026-01-03T00:00"): False,
    }),
    ("test.wait", "eq", Span(60, "m"), {Span(1, "h"): True, Span(61, "m"): False}),
    ("test.wait", "gt", Span(1, "d"), {Span(25, "h"): True, Span(24, "h"): False}),
    ("test.wait", "gte", Span(2, "wd"), {Span(2, "wd"): True, Span(1, "wd"): False}),
    # Which of three days and two working days is longer depends on the day.
    ("test.wait", "gt", Span(2, "wd"), {Span(3, "d"): False}),
    ("test.wait", "lt", Span(2, "wd"), {Span(3, "d"): False}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "operator", "operand", "values"), CASES)
def test_an_operator_means_what_it_says(
    field: str, operator: str, operand: Any, values: dict[Any, bool]
) -> None:
    asked = leaf(field, operator, operand)
    for value, expected in values.items():
        subject = Subject({field: value})
        assert holds(asked, subject.values, TERMS) is expected, value
        assert compile_condition(asked, WORLD, FIELDS)(subject) is expected, value


def test_every_operator_of_the_language_has_its_case() -> None:
    assert {operator for _field, operator, _operand, _values in CASES} == set(OPERATORS)


@pytest.mark.parametrize(("field", "operator", "operand", "_values"), CASES)
def test_a_missing_field_makes_every_leaf_false_but_exists_false(
    field: str, operator: str, operand: Any, _values: dict[Any, bool]
) -> None:
    asked = leaf(field, operator, operand)
    expected = operator == "exists" and operand is False
    nothing = Subject({})
    assert holds(asked, nothing.values, TERMS) is expected
    assert compile_condition(asked, WORLD, FIELDS)(nothing) is expected
    # `not` is plain negation of the result, also where the field is missing.
    assert compile_condition(Not(asked, PLACE), WORLD, FIELDS)(nothing) is not expected


def test_an_unknown_operator_is_refused_with_its_place() -> None:
    with pytest.raises(ValueError, match=r"rules/routing/test.yaml:3:5: unknown operator 'lik'"):
        bind(leaf("channel", "lik", "app"), TERMS)
