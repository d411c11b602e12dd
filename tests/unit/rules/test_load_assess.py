"""Warnings, indicators and rule tests: read with the same care as the rules."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from referral_engine.model.issue import Attachment, Issue, Location, Reporter
from referral_engine.model.span import Span
from referral_engine.model.target import Target
from referral_engine.rules import tree
from referral_engine.rules.load import read_sources
from referral_engine.rules.names import Names
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.tree_assess import (
    Count,
    Index,
    Indicator,
    Normalisation,
    Raise,
    ShareOf,
    Trend,
)
from referral_engine.rules.tree_tests import Action

NAMES = Names(
    units={"police": "公安局", "justice": "司法局"},
    territories={"620922100": "渊泉镇"},
    categories={"M04": "噪声", "S03": "市政险情"},
)
BEIJING = timezone(timedelta(hours=8))


def read(text: str) -> Loaded:
    return read_sources({"x.yaml": text}, names=NAMES, whole=False)


def warning(written: str) -> Loaded:
    return read(f"kind: warning\nrules: [{{id: w, name: W, {written}}}]\n")


RAISE = "raise: {level: yellow, notify: ['@township', police], cool_down: 3d}"


@pytest.mark.parametrize(
    ("written", "measure"),
    [
        (
            "count: {group_by: [township, category], within: 7d, at_least: 5}",
            Count(("township", "category"), Span(7, "d"), 5),
        ),
        ("count: {within: 12h, at_least: 3}", Count((), Span(12, "h"), 3)),
        ("trend: {over: 4w, ratio_at_least: 2}", Trend((), Span(28, "d"), 2.0)),
        (
            "计数: {分组: [乡镇, 类别], 时限: 1w, 至少: 5}",
            Count(("township", "category"), Span(7, "d"), 5),
        ),
    ],
)
def test_what_a_warning_measures(written: str, measure: Count | Trend) -> None:
    loaded = warning(f"{written}, {RAISE}")
    assert loaded.errors == ()
    rule = loaded.warnings[0].rules[0]
    assert rule.measure == measure
    to = (Target(relative="township"), Target(unit="police"))
    assert rule.raises == Raise("yellow", to, Span(3, "d"))


def test_a_share_has_a_condition_of_its_own() -> None:
    share = "share: {of: {severity: {lte: 2}}, within: 7d, at_least: 30%}"
    loaded = warning(f"when: {{category: {{under: M04}}}}, {share}, {RAISE}")
    assert loaded.errors == ()
    measure = loaded.warnings[0].rules[0].measure
    assert isinstance(measure, ShareOf)
    assert isinstance(measure.of, tree.Leaf)
    assert (measure.of.value, measure.at_least) == (2, 0.3)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (RAISE, "MISSING_KEY"),
        ("count: {within: 7d, at_least: 5}", "MISSING_KEY"),
        (f"count: {{within: 7d}}, {RAISE}", "MISSING_KEY"),
        (f"count: {{within: 7wd, at_least: 5}}, {RAISE}", "BAD_SPAN"),
        (f"count: {{within: 7d, at_least: 0}}, {RAISE}", "WRONG_TYPE"),
        (f"count: {{group_by: [tags], within: 7d, at_least: 5}}, {RAISE}", "WRONG_TYPE"),
        (f"count: {{group_by: [colour], within: 7d, at_least: 5}}, {RAISE}", "UNKNOWN_FIELD"),
        (f"share: {{of: {{people: {{gte: 1}}}}, within: 7d, at_least: 3}}, {RAISE}", "WRONG_TYPE"),
        (f"trend: {{over: 4w, ratio_at_least: 0}}, {RAISE}", "WRONG_TYPE"),
        (
            f"count: {{within: 7d, at_least: 5}}, trend: {{over: 4w, ratio_at_least: 2}}, {RAISE}",
            "WRONG_TYPE",
        ),
        ("count: {within: 7d, at_least: 5}, raise: {level: pink}", "UNKNOWN_VALUE"),
        (
            f"when: {{overdue_h: {{gt: 1}}}}, count: {{within: 7d, at_least: 5}}, {RAISE}",
            "FIELD_OUT_OF_SCOPE",
        ),
    ],
)
def test_a_faulty_warning_is_reported_and_left_out(written: str, code: str) -> None:
    loaded = warning(written)
    assert code in {fault.code for fault in loaded.errors}
    assert {fault.rule for fault in loaded.errors} == {"w"}


INDICATORS = """
kind: indicator
rules:
  - id: claim-in-time
    name: 签收及时率
    of: referrals
    numerator: {claim_on_time: {eq: true}}
    denominator: {referral_state: {ne: cancelled}}
    target: 95%
    normalise: {zero_at: 60%, full_at: 95%}
    weight: 3
  - id: service
    name: 服务指数
    parts: {claim-in-time: 60, solved: 40}
  - {编号: solved, 名称: 解决率, 其中: 案件, 分子: {结果: {等于: 已解决}}}
