"""No value that an issue may bring is forgotten: each has a class in which all conditions agree."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from referral_engine.model.issue import Issue
from referral_engine.prove.candidates import candidates, moments
from referral_engine.prove.domains import Domain, predicates
from referral_engine.rules.naive import in_force
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import Condition, Effective, Leaf
from referral_engine.rules.walk import leaves
from tests.strategies.rules import DAYS, FIELDS, WORLD, conditions, issues, leaf
from tests.unit.prove.agreeing import COUNTY

TERMS = Terms.of(WORLD, FIELDS)
_windows = st.builds(Effective, st.none() | DAYS, st.none() | DAYS)


_crowds = st.builds(
    leaf, st.just("people"), st.sampled_from(("eq", "ne", "gt", "gte", "lt", "lte")),
    st.integers(1, 9),
) | st.builds(
    leaf, st.just("people"), st.just("between"), st.tuples(st.integers(1, 5), st.integers(5, 9))
)  # fmt: skip


def asked(several: list[Condition]) -> dict[str, list[Leaf]]:
    found: dict[str, list[Leaf]] = {}
    for condition in several:
        for each in leaves(condition):
            found.setdefault(each.field, []).append(each)
    return found


def _in_force(window: Effective, moment: datetime) -> bool:
    return in_force(window, WORLD.local(moment).date())


def _low(number: int | None) -> bool:
    return number is not None and number < 3


def _none(number: int | None) -> bool:
    return number is None


@given(
    st.lists(conditions | _crowds, min_size=1, max_size=6),
    st.lists(issues, min_size=10, max_size=10),
    st.lists(_windows, max_size=2),
)
@settings(max_examples=60)
def test_every_value_has_its_class(
    several: list[Condition], arrived: list[Issue], windows: list[Effective]
) -> None:
    for name, found in asked(several).items():
        field = FIELDS[name]
        if field.type in ("text", "list"):
            continue
        tests = predicates(found, TERMS)
        if name == "received_at":
            tests |= {window: partial(_in_force, window) for window in windows}
            named = [each.value for each in found if each.operator != "exists"]
            flat = [v for each in named for v in (each if isinstance(each, tuple) else (each,))]
            domain = Domain(tests, moments(flat, windows, COUNTY.zone, COUNTY.today))
        else:
            domain = Domain(tests, candidates(field, found, COUNTY))
        classes = {each.true for each in domain.classes}
        for issue in arrived:
            value = Subject.from_issue(issue, FIELDS).values.get(name)
            assert frozenset(key for key, test in tests.items() if test(value)) in classes


def test_a_class_is_known_by_its_values() -> None:
    domain = Domain({"low": _low, "none": _none}, [1, 2, 3, 4, None], [0])
    assert [each.admitted for each in domain.classes] == [(1, 2), (3, 4), (None,)]
    assert domain.where("low") == [domain.of(0)]
    assert domain.where("none") == [domain.of(None)]
