"""Kinds of case: which handler serves which referral."""

from __future__ import annotations

from typing import Any

import pytest

from referral_engine import Claim, Decline, Defer, Department, Handler, Handles, Referral, Reply
from tests.unit.plugins.offers import offered


@pytest.mark.parametrize(
    ("kind", "referral", "covered"),
    [
        ({}, {}, True),
        ({"category": "S02"}, {"category": "S02a"}, True),
        ({"category": "S02a"}, {"category": "S02"}, False),
        ({"category": "S02a"}, {"category": "S02b"}, False),
        ({"category": "D1"}, {"category": "D10"}, False),
        ({"category": "M"}, {"category": "M04d"}, True),
        ({"category": ("D01", "D02")}, {"category": "D02"}, True),
        ({"category": ""}, {"category": "D02"}, False),
        ({"path": "mediation"}, {"path": "mediation"}, True),
        ({"path": ("mediation",)}, {"path": "petition"}, False),
        ({"when": lambda r: r.people > 5}, {"people": 6}, True),
        ({"when": lambda r: r.people > 5}, {"people": 5}, False),
        ({"role": "support"}, {"role": "lead"}, False),
        ({"category": "S", "path": "mediation"}, {"category": "S01", "path": ""}, False),
        ({}, {"sealed": True}, False),
        ({"sealed": True}, {"sealed": True}, True),
    ],
)
def test_every_condition_given_must_hold(
    kind: dict[str, Any], referral: dict[str, Any], covered: bool
) -> None:
    assert Handles(**kind).covers(offered(**referral)) is covered


def test_the_first_handler_that_covers_it_serves_and_nothing_serves_a_sealed_one() -> None:
    department = Department("police", "公安", "1", grounds={"busy": "正忙"})

    @department.handles(category="S01")
    class One(Handler):
        def offered(self, referral: Referral) -> Reply:
            return Claim()

    @department.handles()
    class Two(Handler):
        def offered(self, referral: Referral) -> Reply:
            return Decline("busy")

    assert department.answer("offered", offered(category="S01"), {}) == Claim()
    assert department.answer("offered", offered(category="D01"), {}) == Decline("busy")
    assert department.answer("offered", offered(category="S01", sealed=True), {}) == Defer()
    assert department.answer("offered", offered(bound=True), {}) == Defer()
    assert department.profile().kinds == ("S01", "any")


def test_a_class_that_is_no_handler_is_refused_where_it_stands() -> None:
    department = Department("police", "公安", "1")
    with pytest.raises(TypeError, match="not a subclass"):

        @department.handles()  # type: ignore[type-var]
        class Wrong:
            pass


def test_a_handler_that_overrides_nothing_leaves_everything_to_people() -> None:
    department = Department("police", "公安", "1")
    department.handles()(Handler)
    assert department.answer("offered", offered(), {}) == Defer()
    others = ("work", "withdraw", "returned")
    assert [department.answer(verb, offered(), {}) for verb in others] == [None] * 3  # type: ignore[arg-type]
    assert department.answer("escalated", offered(), {"effect": "remind"}) is None
    assert department.answer("conference", offered(), {"conference": "C1-C1"}) is None