"""


def test_indicators_and_their_index() -> None:
    loaded = read_sources({"i.yaml": INDICATORS})
    assert loaded.errors == ()
    claim, service, solved = loaded.indicators[0].rules
    assert isinstance(claim, Indicator)
    assert (claim.of, claim.target, claim.weight) == ("referrals", 0.95, 3.0)
    assert claim.normalise == Normalisation(0.6, 0.95)
    assert isinstance(service, Index)
    assert service.parts == (("claim-in-time", 60.0), ("solved", 40.0))
    assert isinstance(solved, Indicator)
    assert (solved.of, solved.denominator, solved.weight) == ("cases", None, 1.0)


def test_an_index_cannot_hold_itself() -> None:
    text = """
kind: indicator
rules:
  - {id: a, name: A, parts: {b: 1}}
  - {id: b, name: B, parts: {a: 1}}
"""
    faults = read_sources({"i.yaml": text}).errors
    assert [(fault.code, fault.rule) for fault in faults] == [("LOOP", "a"), ("LOOP", "b")]


TEST = """
tests:
  - name: 夜间燃气泄漏
    earlier:
      - {text: 前一件, received_at: 2026-09-01T08:00+08:00}
    issue:
      channel: hotline
      title: 泄漏
      text: 夜里闻到燃气泄漏
      category: S03
      区域: "620922100"
      received_at: 2026-09-30 23:50
      people: 3
      severity: 2
      tags: [crowd]
      accused: police
      reporter: {name: 张三, anonymous: no}
      location: {lat: 40.5, lon: 95.7}
      attachments: [photo.jpg]
      extra: {street: 坪山}
    expect:
      rule: gas-leak
      主办: justice
      support: [police, "620922100"]
      claim_by: 2026-10-01T00:05+08:00
      sealed: no
      tags: crowd
    then:
      - after: 16m
        expect: {escalations: [claim-overdue], owner_level: county}
      - at: 2026-10-01T01:00
        do: [{claim: justice}, {decline: {by: police, ground: crime}}, {评价: 反映人}]
"""


def test_a_rule_test_becomes_issue_expectations_and_steps() -> None:
    loaded = read(TEST)
    assert loaded.errors == ()
    (test,) = loaded.tests
    assert test.issue == Issue(
        channel="hotline",
        received_at=datetime(2026, 9, 30, 23, 50, tzinfo=BEIJING),
        title="泄漏",
        text="夜里闻到燃气泄漏",
        category="S03",
        territory="620922100",
        reporter=Reporter(name="张三"),
        people=3,
        severity=2,
        tags=("crowd",),
        accused=("police",),
        location=Location(lat=40.5, lon=95.7),
        attachments=(Attachment("photo.jpg"),),
        extra={"street": "坪山"},
    )
    assert [one.text for one in test.earlier] == ["前一件"]
    expected = {one.key: one.value for one in test.expect}
    assert expected == {
        "rule": "gas-leak",
        "lead": "justice",
        "support": ("police", "620922100"),
        "claim_by": datetime(2026, 10, 1, 0, 5, tzinfo=BEIJING),
        "sealed": False,
        "tags": ("crowd",),
    }
    first, second = test.steps
    assert (first.after, first.at, first.do) == (Span(16, "m"), None, ())
    assert [(one.key, one.value) for one in first.expect] == [
        ("escalations", ("claim-overdue",)),
        ("owner_level", "county"),
    ]
    assert [(one.verb, one.by, one.arguments) for one in second.do] == [
        ("claim", "justice", ()),
        ("decline", "police", (("ground", "crime"),)),
        ("rate", "reporter", ()),
    ]
    assert isinstance(second.do[0], Action)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("category: S03", "category: S04", "UNKNOWN_CATEGORY", 10),
        ("category: S03", "catgory: S03", "UNKNOWN_KEY", 10),
        ("2026-09-30 23:50", "soon", "WRONG_TYPE", 12),
        ("      received_at: 2026-09-30 23:50\n", "", "MISSING_KEY", 7),
        ("people: 3", "people: three", "WRONG_TYPE", 13),
        ("severity: 2", "severity: 7", "WRONG_TYPE", 14),
        ("name: 张三", "nmae: 张三", "UNKNOWN_KEY", 17),
        ("lat: 40.5", "latitude: 40.5", "UNKNOWN_KEY", 18),
        ("主办: justice", "主办: justcie", "UNKNOWN_UNIT", 23),
        ("claim_by", "claimed_by", "UNKNOWN_KEY", 25),
        ("      rule: gas-leak\n", "      lead: police\n", "DUPLICATE_KEY", 23),
        ("after: 16m", "after: soon", "BAD_SPAN", 29),
        ("after: 16m", "after: 16m\n        at: 2026-10-01", "WRONG_TYPE", 30),
        ("- after: 16m\n        expect", "- expect", "MISSING_KEY", 29),
        ("{claim: justice}", "{clam: justice}", "UNKNOWN_VALUE", 32),
        ("{claim: justice}", "{claim: justice, report: justice}", "WRONG_TYPE", 32),
        ("by: police", "by: polcie", "UNKNOWN_UNIT", 32),
    ],
)
def test_a_faulty_test_is_reported_at_its_place(old: str, new: str, code: str, line: int) -> None:
    assert old in TEST
    faults = read(TEST.replace(old, new, 1)).errors
    assert (code, line) in [(fault.code, fault.place.line) for fault in faults]
