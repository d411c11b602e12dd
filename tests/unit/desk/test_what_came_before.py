"""Near-duplicates, problems and incidents: linked by the engine, merged by people alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from referral_engine.errors import Refused
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.issue import Issue, Location, Reporter
from referral_engine.model.principal import ENGINE
from referral_engine.trial.box import Box
from tests.unit.desk.county import (
    CLERK,
    DAY,
    GRID,
    KEEPER,
    LEADER,
    START,
    VILLAGE,
    handled,
    issue,
    register,
)

LIFT = "三号楼电梯坏了三天一直没有人来修理"
SAME = "三号楼的电梯坏了三天一直没有人来修理，请尽快"
OTHER = "小区门口的路灯整夜不亮，老人走路摔倒"


def pair(box: Box, first: Issue, second: Issue) -> tuple[str, str]:
    return register(box, first), register(box, second)


def linked(box: Box, first: str, second: str) -> bool:
    """Whether both know of each other, by both cases and in the store's own table."""
    one, other = box.case(first), box.case(second)
    there, back = second in one.links, first in other.links
    with box.store.reading() as reader:
        both = second in reader.links(first) and first in reader.links(second)
    assert there == back == both
    return there


def at(address: str, text: str = "") -> Issue:
    return issue(text, location=Location(address=address))


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        (issue(LIFT), issue(SAME), True),
        (issue(LIFT), issue(LIFT), True),
        (issue(LIFT), issue(OTHER), False),
        (issue(LIFT), issue(SAME, category="D02"), False),
        (issue(LIFT), issue(SAME, received_at=START - 2 * DAY), True),
        (issue(LIFT), issue(SAME, category=""), False),
        (issue(LIFT), issue(SAME, territory=""), False),
        # Neither words nor address: a category and a village alone are no likeness.
        (issue(""), issue(""), False),
        (issue("坏了"), issue("坏了"), False),
        (at("幸福路3号"), at("幸福路3号"), True),
        (at("幸福路3号"), at("幸福路5号"), False),
        (at("幸福路3号", LIFT), at("幸福路3号", OTHER), False),
    ],
)
def test_what_is_alike_is_linked_both_ways(
    box: Box, first: Issue, second: Issue, alike: bool
) -> None:
    assert linked(box, *pair(box, first, second)) is alike


def test_what_lies_too_far_apart_is_not_linked(box: Box) -> None:
    code = register(box, issue(LIFT))
    box.advance_to(START + 3 * DAY + timedelta(seconds=1))
    assert not linked(box, code, register(box, issue(SAME, received_at=box.now())))


def test_the_engine_links_and_does_not_merge(box: Box) -> None:
    answer = (box.register(issue(LIFT), ENGINE), box.register(issue(SAME), ENGINE))
    assert [each.linked for each in answer] == [0, 1]
    box.settle()
    assert [box.case(each.case).state for each in answer] == ["assigned", "assigned"]


@pytest.mark.parametrize("sealed_first", [True, False])
def test_a_sealed_case_is_linked_with_none(box: Box, sealed_first: bool) -> None:
    accusing = issue(LIFT, category="X02", accused=("police",))
    plain = issue(LIFT, category="X02", territory=VILLAGE)
    order = (accusing, plain) if sealed_first else (plain, accusing)
    assert not linked(box, *pair(box, *order))


def test_one_that_is_sealed_before_the_link_arrives_stays_without_it(box: Box) -> None:
    first = register(box, issue(LIFT))
    box.register(issue(SAME), ENGINE)
    box.do(first, c.AddAccused(("police",), "举报"), CLERK)
    box.settle()
    assert box.case(first).sealed
    assert box.case(first).links == ()


def test_nobody_else_learns_of_a_link_to_what_was_sealed_later(box: Box) -> None:
    first, second = pair(box, issue(LIFT), issue(SAME))
    box.do(first, c.AddAccused(("police",), "举报"), CLERK)
    box.settle()
    assert box.view.case(second, LEADER).case.links == ()
    shown = box.view.history(second, LEADER)
    assert [x.body.code for x in shown if isinstance(x.body, e.Linked)] == [""]
    assert [x.seq for x in shown] == [x.seq for x in box.events(second)]
    assert box.view.case(first, KEEPER).case.links == (second,)


def test_a_sealed_case_is_merged_with_none(box: Box) -> None:
    first = register(box, issue(LIFT, category="X02"))
    second = register(box, issue(SAME))
    with pytest.raises(Refused) as into:
        box.do(second, c.Merge(first, "同一件事"), CLERK)
    with pytest.raises(Refused) as nowhere:
        box.do(second, c.Merge("no-such-case", "同一件事"), CLERK)
    assert str(into.value).replace(first, "no-such-case") == str(nowhere.value)


