"""Police: danger first, what is no police matter passed on, the rest attended and reported."""

from __future__ import annotations

from datetime import timedelta

import pytest

from referral_engine import Arrive, Claim, Decline, Defer, HandOff, NotNeeded, Report
from referral_engine.plugins.departments import Departments
from tests.unit.plugins.offers import NOW
from tests.unit.plugins.shipped_departments import course, first, shipped


@pytest.fixture(scope="module")
def found() -> Departments:
    return shipped()


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("有人醉倒在马路边，天冷有生命危险", "110"),
        ("老人晕倒在楼道，大出血", "120"),
        ("隔壁冒浓烟，起火了", "119"),
        ("邻居欠钱不还，现在持刀堵门", "110"),
        ("孩子被困电梯，钥匙锁在屋里", "110"),
    ],
)
def test_danger_is_handed_off_at_once_whatever_else_is_said(
    found: Departments, text: str, to: str
) -> None:
    due = {"claim_by": NOW + timedelta(minutes=15), "arrive_by": NOW + timedelta(minutes=30)}
    seen = course(found, "police", category="S01", text=text, whistle="emergency", **due)
    handed = seen.told[0][1]
    assert isinstance(handed, HandOff)
    assert (handed.to, seen.told[0][0]) == (to, NOW)
    assert handed.number.startswith(f"{to}202609280900-")
    assert seen.at(Arrive) < due["arrive_by"]
    assert seen.report is not None


@pytest.mark.parametrize(
    ("text", "whose"), [("隔壁冒浓烟，起火了", "消防"), ("老人晕倒在楼道", "120"), ("有人持刀", "")]
)
def test_the_report_fits_whose_danger_it_was(found: Departments, text: str, whose: str) -> None:
    seen = course(found, "police", category="S01", text=text, whistle="emergency")
    assert seen.report is not None
    assert {each for each in ("消防", "120") if each in seen.report.text} == {whose} - {""}


def test_an_emergency_whistle_is_claimed_and_attended_in_time(found: Departments) -> None:
    due = NOW + timedelta(minutes=10)
    seen = course(
        found, "police", category="S01", text="请速到", whistle="emergency", arrive_by=due
    )
    assert seen.names[:3] == ["Claim", "Contact", "Progress"]
    assert seen.at(Arrive) < due


def test_help_that_is_no_police_matter_goes_back_in_one_step(found: Departments) -> None:
    text = "家里停水两天了，请民警来看看"
    lead = first(found, "police", category="S01", text=text)
    support = first(found, "police", category="S01", text=text, role="support")
    (declined,) = lead.acts
    assert isinstance(declined, Decline)
    assert (declined.ground, declined.suggest) == ("non_police_help", "hotline_12345")
    assert isinstance(support.acts[0], NotNeeded)


def test_a_civil_debt_goes_to_mediation_but_fraud_stays(found: Departments) -> None:
    (declined,) = first(found, "police", category="S01", text="借给朋友三万，有借条，不还钱").acts
    assert isinstance(declined, Decline)
    assert (declined.ground, declined.suggest) == ("civil_debt", "justice")
    fraud = first(found, "police", category="S01", text="网上借款被骗三万")
    assert isinstance(fraud.acts[0], Claim)


def test_a_department_that_is_bound_does_not_decline_again(found: Departments) -> None:
    (deferred,) = first(found, "police", text="借条不还钱", bound=True).acts
    assert isinstance(deferred, Defer)
    assert deferred.reason.startswith("属于借贷")


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "S01", "text": "门口聚集", "people": 30},
        {"category": "D10", "text": "讨要工资", "tags": ("群体性",), "role": "support"},
        {"category": "S01", "sealed": True},
        {"category": "D09", "text": "河水发黑"},
    ],
)
def test_groups_sealed_and_strange_cases_are_left_to_a_person(
    found: Departments, changes: dict[str, object]
) -> None:
    assert [type(act) for act in first(found, "police", **changes).acts] == [Defer]


def test_a_fight_is_mediated_only_where_both_agree(found: Departments) -> None:
    text = "两家因为停车推搡，抓伤手臂"
    asked = course(found, "police", category="S01", text=text)
    assert asked.statuses == ["received", "mediating"]
    assert asked.report is None
    agreed = course(found, "police", category="S01", text=f"{text}，双方愿意调解")
    assert agreed.report is not None
    assert agreed.report.outcome == "mediated"


def test_public_order_runs_its_course_within_the_deadlines(found: Departments) -> None:
    seen = course(found, "police", category="S01", title="电动车被盗", text="昨晚停在楼下被偷")
    assert seen.names == [
        "Claim", "Contact", "Progress", "Arrive", "Progress", "Progress", "Report",
    ]  # fmt: skip
    assert seen.statuses == ["received", "attending", "case_opened"]
    due = seen.referral.report_by
    assert due is not None
    assert NOW < seen.at(Report) < due
    assert seen.report is not None
    assert "接处警登记" in seen.report.text
    assert len(seen.report.evidence[0].digest) == 64


def test_a_crime_is_not_reported_as_solved_and_other_order_is(found: Departments) -> None:
    crime = course(found, "police", category="S01", text="昨晚电动车被偷")
    order = course(found, "police", category="S01", text="有人砸坏公告栏")
    assert crime.report is not None
    assert order.report is not None
    assert "立案审查" in crime.report.text
    assert (crime.report.outcome, order.report.outcome) == ("partly", "solved")


@pytest.mark.parametrize("text", ["有人持刀", "电动车被偷", "推搡，双方愿意调解"])
def test_what_is_investigated_stays_with_the_officers_in_charge(
    found: Departments, text: str
) -> None:
    (deferred,) = first(
        found, "police", category="S01", text=text, path="policing", step="investigate"
    ).acts
    assert isinstance(deferred, Defer)


def test_arrival_is_proved_by_time_and_place(found: Departments) -> None:
    from referral_engine import Location

    seen = course(found, "police", category="M04d", text="夜里唱歌", location=Location(40.5, 95.8))
    arrived = next(act for _at, act in seen.told if isinstance(act, Arrive))
    assert (arrived.evidence[0].lat, arrived.evidence[0].taken_at) == (40.5, seen.at(Arrive))


def test_as_support_it_keeps_order(found: Departments) -> None:
    seen = course(
        found, "police", category="D10", text="讨要工资", role="support", contact_by=None,
        reporter=None,
    )  # fmt: skip
    assert seen.names == ["Claim", "Progress", "Arrive", "Progress", "Report"]


def test_traffic_police_serve_their_own_department(found: Departments) -> None:
    accident = course(found, "traffic_police", category="D14", text="追尾，无人受伤")
    noise = course(found, "traffic_police", category="M04c", text="大车夜间鸣笛")
    assert accident.statuses == ["received", "attending", "case_opened"]
    assert noise.report is not None


def test_papers_are_answered_without_going_out(found: Departments) -> None:
    seen = course(found, "police", category="P05", text="新生儿上户口要什么材料")
    assert seen.names == ["Claim", "Contact", "Progress", "Report"]


def test_a_returned_report_is_worked_on_again(found: Departments) -> None:
    from tests.unit.plugins.offers import offered

    claimed = offered(category="S01", text="被偷", state="claimed", claimed_at=NOW)
    again = found.call("police", "returned", claimed)
    assert again.bookmark == "again"
    assert again.again is not None
    from msgspec.structs import replace

    (report,) = found.call("police", "work", replace(claimed, bookmark="again")).acts
    assert isinstance(report, Report)
    assert report.text.startswith("经再次上门核查")
