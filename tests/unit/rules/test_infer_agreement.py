"""durable-rules and the Python fixpoint find the same, whatever the rules and the case."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral_engine.rules.infer import Inference
from referral_engine.rules.infer.durable import durable_available
from tests.strategies.escalation import COUNTY, Size, occasions, sizes, subject, tables

pytestmark = pytest.mark.skipif(
    not durable_available(), reason="durable-rules is not installed: the fixpoint infers alone"
)

CASES = 20
seen: Counter[str] = Counter()


def agree(size: Size, seed: int) -> None:
    rng = random.Random(seed)
    rules = tables(rng, size)
    reference = Inference(rules, COUNTY, "fixpoint")
    with Inference(rules, COUNTY) as inference:
        assert inference.backend_name == "durable-rules", inference.standing_in
        for _ in range(CASES):
            case, now = subject(rng, size), occasions(rng)
            found = inference.infer(case, now)
            expected = reference.infer(case, now)
            assert (found.flags, found.fired) == (expected.flags, expected.fired)
            assert found.detour == ""
            seen.update(cases=1, fired=len(found.fired), chained=max(0, len(found.flags) - 1))


@settings(max_examples=250)
@given(size=sizes, seed=st.integers(0, 2**32))
def test_five_thousand_random_cases(size: Size, seed: int) -> None:
    agree(size, seed)


def test_the_random_cases_are_worth_their_time() -> None:
    seen.clear()
    for seed in range(20):
        agree(Size(rules=30, depth=2, flags=8), seed)
    assert seen["cases"] == 400
    assert seen["fired"] > 400
    assert seen["chained"] > 200


@pytest.mark.long
@settings(max_examples=5_000)
@given(size=sizes, seed=st.integers(0, 2**32))
def test_a_hundred_thousand_random_cases(size: Size, seed: int) -> None:
    agree(size, seed)