# -- problems ---------------------------------------------------------------------------------
def test_a_third_recurrence_in_90_days_is_a_problem_of_the_county(box: Box) -> None:
    first = handled(box, issue(LIFT))
    box.advance_to(START + 40 * DAY)
    second = handled(box, issue(LIFT, received_at=box.now()))
    assert not box.case(second).problem
    box.advance_to(START + 80 * DAY)
    third = register(box, issue(LIFT, received_at=box.now()))
    named = next(x.body for x in box.events(third) if isinstance(x.body, e.ProblemNamed))
    assert (named.owner, named.times) == ("centre", 3)
    for earlier in (first, second):
        case = box.case(earlier)
        assert (case.recurred, case.problem) == (True, box.case(third).problem)
        assert third in case.links
    with box.store.reading() as reader:
        assert reader.members(named.problem) == [first, second, third]


def test_an_earlier_one_still_open_is_linked_and_not_marked(box: Box) -> None:
    codes = []
    for day, text in enumerate((LIFT, OTHER, "楼顶漏水漏到三楼，墙皮都掉了")):
        box.advance_to(START + day * DAY)
        codes.append(register(box, issue(text, received_at=box.now())))
    assert box.case(codes[2]).problem
    assert not box.case(codes[0]).recurred
    assert codes[2] in box.case(codes[0]).links


def test_a_third_one_later_than_90_days_is_none(box: Box) -> None:
    handled(box, issue(LIFT))
    box.advance_to(START + 50 * DAY)
    handled(box, issue(LIFT, received_at=box.now()))
    box.advance_to(START + 91 * DAY)
    assert not box.case(register(box, issue(LIFT, received_at=box.now()))).problem


def test_a_whole_village_is_no_place_of_one_problem(box: Box) -> None:
    codes = [register(box, issue(f"第{n}件", territory=VILLAGE)) for n in range(4)]
    assert not any(box.case(code).problem for code in codes)


def test_sealed_cases_make_no_problem(box: Box) -> None:
    codes = [register(box, issue(LIFT, category="X02", territory=GRID)) for _ in range(4)]
    assert not any(box.case(code).problem for code in codes)


# -- incidents --------------------------------------------------------------------------------
def test_calls_about_one_event_join_one_incident(box: Box) -> None:
    texts = ("食堂吃完午饭上吐下泻", "孩子在学校食堂吃坏肚子", "同事吃了食堂的饭进了医院")
    codes = [register(box, issue(text, category="E01")) for text in texts]
    incidents = {box.case(code).incident for code in codes}
    assert incidents == {f"I{codes[0]}"}
    with box.store.reading() as reader:
        assert reader.members(incidents.pop()) == sorted(codes, key=codes.index)


def test_an_event_of_another_day_is_another_incident(box: Box) -> None:
    first = register(box, issue("食堂吃完午饭上吐下泻", category="E01"))
    box.advance_to(START + DAY + timedelta(seconds=1))
    later = register(box, issue("食堂吃完上吐下泻", category="E01", received_at=box.now()))
    assert box.case(first).incident != box.case(later).incident


@pytest.mark.parametrize(
    ("second", "joined"),
    [
        ({}, True),
        ({"territory": VILLAGE}, True),
        ({"received_at": START + 1095 * DAY}, True),
        ({"received_at": START + 1096 * DAY}, False),
        ({"reporter": Reporter("乙", "13900000002")}, False),
        ({"reporter": Reporter()}, False),
        ({"category": "D15"}, False),
    ],
)
def test_a_reporters_own_earlier_case_is_joined_where_a_rule_says_so(
    box: Box, second: dict[str, Any], joined: bool
) -> None:
    """Months later and in other words: only who it is, and about what, makes it the same."""
    given: dict[str, Any] = {"category": "X01", "reporter": Reporter("甲", "13900000001")}
    earlier = issue(LIFT, **given)
    later = issue(OTHER, **{**given, "received_at": START + 60 * DAY, **second})
    assert linked(box, *pair(box, earlier, later)) == joined


def test_an_own_case_that_is_sealed_is_joined_with_none(box: Box) -> None:
    given: dict[str, Any] = {"category": "X01", "reporter": Reporter("甲", "13900000001")}
    first = register(box, issue(LIFT, **given))
    box.do(first, c.AddAccused(("police",), "举报"), CLERK)
    box.settle()
    later = register(box, issue(OTHER, **{**given, "received_at": START + DAY}))
    assert not linked(box, first, later)
