"""Market supervision: complaint and tip-off are two procedures, each with its own clock."""

from __future__ import annotations

import runpy
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from referral_engine import Arrive, Decline, Defer, Progress, Report
from referral_engine.plugins.departments import Departments
from tests.conftest import ROOT
from tests.unit.plugins.offers import NOW, offered
from tests.unit.plugins.shipped_departments import course, first, shipped

CLOCKS = {"accept": NOW + timedelta(days=9), "file": NOW + timedelta(days=21)}
LATE = NOW + timedelta(days=60)


@pytest.fixture(scope="module")
def found() -> Departments:
    return shipped()


@pytest.mark.parametrize(
    ("text", "ground", "suggest"),
    [
        ("批发进货一百箱饮料，要求退货", "not_personal_consumption", "justice"),
        ("物业费太高要求退款", "outside_remit", ""),
    ],
)
def test_what_belongs_to_another_goes_back_with_the_law_in_force(
    found: Departments, text: str, ground: str, suggest: str
) -> None:
    (act,) = first(found, "market_supervision", category="D12", text=text).acts
    assert isinstance(act, Decline)
    assert (act.ground, act.suggest) == (ground, suggest)
    assert "第121号" in act.reason
    assert "待法制机构核对" in act.reason


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("手机维修纠纷，消协已处理过，要求赔偿", "（二）"),
        ("2021年3月购买的空调不制冷，要求退款", "（四）"),
        ("退款", "（五）"),
    ],
)
def test_a_ground_that_leaves_nobody_is_put_before_an_officer_with_the_text_to_send(
    found: Departments, text: str, item: str
) -> None:
    (act,) = first(found, "market_supervision", category="D12", text=text).acts
    assert isinstance(act, Defer)
    assert f"告知书文本：您的投诉经审查属于“{item}" in act.reason
    assert "第121号" in act.reason


def test_signs_of_repeated_claims_are_shown_and_nothing_is_decided(found: Departments) -> None:
    text = "知假买假又怎样，过期奶粉退一赔十"
    (act,) = first(found, "market_supervision", category="D12", text=text).acts
    assert isinstance(act, Defer)
    assert act.reason.startswith("供执法人员参考：知假买假。")


def test_the_rules_know_a_tip_off_by_the_same_words() -> None:
    """They start its clock, the plugin its procedure."""
    lists = yaml.safe_load((ROOT / "rules/lists/people.yaml").read_text("utf-8"))["lists"]
    named = runpy.run_path(str(ROOT / "plugins" / "market_supervision" / "words.py"))
    assert lists["tip_off_words"] == list(named["TIP_OFF"])


def test_what_is_promised_is_the_day_of_the_clock(found: Departments) -> None:
    text = "鞋子穿一周开胶，商家拒绝退货"
    said = []
    for clocks in ({"accept": datetime(2026, 10, 12, 10, tzinfo=UTC)}, {}):
        acts = first(
            found, "market_supervision", category="D12", text=text, clocks=clocks
        ).acts  # fmt: skip
        said.append([act.note for act in acts if isinstance(act, Progress)])
    assert ["2026年10月12日前" in note for (note,) in said] == [True, False]


def test_a_returned_report_is_redone_by_whoever_made_it(found: Departments) -> None:
    again = []
    for text in ("鞋子穿一周开胶，商家拒绝退货", "鞋子穿一周开胶，商家同意协商"):
        claimed = offered(
            department="market_supervision", category="D12", text=text, state="claimed"
        )
        again.append(found.call("market_supervision", "returned", claimed).bookmark)
    assert again == ["", "again"]


def test_a_message_from_before_the_new_law_rests_on_the_old_one(found: Departments) -> None:
    before = datetime(2026, 4, 14, 15, 59, tzinfo=UTC)  # 23:59 in Beijing
    text = "批发进货要求退货"
    (act,) = first(found, "market_supervision", category="D12", text=text, received_at=before).acts
    assert isinstance(act, Decline)
    assert "暂行办法》第十五条，决定不予受理" in act.reason
    (later,) = first(
        found, "market_supervision", category="D12", text=text,
        received_at=before + timedelta(minutes=1),
    ).acts  # fmt: skip
    assert isinstance(later, Decline)
    assert "第121号）第十六条（条文待法制机构核对），决定不予受理" in later.reason
    assert "消费者权益保护法》第三十九条" in later.reason


def test_three_years_must_be_past_beyond_doubt(found: Departments) -> None:
    text = "2023年9月购买的空调不制冷，要求退款"
    answer = first(found, "market_supervision", category="D12", text=text)
    assert type(answer.acts[0]).__name__ == "Claim"


