"""Justice: mediation only with both consents, crime to the police, advice answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from referral_engine import Contact, Decline, Defer, Progress, Report
from referral_engine.plugins.departments import Departments
from tests.unit.plugins.offers import NOW
from tests.unit.plugins.shipped_departments import course, first, shipped


@pytest.fixture(scope="module")
def found() -> Departments:
    return shipped()


@pytest.mark.parametrize(
    ("text", "channel", "ground", "suggest"),
    [
        ("丈夫家暴，要求调解离婚，双方同意调解", "hotline", "crime", "police"),
        ("合伙被骗五万元", "hotline", "crime", "police"),
        ("货款纠纷，法院已立案", "hotline", "handled_elsewhere", ""),
    ],
)
def test_what_must_not_be_mediated_is_declined(
    found: Departments, text: str, channel: str, ground: str, suggest: str
) -> None:
    (act,) = first(found, "justice", category="D05", text=text, channel=channel).acts
    assert isinstance(act, Decline)
    assert (act.ground, act.suggest) == (ground, suggest)
    assert act.reason == found.profile("justice").grounds[ground]


def test_what_a_court_entrusts_is_not_sent_back_to_it(found: Departments) -> None:
    text = "法院已立案，委派诉前调解，双方同意"
    seen = course(found, "justice", category="D04", text=text, channel="court")
    assert seen.names[0] == "Claim"


def test_without_both_consents_a_person_asks_the_parties(found: Departments) -> None:
    (act,) = first(found, "justice", category="D02", text="邻居加盖挡住采光").acts
    assert isinstance(act, Defer)
    assert "双方自愿" in act.reason


def test_both_willing_it_is_mediated_within_the_deadline(found: Departments) -> None:
    seen = course(found, "justice", category="D02", text="邻居滴水，双方愿意调解，一次说清")
    assert seen.statuses[:2] == ["to_mediate", "mediating"]
    assert seen.statuses[2] in ("agreed", "not_agreed")
    due = seen.referral.report_by
    assert due is not None
    assert NOW < seen.at(Report) < due
    assert seen.report is not None
    assert "人调〔2026〕" in seen.report.text


def test_some_mediations_come_to_nothing_and_say_so(found: Departments) -> None:
    ends = set()
    for number in range(40):
        text = f"双方同意调解，第{number}号院墙"
        report = course(found, "justice", category="D02", text=text).report
        assert report is not None
        ends.add(report.outcome)
    assert ends == {"mediated", "not_mediated"}


def test_what_one_says_of_the_other_ends_nothing_but_the_ways_are_told(found: Departments) -> None:
    seen = course(found, "justice", category="D04", text="对方拒绝调解，怎么办")
    assert (seen.names, seen.statuses) == (["Claim", "Contact", "Progress"], ["to_accept"])
    (told,) = (act.note for _at, act in seen.told if isinstance(act, Contact))
    assert "人民法院" in told
    claimed = replace(seen.referral, state="claimed")
    returned = found.call("justice", "returned", claimed)
    assert ([type(act) for act in returned.acts], returned.again) == ([Progress], None)


def test_as_support_beside_the_police_it_does_not_send_the_case_to_them(found: Departments) -> None:
    seen = course(
        found, "justice", category="D06", text="被打伤要求赔偿", role="support", reporter=None
    )
    assert seen.names == ["Claim", "Progress", "Arrive", "Report"]


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "D04", "text": "十二户要求退定金，双方同意调解", "people": 12},
        {"category": "D01", "sealed": True},
        {"category": "Q01", "text": "请不起律师，申请法律援助"},
        {"category": "D05", "text": "对市监局行政处罚不服"},
    ],
)
def test_groups_sealed_and_legal_aid_are_left_to_a_person(
    found: Departments, changes: dict[str, object]
) -> None:
    assert [type(act) for act in first(found, "justice", **changes).acts] == [Defer]


def test_advice_is_answered_by_justice_and_legal_aid_alike(found: Departments) -> None:
    for department in ("justice", "legal_aid"):
        seen = course(found, department, category="Q01", text="遗嘱公证要带什么")
        assert seen.names == ["Claim", "Contact", "Progress", "Report"]
        assert seen.statuses == ["advising"]


def test_reports_come_while_the_office_is_open_also_on_a_swapped_saturday(
    found: Departments,
) -> None:
    eve = NOW + timedelta(days=11, hours=6)  # Friday 2026-10-09, 15:00 in Beijing
    days = set()
    for number in range(30):
        seen = course(
            found, "justice", category="Q01", text=f"咨询{number}", report_by=None, now=eve
        )
        at = seen.at(Report)
        assert any(each.opens <= at <= each.closes for each in seen.referral.open_hours)
        days.add((at + timedelta(hours=8)).date().isoformat())
    assert days == {"2026-10-10"}


def test_support_explains_the_law_on_the_spot(found: Departments) -> None:
    seen = course(found, "justice", category="D14", text="事故赔偿", role="support", reporter=None)
    assert seen.names == ["Claim", "Progress", "Arrive", "Report"]
