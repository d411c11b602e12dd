"""Who sees what: full, masked or nothing at all, and every full look is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from referral_engine.desk import CaseFilter
from referral_engine.desk.acting import find_case
from referral_engine.errors import Refused
from referral_engine.flow.access import Sight
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.code import make_code
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.trial.box import Box
from tests.unit.desk.county import (
    ADMIN,
    AUDITOR,
    CALLER,
    CLERK,
    KEEPER,
    LEADER,
    OFFICER,
    POLICEMAN,
    START,
    by_name,
    handled,
    issue,
    lead,
    register,
)

NAME, PHONE, ADDRESS = "张三丰", "13800001234", "幸福路三号楼"
SEEN: dict[str, Any] = by_name(NAME, PHONE, ADDRESS)
VILLAGER = Principal("village", ("village_director",), "xiguan")
GRID_MEMBER = Principal("grid", ("grid_member",), "xiguan")


def reporter_of(box: Box, code: str) -> Principal:
    return Principal(box.case(code).reporter, ("reporter",))


def sight(box: Box, code: str, by: Principal) -> Sight:
    try:
        return box.view.case(code, by).sight
    except Refused as refused:
        if refused.code != "UNKNOWN_CASE":
            raise
        return "none"


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (OFFICER, "full"),
        (CLERK, "full"),
        (LEADER, "full"),
        (CALLER, "full"),
        (VILLAGER, "full"),
        (GRID_MEMBER, "masked"),
        (ADMIN, "masked"),  # though of the unit that holds the case
        (Principal("a", ("administrator",)), "masked"),
        (Principal("a", ("auditor",), "discipline"), "masked"),
        (POLICEMAN, "none"),
        (KEEPER, "none"),
        (Principal("somebody", ("reporter",)), "none"),
        (Principal("", ("reporter",)), "none"),
        (Principal("nobody", ()), "none"),
    ],
)
def test_how_much_each_role_sees(box: Box, by: Principal, expected: Sight) -> None:
    code = register(box, issue(**SEEN))
    assert sight(box, code, by) == expected


def test_the_reporter_sees_the_own_case_whole(box: Box) -> None:
    code = register(box, issue(**SEEN))
    shown = box.view.case(code, reporter_of(box, code))
    assert (shown.sight, shown.issue) == ("full", issue(**SEEN))


def test_whoever_was_merged_sees_the_matter_and_not_the_other_s_name(box: Box) -> None:
    first = register(box, issue(**SEEN))
    second = register(box, issue("三楼也停电", **by_name("李四", "13900005678")))
    other = reporter_of(box, second)
    box.do(second, c.Merge(first, "同一件事"), CLERK)
    box.settle()
    shown = box.view.case(first, other)
    assert shown.sight == "masked"
    assert NAME not in repr(shown)


def test_masked_eyes_get_no_name_no_number_no_place_and_no_remark(box: Box) -> None:
    code = register(box, issue(f"我是{NAME}，电话{PHONE}", **SEEN))
    box.do(code, c.Claim(lead(box, code).id), OFFICER)
    box.do(code, c.Contact(lead(box, code).id, "他说家里有人"), OFFICER)
    shown = box.view.case(code, GRID_MEMBER)
    assert shown.issue is not None
    assert (shown.issue.reporter.name, shown.issue.reporter.phone) == ("张**", "*******1234")
    assert set(shown.content.values()) == {"*** (6)"}
    assert not any(word in repr(shown) for word in (NAME, PHONE, ADDRESS, "家里有人"))
    with box.store.reading() as reader:
        assert reader.accesses(code) == []


def test_every_full_look_is_recorded_and_no_other(box: Box) -> None:
    code = register(box, issue(**SEEN))
    box.view.case(code, OFFICER, "call")
    box.view.case(code, OFFICER, full=False)
    box.view.case(code, ENGINE)
    box.view.history(code, CLERK)
    box.advance_to(START.replace(minute=5))
    box.view.case(lead(box, code).id, CLERK)
    with box.store.reading() as reader:
        looks = [(look.principal, look.purpose, look.at) for look in reader.accesses(code)]
    assert looks == [("officer", "call", START), ("clerk", "show", START.replace(minute=5))]


# -- sealed -----------------------------------------------------------------------------------
@pytest.fixture
def sealed(box: Box) -> str:
    """An accusation of somebody at the police, held by discipline."""
    code = register(box, issue("举报所长收钱", category="X02", accused=("police",), **SEEN))
    assert box.case(code).sealed
    return code


OTHERS = [ADMIN, AUDITOR, CALLER, CLERK, LEADER, OFFICER, POLICEMAN, VILLAGER]


@pytest.mark.parametrize("by", OTHERS, ids=lambda by: by.id)
def test_a_sealed_case_is_refused_in_the_words_of_one_that_is_not(
    box: Box, sealed: str, by: Principal
) -> None:
    unknown = make_code("620922", START.date(), 0)

    def said(id: str) -> list[str]:
        def do(command: c.Command, **how: Any) -> None:
            box.do(find_case(box.store, id).code, command, by, **how)

        asked: list[Callable[[], Any]] = [
            lambda: box.view.case(id, by),
            lambda: box.view.history(id, by),
            lambda: box.view.decision(id, by),
            lambda: do(c.StepUp()),
            lambda: do(c.Claim(f"{id}-1"), key="k"),
            lambda: do(c.Close(), happened_at=START.replace(year=2030)),
            lambda: do(c.Close(), happened_at=START.replace(year=2020)),
        ]
        return [_refusal(ask) for ask in asked]

    for id in (sealed, f"{sealed}-1"):
        nothing = id.replace(sealed, unknown)
        assert [line.replace(sealed, unknown) for line in said(id)] == said(nothing)


def _refusal(ask: Any) -> str:
    with pytest.raises(Refused) as caught:
        ask()
    return f"{caught.value.code}: {caught.value.message} {caught.value.next_step}"


def test_the_contact_and_the_reporter_see_it(box: Box, sealed: str) -> None:
    assert sight(box, sealed, KEEPER) == "full"
    assert sight(box, sealed, reporter_of(box, sealed)) == "full"


def test_lists_and_inboxes_are_silent_about_it(box: Box, sealed: str) -> None:
    shown = register(box, issue("楼道灯坏"))
    assert [line.code for line in box.view.cases(CLERK)] == [shown]
    assert [line.code for line in box.view.cases(KEEPER)] == [sealed]
    assert box.view.cases(CLERK, where=CaseFilter(sealed=True)) == []
    for unit in ("centre", "discipline", "housing", "police"):
        assert all(line.case == shown for line in box.view.inbox(unit, CLERK))


def test_a_list_is_as_long_as_if_there_were_no_sealed_cases(box: Box) -> None:
    for n in range(12):
        register(box, issue(f"第{n}件", category="X02" if n % 3 else "D02"))
    assert len(box.view.cases(CLERK, limit=3)) == 3
    assert len(box.view.cases(CLERK, limit=50)) == 4
    listed = [line.code for line in box.view.cases(CLERK, limit=50)]
    assert listed == sorted(
        (code for code in box.codes() if not box.case(code).sealed), reverse=True
    )  # all of one moment: by code


def test_an_inbox_of_nobody_is_refused(box: Box) -> None:
    with pytest.raises(Refused, match="NO_SUCH_UNIT"):
        box.view.inbox("nobody", CLERK)


# -- scores -----------------------------------------------------------------------------------
def called_back(box: Box) -> str:
    code = register(box, issue(**SEEN))
    part = lead(box, code).id
    for command in (c.Claim(part), c.Contact(part, "打过"), c.Report(part, "修好了")):
        box.do(code, command, OFFICER)
    box.do(code, c.Rate(contacted=True, resolved="yes", score=4, comment="还行吧"),
           reporter_of(box, code))  # fmt: skip
    box.do(code, c.Review(passed=True), LEADER)
    box.do(code, c.CallBack(reached=True, resolved="yes", score=5, comment="谢谢"), CALLER)
    return code


def scores(box: Box, code: str, by: Principal) -> tuple[object, ...]:
    shown = box.view.case(code, by)
    told = [x.body for x in box.view.history(code, by)]
    rated = next(body for body in told if isinstance(body, e.Rated))
    called = next(body for body in told if isinstance(body, e.CalledBack))
    words = [word for word in shown.content.values() if word in ("还行吧", "谢谢")]
    return (shown.case.score, shown.case.ratings, rated.score, rated.resolved, called.score, words)


def test_the_handler_sees_no_score_before_the_end(box: Box) -> None:
    code = called_back(box)
    assert scores(box, code, OFFICER) == (0, (), 0, "", 0, [])
    assert scores(box, code, CALLER) == (5, (4,), 4, "yes", 5, ["还行吧", "谢谢"])
    called = [x.body for x in box.view.history(code, OFFICER) if isinstance(x.body, e.CalledBack)]
    assert called[0].result == "resolved", "what came of it is no score"
    box.do(code, c.Close(), LEADER)
    assert scores(box, code, OFFICER) == scores(box, code, CALLER)


def test_what_is_blank_is_there_all_the_same(box: Box) -> None:
    code = called_back(box)
    shown, stored = box.view.history(code, OFFICER), box.events(code)
    assert [(x.seq, type(x.body), x.owner) for x in shown] == [
        (x.seq, type(x.body), x.owner) for x in stored
    ]
    assert box.case(code).score == 5


def test_the_handler_reads_why_it_is_to_be_done_again(box: Box) -> None:
    code = register(box, issue(**SEEN))
    part = lead(box, code).id
    for command in (c.Claim(part), c.Contact(part, "打过"), c.Report(part, "修好了")):
        box.do(code, command, OFFICER)
    box.do(code, c.Review(passed=True), LEADER)
    unhappy = c.CallBack(reached=True, resolved="no", score=1, comment="还在漏")
    box.do(code, unhappy, CALLER)
    shown = box.view.case(code, OFFICER)
    assert "还在漏" in shown.content.values()
    assert shown.case.score == 0


def test_an_erased_case_shows_its_course_and_no_words(box: Box) -> None:
    code = handled(box, issue(**SEEN))
    box.store.transact(lambda tx: tx.erase(code))
    shown = box.view.case(code, CLERK)
    assert (shown.issue, shown.content, shown.case.state) == (None, {}, "closed")
    assert len(box.view.history(code, CLERK)) == shown.case.version