def test_a_tip_off_is_never_declined_with_the_complaint_beside_it(found: Departments) -> None:
    text = "批发进货的饮料过期，要求退货，请查处"
    answer = first(found, "market_supervision", category="D12", text=text)
    assert type(answer.acts[0]).__name__ == "Claim"


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "D12", "text": "健身房跑路，会员卡要求退款", "people": 40},
        {"category": "R01", "text": "知假买假，要求十倍赔偿"},
        {"category": "D12", "text": "退款"},
        {"category": "R01", "sealed": True},
        {"category": "M01", "text": "占道经营影响出行，请处理"},
    ],
)
def test_what_a_person_must_see_is_left_to_one(
    found: Departments, changes: dict[str, object]
) -> None:
    assert [type(act) for act in first(found, "market_supervision", **changes).acts] == [Defer]


def test_a_complaint_is_accepted_in_time_and_left_to_a_mediator(found: Departments) -> None:
    text = "鞋子穿一周开胶，商家拒绝退货"
    seen = course(
        found, "market_supervision", category="D12", text=text, clocks=CLOCKS, report_by=LATE
    )
    assert (seen.statuses, seen.met, seen.report) == (["complaint_accepted"], ["accept"], None)
    assert seen.told[-1][0] < CLOCKS["accept"]


def test_both_willing_the_complaint_is_mediated(found: Departments) -> None:
    text = "鞋子穿一周开胶要求退货，商家同意协商"
    clocks = {**CLOCKS, "mediate": NOW + timedelta(days=70)}
    seen = course(
        found, "market_supervision", category="D12", text=text, clocks=clocks, report_by=LATE
    )
    assert seen.statuses == [
        "complaint_accepted", "complaint_mediating", "complaint_agreed", "parties_told",
    ]  # fmt: skip
    assert seen.met == ["accept", "mediate", "notify"]
    assert seen.report is not None
    assert seen.report.outcome == "mediated"


def tip_offs(found: Departments, **changes: object) -> list[list[str]]:
    return [
        course(
            found, "market_supervision", category="R01", text=f"超市{n}号货架卖过期奶",
            clocks=CLOCKS, report_by=LATE, **changes,
        ).statuses
        for n in range(30)
    ]  # fmt: skip


def test_a_tip_off_is_verified_then_filed_or_left_to_a_person(found: Departments) -> None:
    told = tip_offs(found)
    filed = ["tip_off_verifying", "tip_off_filed", "informant_told"]
    assert {tuple(each) for each in told} == {tuple(filed), ("tip_off_verifying",)}


def test_only_a_named_informant_is_told(found: Departments) -> None:
    told = {tuple(each) for each in tip_offs(found, reporter=None)}
    assert told == {("tip_off_verifying", "tip_off_filed"), ("tip_off_verifying",)}


def test_one_message_runs_both_procedures_by_their_own_clocks(found: Departments) -> None:
    mets = set()
    for n in range(30):
        text = f"第{n}家店卖过期面包，要求退款并举报查处，商家同意协商"
        seen = course(
            found, "market_supervision", category="D12", text=text, clocks=CLOCKS, report_by=LATE
        )
        mets.add(tuple(seen.met))
        for at, act in seen.told:
            if isinstance(act, Progress) and act.meets:
                assert at < CLOCKS[act.meets]
        if seen.report is not None:
            assert "举报部分：" in seen.report.text
            assert "complaint_agreed" in seen.statuses
    assert mets == {("accept", "file"), ("accept",)}


def test_an_incident_gets_its_first_report_and_then_people(found: Departments) -> None:
    due = NOW + timedelta(minutes=30)
    seen = course(
        found, "market_supervision", category="E01", text="食堂午饭后十人呕吐腹泻", people=10,
        whistle="emergency", arrive_by=due,
    )  # fmt: skip
    assert seen.names == ["Claim", "Contact", "Progress", "Arrive", "Progress"]
    last = seen.told[-1][1]
    assert isinstance(last, Progress)
    assert last.stage == "initial"
    assert "约10人" in last.note
    assert seen.at(Arrive) < due


def test_as_support_it_joins_the_inspection(found: Departments) -> None:
    seen = course(
        found, "market_supervision", category="S02a", text="液化气瓶", role="support",
        reporter=None,
    )  # fmt: skip
    assert seen.names == ["Claim", "Progress", "Arrive", "Report"]
    assert seen.at(Report) < NOW + timedelta(days=5)
