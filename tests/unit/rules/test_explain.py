"""Explanations: every rule's fate, and rules as sentences."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from referral_engine import i18n
from referral_engine.errors import Place
from referral_engine.model.issue import Issue
from referral_engine.model.span import Span
from referral_engine.model.target import Target
from referral_engine.rules import vocabulary
from referral_engine.rules.explain import Failure, Verdict, explain, first_failure
from referral_engine.rules.operators import OPERATORS
from referral_engine.rules.prose import condition_prose, rule_prose
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    Effective,
    HoursWindow,
    Leaf,
    NamedClock,
    Not,
    Proposal,
    Refer,
    Repeats,
    RoutingEffects,
    RoutingRule,
    RoutingTable,
    Support,
    Value,
)
from tests.strategies.rules import FIELDS, WORLD, leaf, rule_set

PLACE = Place("rules/routing/noise.yaml", 4, 3)
NOTHING = RoutingEffects()
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


def at(line: int) -> Place:
    return Place(PLACE.file, line, 9)


def asked(line: int, field: str, operator: str, value: Value, written: str = "") -> Leaf:
    return Leaf(field, operator, value, at(line), written)


def rule(name: str, when: Condition | None, effects: RoutingEffects = NOTHING) -> RoutingRule:
    return RoutingRule(name, name.title(), when, effects, PLACE)


NOISE = All(
    (
        asked(10, "category", "under", "M"),
        asked(11, "text", "contains_any", ("噪声", "吵"), "$noise_words"),
        asked(12, "received_at", "hours", HoursWindow(22 * 60, 6 * 60), "22:00-06:00"),
    ),
    at(9),
)


def failure(condition: Condition, **given: object) -> Failure | None:
    issue = Issue(**{"channel": "app", "received_at": NOON, **given})  # type: ignore[arg-type]
    values = Subject.from_issue(issue, FIELDS).values
    return bare(first_failure(condition, values, Terms.of(WORLD, FIELDS)))


def bare(failure: Failure | None) -> Failure | None:
    """The failure without the node of its clause."""
    return None if failure is None else replace(failure, condition=None)


def test_the_first_clause_that_failed_is_named_with_its_place_and_the_value_seen() -> None:
    assert failure(NOISE) == Failure("category under M", at(10), "-")
    assert failure(NOISE, category="D01") == Failure("category under M", at(10), "D01")
    words = Failure("text contains_any $noise_words", at(11), "-")
    assert failure(NOISE, category="M04", text="占道") == words
    hours = Failure("received_at hours 22:00-06:00", at(12), NOON.isoformat())
    assert failure(NOISE, category="M04", text="太吵") == hours
    night = datetime(2026, 6, 1, 15, tzinfo=UTC)
    assert failure(NOISE, category="M04", text="太吵", received_at=night) is None


def test_an_any_and_a_not_fail_as_a_whole() -> None:
    either = Any((asked(5, "severity", "lte", 2), asked(6, "people", "gte", 5)), at(4))
    expected = Failure("any(severity lte 2; people gte 5)", at(4), "4, 1")
    assert failure(either) == expected
    never = Not(asked(7, "channel", "eq", "app"), at(7))
    assert failure(never) == Failure("not(channel eq app)", at(7), "app")


def test_every_rule_has_its_fate() -> None:
    app = asked(5, "channel", "eq", "app")
    visit = asked(6, "channel", "eq", "visit")
    severe = asked(7, "severity", "eq", 1)
    past = RoutingRule(
        "past", "", None, NOTHING, PLACE, effective=Effective(until=date(2026, 1, 1))
    )
    default = rule("default", None)
    raised = RoutingEffects(set=(("severity", 1),))
    tables = (
        RoutingTable("1", 1, "all", None, (rule("raise", app, raised),)),
        RoutingTable("2", 2, "all", None, (rule("calm", visit),)),
        RoutingTable("3", 3, "first", visit, (rule("visitor", None),)),
        RoutingTable(
            "4", 4, "first", None, (past, rule("severe", severe), rule("app", app)), default
        ),
    )  # fmt: skip
    subject = Subject.from_issue(Issue("app", NOON), FIELDS)
    verdicts = explain(rule_set(*tables), WORLD, subject, {}, date(2026, 6, 1), FIELDS)
    failed = Failure("channel eq visit", at(6), "app")
    assert [(verdict.rule, verdict.fate, bare(verdict.failure)) for verdict in verdicts] == [
        ("raise", "prepared", None),
        ("calm", "failed", failed),
        ("visitor", "guarded", failed),
        ("past", "not_in_force", None),
        # It sees the severity that the preparing rule has set.
        ("severe", "won", None),
        ("app", "true", None),
        ("default", "true", None),
    ]
    assert verdicts[0] == Verdict("raise", "Raise", PLACE, "prepared")
    assert verdicts[4].because == (("severity eq 1", "1"),)


STALLS = RoutingRule(
    id="night-stall-noise",
    name="夜间占道经营扰民",
    when=NOISE,
    effects=RoutingEffects(
        refer=Refer(
            Target(first_present=(Target(unit="urban_management"), Target(relative="township"))),
            (Support(Target(unit="police"), (NamedClock("arrive", Span(20, "m")),), True),),
            "emergency",
        ),
        within=(
            NamedClock("claim", Span(2, "wh")),
            NamedClock("mediate", Span(45, "wd"), "accepted"),
        ),
        set=(("severity", 2),),
        tag=("夜间", "占道"),
    ),
    place=PLACE,
    basis="噪声污染防治法",
    effective=Effective(since=date(2026, 1, 1)),
)  # fmt: skip


def test_a_rule_is_one_sentence_in_english() -> None:
    guard = asked(1, "territory", "under", "620922")
    assert rule_prose(STALLS, guard) == (
        "If territory is 620922 or below it and (category is M or below it and text contains one "
        "of $noise_words and received at lies in the hours 22:00-06:00): whistle for the first "
        "present of urban_management, @township (emergency); supported by police (arrive within "
        "20m, required); claim within 2wh; mediate within 45wd of accepted; set severity to 2; "
        "tag it 夜间, 占道 (噪声污染防治法), received from 2026-01-01."
    )


def test_a_rule_is_one_sentence_in_chinese() -> None:
    i18n.set_locale("zh_CN")
    assert rule_prose(STALLS) == (
        "若 类别属于 M 且 文本包含 $noise_words 之一 且 收到时间在 22:00-06:00 时段内，则 向 "
        "urban_management、@乡镇 中最先在岗的 吹哨（应急哨）；police 协办（20m 内报到、必须）；"
        "2wh 内签收；受理起 45wd 内mediate；等级定为 重大；加标签 夜间、占道"
        "（依据：噪声污染防治法），2026-01-01 起收到的适用。"
    )


def test_nesting_history_and_proposals_are_told() -> None:
    repeated = Repeats(("reporter", "category"), Span(90, "d"), 3, PLACE)
    mixed = Not(Any((asked(5, "category", "exists", False), repeated), PLACE), PLACE)
    both = All((mixed, asked(6, "received_at", "day", "workday")), PLACE)
    assert condition_prose(both) == (
        "it is not so that (category is not known or 3 cases or more with the same reporter, "
        "category within 90d) and received at lies on a workday"
    )
    redirect = RoutingEffects(propose=Proposal("redirect", "litigation"))
    assert rule_prose(rule("x", None, redirect)) == (
        "Always: propose the legal path litigation, for a person to sign."
    )
    reject = RoutingEffects(propose=Proposal("reject", "no_facts"), seal="minor", link="incident")
    assert rule_prose(rule("x", None, reject)) == (
        "Always: seal it as minor; link it as incident; "
        "propose to reject it (no_facts), for a person to sign."
    )


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_operator_has_its_words(operator: str, language: str) -> None:
    i18n.set_locale(language)
    for value in (True, False) if OPERATORS[operator].takes == "bool" else ("x",):
        told = condition_prose(leaf("channel", operator, value))
        assert told.count("channel" if language == "en" else "渠道") == 1
        assert ("x" in told) is (value == "x")
        assert operator not in ("exists", "empty") or told != condition_prose(
            leaf("channel", operator, not value)
        )


def test_words_of_closed_vocabularies_are_told_by_their_chinese_labels() -> None:
    i18n.set_locale("zh_CN")
    for day, label in vocabulary.DAYS.items():
        assert label in condition_prose(leaf("received_at", "day", day))
    assert condition_prose(leaf("channel", "in", ("app", "visit"))) == "渠道是 随手拍、来访 之一"
