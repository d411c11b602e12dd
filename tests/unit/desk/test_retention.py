"""Rules of retention: whose content goes when, what stays, and what keeps it back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from referral_engine.desk.retention import carry_out, doomed, prune, tally
from referral_engine.errors import Refused
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.command import Request
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.model.retention import Retention, RetentionRule, Term
from referral_engine.runner.nightly import Nightly
from referral_engine.store import CaseFilter
from referral_engine.store.audit import verify
from referral_engine.store.tables import command_key, content, data_key, notice
from referral_engine.trial.box import Box
from referral_engine.workspace import Workspace
from tests.unit.desk.county import (
    ADMIN,
    CALLER,
    CLERK,
    DAY,
    HOUR,
    LEADER,
    OFFICER,
    by_name,
    handled,
    issue,
    lead,
    register,
)

YEAR = 366 * DAY
CONTACT = Principal("keeper", ("sealed_contact",), "discipline")
ORDINARY = RetentionRule("ordinary", Term(1, "y"), "anonymise", "law (P)")
SEALED = RetentionRule("sealed", Term(9, "y"), "erase_content", when={"sealed": ("yes",)})


def ruled(box: Box, *rules: RetentionRule, **beside: Term) -> None:
    """From now on the county has these rules."""
    config = replace(box.workspace.config, retention=Retention(rules, **beside))
    box.desk.refresh(Workspace(config, box.workspace.org, box.workspace.calendar))


def run(box: Box) -> list[str]:
    """What went."""
    return [each.code for each in doomed(box.desk, box.now()) if carry_out(box.desk, each)]


def kept(box: Box, code: str) -> int:
    """Content rows and data keys of a case."""
    with box.store.reading() as reader:
        counts = [
            select(func.count()).select_from(table).where(table.c.case_code == code)
            for table in (content, data_key)
        ]
        return sum(reader.connection.execute(count).scalar_one() for count in counts)


def reporter_of(box: Box, code: str) -> Principal:
    return Principal(box.case(code).reporter, ("reporter",))


def withdrawn(box: Box, code: str, by: Principal) -> str:
    """A case that the reporter wanted no more."""
    box.do(code, c.Withdraw("不用了"), by)
    box.do(code, c.Sign(box.case(code).proposals[-1].id, True), reporter_of(box, code))
    box.settle()
    assert box.case(code).over
    return code


def test_words_go_and_the_history_stays(box: Box) -> None:
    ruled(box, ORDINARY)
    code = handled(box, issue(**by_name("张三丰", "13800001234")))
    before, digest = box.events(code), box.case(code).reporter
    box.advance_to(box.now() + 364 * DAY)
    assert run(box) == []
    box.advance_to(box.now() + 2 * DAY)
    assert run(box) == [code]
    assert kept(box, code) == 0
    *_same, last = box.events(code)
    assert [event.seq for event in before] == [event.seq for event in _same[: len(before)]]
    assert last.body == e.Anonymised("ordinary", "law (P)")
    assert last.by == ENGINE
    assert box.view.case(code, LEADER).issue is None
    found = box.store.read(lambda r: r.cases(9, CaseFilter(reporter=digest)))
    assert found == []
    assert verify(box.store.engine) == []
    assert run(box) == [], "it is done once"


def test_only_the_content_where_the_rule_says_so(box: Box) -> None:
    ruled(box, replace(ORDINARY, do="erase_content"))
    code = handled(box, issue(**by_name("张三丰", "13800001234")))
    digest = box.case(code).reporter
    box.advance_to(box.now() + YEAR)
    assert run(box) == [code]
    assert box.case(code).reporter == digest
    assert kept(box, code) == 0


def test_open_cases_never(box: Box) -> None:
    ruled(box, ORDINARY)
    code = register(box)
    box.advance_to(box.now() + 3 * YEAR)
    assert not box.case(code).over
    assert run(box) == []
    assert kept(box, code) > 0
    with pytest.raises(Refused, match="WRONG_STATE"):
        box.do(code, c.Anonymise("ordinary"), ENGINE)
    with pytest.raises(Refused, match="FORBIDDEN"):
        box.do(code, c.Anonymise("ordinary"), ADMIN)


def test_the_first_rule_that_fits_counts(box: Box) -> None:
    ruled(box, SEALED, replace(ORDINARY, when={"sealed": ("no",), "category": ("D15",)}))
    open_ = handled(box, issue())
    other = withdrawn(box, register(box, issue("邻居吵架", category="D02")), CLERK)
    sealed = withdrawn(box, register(box, issue("举报一名干部", category="X02")), CONTACT)
    box.advance_to(box.now() + YEAR)
    assert tally(box.desk, box.now()) == {"sealed": 0, "ordinary": 1}
    assert run(box) == [open_]
    assert kept(box, other) > 0
    box.advance_to(box.now() + 9 * YEAR)
    assert run(box) == [sealed]


def test_what_somebody_needs_is_kept_back(box: Box) -> None:
    ruled(box, ORDINARY)
    code = handled(box, issue())
    box.do(code, c.Preserve("行政诉讼"), ADMIN)
    with pytest.raises(Refused, match="PRESERVED_ALREADY"):
        box.do(code, c.Preserve("again"), ADMIN)
    box.advance_to(box.now() + 2 * YEAR)
    assert (tally(box.desk, box.now()), run(box)) == ({"ordinary": 0}, [])
    with pytest.raises(Refused, match="PRESERVED"):
        box.do(code, c.Anonymise("ordinary"), ENGINE)
    box.do(code, c.EndPreservation("判决生效"), ADMIN)
    with pytest.raises(Refused, match="NOT_PRESERVED"):
        box.do(code, c.EndPreservation("again"), ADMIN)
    assert run(box) == [code]


def test_what_was_merged_goes_with_the_case_it_went_into(box: Box) -> None:
    ruled(box, ORDINARY)
    twin = register(box, issue("电梯坏了没有人修"))
    code = register(box, issue("电梯坏了三天"))
    box.do(twin, c.Merge(code, "同一件事"), CLERK)
    box.settle()
    part = lead(box, code)
    for command, by in (
        (c.Claim(part.id), OFFICER), (c.Contact(part.id, "打过电话"), OFFICER),
        (c.Report(part.id, "修好了"), OFFICER), (c.Review(passed=True), LEADER),
        (c.CallBack(reached=True, resolved="yes", score=5), CALLER), (c.Close(), LEADER),
    ):  # fmt: skip
        box.do(code, command, by)
    box.settle()
    box.advance_to(box.now() + YEAR)
    assert sorted(run(box)) == sorted([code, twin])
    assert kept(box, twin) == 0
    assert verify(box.store.engine) == []


def test_a_key_is_known_for_ever_and_its_answer_is_not(box: Box) -> None:
    ruled(box, results=Term(30, "d"), outbox=Term(30, "d"), access_log=Term(30, "d"))
    code = handled(box, issue())
    rated = Request(code, c.Rate(True, "yes", 5, ""), reporter_of(box, code), key="rate-1")
    box.desk.submit(rated)
    box.view.case(code, LEADER)
    assert prune(box.desk, box.now(), dry=True) == {"access_log": 0, "outbox": 0, "results": 0}
    box.advance_to(box.now() + 31 * DAY)
    would = prune(box.desk, box.now(), dry=True)
    assert would["access_log"] == 1
    assert would["outbox"] > 3
    assert would["results"] == 1
    assert prune(box.desk, box.now()) == would
    assert prune(box.desk, box.now()) == dict.fromkeys(would, 0)
    version = box.case(code).version
    answer = box.desk.submit(rated)
    assert (answer.duplicate, box.case(code).version) == (True, version)
    with box.store.reading() as reader:
        left = select(func.count()).select_from(command_key)
        assert reader.connection.execute(left).scalar_one() >= 1
        words = select(notice.c.payload).distinct()
        assert reader.connection.execute(words).scalars().all() == [b""]


def test_once_a_night(box: Box) -> None:
    ruled(box, ORDINARY)
    code = handled(box, issue())
    box.advance_to(box.now() + YEAR)
    nights, others = Nightly(box.desk), Nightly(box.desk)
    noon = box.now().replace(hour=4)  # in the county
    nights.look(noon)
    assert kept(box, code) > 0
    night = noon.replace(hour=19)  # 03:00 there
    nights.look(night)
    assert kept(box, code) == 0
    second = handled(box, issue(received_at=box.now()))
    box.advance_to(box.now() + YEAR)
    others.look(night + HOUR)  # of the same night, and done by another worker
    assert kept(box, second) > 0
    others.look(night + HOUR + YEAR)
    assert kept(box, second) == 0


@pytest.mark.parametrize("text", ["3m", "0y", "y", "", "3 years", "101y", "-1d"])
def test_a_term_is_years_or_days(text: str) -> None:
    with pytest.raises(ValueError, match="3y or 180d"):
        Term.parse(text)
