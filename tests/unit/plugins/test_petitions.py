"""Petitions: register, pass on, supervise; accusations and courts' matters to where they belong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from referral_engine import Decline, Defer, NotNeeded, Progress, Report
from referral_engine.plugins.departments import Departments
from tests.unit.plugins.offers import NOW
from tests.unit.plugins.shipped_departments import course, first, shipped

LONG = "反映老旧小区供暖温度长期不达标，多次反映未得到答复，请求依法处理并书面回复。"


@pytest.fixture(scope="module")
def found() -> Departments:
    return shipped()


@pytest.mark.parametrize(
    ("changes", "ground", "suggest"),
    [
        ({"category": "X02", "sealed": True}, "accusation", "discipline"),
        ({"category": "X01", "text": "举报书记侵占集体土地补偿款"}, "accusation", "discipline"),
        ({"category": "X03", "text": "案子拖了两年"}, "litigation_related", "political_legal"),
        (
            {"category": "X01", "text": "不服判决，要求再审"},
            "litigation_related",
            "political_legal",
        ),
        ({"category": "X01", "text": "征地补偿款标准太低"}, "other_owner", "natural_resources"),
        ({"category": "X01", "text": "安置房三年未交付"}, "other_owner", "housing"),
    ],
)
def test_what_belongs_elsewhere_is_passed_on(
    found: Departments, changes: dict[str, object], ground: str, suggest: str
) -> None:
    (act,) = first(found, "petitions", **changes).acts
    assert isinstance(act, Decline)
    assert (act.ground, act.suggest) == (ground, suggest)


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "X01", "text": LONG, "people": 6},
        {"category": "X01", "text": LONG, "tags": ("群体性",)},
        {"category": "X01", "text": "解决问题"},
        {"category": "X01", "text": f"{LONG}已经终结"},
        {"category": "X01", "sealed": True},
        {"category": "D09", "text": LONG},
    ],
)
def test_groups_unclear_concluded_and_sealed_ones_are_left_to_a_person(
    found: Departments, changes: dict[str, object]
) -> None:
    assert [type(act) for act in first(found, "petitions", **changes).acts] == [Defer]


def test_beside_a_court_there_is_nothing_to_supervise(found: Departments) -> None:
    (act,) = first(found, "petitions", category="X03", text="案子拖了两年", role="support").acts
    assert isinstance(act, NotNeeded)


def test_an_authority_that_files_nothing_is_no_court(found: Departments) -> None:
    text = "举报后市场监管局不予立案，多次询问没有书面答复，请求依法处理。"
    assert course(found, "petitions", category="X01", text=text).names[0] == "Claim"


def test_two_possible_owners_are_for_the_centre_not_for_a_machine(found: Departments) -> None:
    text = "征地补偿款未发，低保也被取消，请求一并处理并书面答复。"
    assert course(found, "petitions", category="X01", text=text).names[0] == "Claim"


def test_a_petition_is_registered_decided_on_and_answered(found: Departments) -> None:
    decide_by = NOW + timedelta(days=15)
    seen = course(
        found, "petitions", category="X01", text=LONG, clocks={"accept": decide_by},
        report_by=NOW + timedelta(days=60),
    )  # fmt: skip
    assert seen.statuses == ["signed", "to_review", "done"]
    assert seen.met == ["accept"]
    decided = next(at for at, act in seen.told if getattr(act, "meets", "") == "accept")
    assert decided < decide_by
    assert seen.report is not None
    assert seen.at(Report) < NOW + timedelta(days=60)


def test_no_clock_is_met_that_the_rules_did_not_start(found: Departments) -> None:
    assert course(found, "petitions", category="X01", text=LONG).met == []


def test_as_support_it_supervises(found: Departments) -> None:
    seen = course(
        found, "petitions", category="D08a", text="补偿争议", role="support", reporter=None
    )
    assert seen.names == ["Claim", "Progress", "Report"]
    assert seen.report is not None
    assert any(word in seen.report.text for word in ("督办函", "督促"))


def test_what_is_promised_is_the_day_of_the_clock(found: Departments) -> None:
    """The fifteenth day in Beijing, where it is later than in UTC."""
    seen = course(
        found, "petitions", category="X01", text=LONG,
        clocks={"accept": datetime(2026, 10, 12, 16, tzinfo=UTC)},
    )  # fmt: skip
    notes = [act.note for _at, act in seen.told if isinstance(act, Progress)]
    assert "2026年10月13日前" in notes[0]


def test_after_the_handling_the_petitioner_is_told_of_the_review_and_not_sent_on(
    found: Departments,
) -> None:
    """The words name another owner: he has decided, and gets it no second time."""
    seen = course(found, "petitions", category="X01", text="征地补偿款标准太低", step="inform")
    assert seen.names == ["Claim", "Progress", "Progress", "Report"]
    assert seen.report is not None
    assert "三十日内可申请复查" in seen.report.text


def test_the_last_instance_is_left_to_people(found: Departments) -> None:
    (act,) = first(found, "petitions", category="X01", text=LONG, step="re-examine").acts
    assert isinstance(act, Defer)
    assert "听证" in act.reason
