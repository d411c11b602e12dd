"""Routing in two phases, as rules.md tells it."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from referral_engine.model.issue import Issue, Location, Reporter
from referral_engine.model.span import Span
from referral_engine.model.target import Target
from referral_engine.org import Org
from referral_engine.org.content import Content
from referral_engine.rules.match import Router, Undecided
from referral_engine.rules.rows import rows_of
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    Decision,
    Effective,
    HoursWindow,
    Not,
    Refer,
    Repeats,
    RoutingEffects,
    RoutingRule,
    RoutingTable,
)
from referral_engine.rules.world import World
from referral_engine.worktime import WorkCalendar
from tests.strategies.rules import FIELDS, PLACE, WORLD, leaf, rule_set

DAY = date(2026, 6, 1)
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
ALWAYS = Effective()
REPEATED = Repeats(("category",), Span(90, "d"), 3, PLACE)


def rule(
    name: str,
    when: Condition | None = None,
    effective: Effective = ALWAYS,
    **effects: object,
) -> RoutingRule:
    return RoutingRule(name, "", when, RoutingEffects(**effects), PLACE, effective=effective)  # type: ignore[arg-type]


DEFAULT = rule("default", refer=Refer(Target(relative="township")))


def preparing(*rules: RoutingRule, rank: int = 1, when: Condition | None = None) -> RoutingTable:
    return RoutingTable(f"prepare-{rank}.yaml", rank, "all", when, rules)


def deciding(
    *rules: RoutingRule,
    rank: int = 100,
    when: Condition | None = None,
    default: RoutingRule | None = DEFAULT,
) -> RoutingTable:
    return RoutingTable(f"decide-{rank}.yaml", rank, "first", when, rules, default)


def issue(**given: object) -> Issue:
    return Issue(**{"channel": "app", "received_at": NOON, **given})  # type: ignore[arg-type]


def decide(
    *tables: RoutingTable,
    answers: dict[str, int] | None = None,
    day: date = DAY,
    **given: object,
) -> Decision:
    router = Router(rule_set(*tables), WORLD, FIELDS)
    return router.decide(Subject.from_issue(issue(**given), FIELDS), answers or {}, day)


def test_the_first_true_rule_decides_and_all_true_ones_are_named_in_order() -> None:
    table = deciding(
        rule("hotline", leaf("channel", "eq", "hotline")),
        rule("app", leaf("channel", "eq", "app"), refer=Refer(Target(unit="police"))),
        rule("any"),
    )
    decision = decide(table)
    assert (decision.rule, decision.matched) == ("app", ("app", "any"))
    assert decision.effects.refer == Refer(Target(unit="police"))
    assert (decision.file, decision.line) == (PLACE.file, PLACE.line)


def test_tables_are_asked_by_rank_then_file_whatever_their_order() -> None:
    township = deciding(
        rule("exception"), rank=50, when=leaf("territory", "under", "620922100"), default=None
    )
    county = deciding(rule("general"))
    for tables in ((township, county), (county, township)):
        assert decide(*tables, territory="620922100001").matched == ("exception", "general")
        assert decide(*tables, territory="620922101").matched == ("general",)


def test_only_the_default_of_the_last_table_decides_what_no_rule_does() -> None:
    never = leaf("channel", "eq", "never")
    first = deciding(rule("one", never), rank=1, default=rule("default", path="petition"))
    decision = decide(first, deciding(rule("two", never), rank=2))
    assert (decision.rule, decision.matched) == ("default", ())
    assert decision.effects == DEFAULT.effects


def test_no_rule_and_no_default_is_an_error_not_a_silent_loss() -> None:
    with pytest.raises(Undecided, match="no rule decides"):
        decide(deciding(rule("never", leaf("channel", "eq", "never")), default=None))


def test_a_preparing_table_reads_what_stood_when_it_began() -> None:
    severe = leaf("severity", "eq", 1)
    table = preparing(rule("raise", set=(("severity", 1),)), rule("mark", severe, tag=("重大",)))
    later = preparing(rule("mark-later", severe, tag=("以后",)), rank=2)
    decision = decide(table, later, deciding(rule("severe", severe)))
    assert decision.prepared == ("raise", "mark-later")
    assert (decision.values, decision.tags) == ((("severity", 1),), ("以后",))
    assert decision.rule == "severe"


def test_the_first_to_speak_wins_and_the_overruled_are_traced() -> None:
    decision = decide(
        preparing(
            rule("a", set=(("severity", 2),), path="mediation", seal="minor"),
            rule("b", set=(("severity", 1),), path="petition", seal="minor", link="incident"),
        ),
        preparing(rule("c", set=(("category", "M"),), link="problem"), rank=2),
        deciding(),
    )
    assert decision.prepared == ("a", "b", "c")
    assert decision.values == (("severity", 2), ("category", "M"))
    assert (decision.path, decision.seal, decision.link) == ("mediation", "minor", "incident")
    assert decision.overruled == (
        ("b", "severity=1"),
        ("b", "path=petition"),
        ("c", "link=problem"),
    )


def test_deciding_rules_see_seal_path_and_tags_that_were_prepared() -> None:
    table = preparing(rule("seal", seal="accusation", path="petition", tag=("群体性", "已有")))
    parts = (
        leaf("sealed", "eq", True),
        leaf("path", "eq", "petition"),
        leaf("tags", "has_all", ("已有", "群体性")),
    )
    decision = decide(table, deciding(rule("all", All(parts, PLACE))), tags=("已有",))
    assert (decision.rule, decision.tags) == ("all", ("群体性",))
    assert decide(deciding(rule("all", All(parts, PLACE)))).rule == "default"


def test_a_rule_is_in_force_from_its_first_day_until_the_excluded_last() -> None:
    window = Effective(date(2026, 1, 1), date(2026, 7, 1))
    table = deciding(rule("now", None, window))
    for day, expected in {
        date(2025, 12, 31): "default",
        date(2026, 1, 1): "now",
        date(2026, 6, 30): "now",
        date(2026, 7, 1): "default",
    }.items():
        assert decide(table, day=day).rule == expected


def test_history_is_answered_by_the_caller() -> None:
    table = deciding(rule("often", REPEATED))
    assert decide(table, answers={REPEATED.key: 3}).rule == "often"
    assert decide(table, answers={REPEATED.key: 2}).rule == "default"
    assert decide(table).rule == "default"


def test_only_the_questions_of_rules_that_may_be_true_are_asked() -> None:
    more = Repeats(REPEATED.same, REPEATED.within, 5, PLACE)
    text = leaf("text", "contains_any", ("噪声", "吵"))
    router = Router(
        rule_set(
            deciding(
                rule("app", All((leaf("channel", "eq", "app"), REPEATED), PLACE)),
                rule("noise", All((leaf("channel", "eq", "app"), text, more), PLACE)),
            )
        ),
        WORLD,
    )
    assert router.questions(Subject.from_issue(issue(channel="hotline"))) == ()
    # One key is one question; counting may stop at the largest number that matters.
    assert router.questions(Subject.from_issue(issue())) == (more,)


def test_a_question_is_asked_where_preparing_may_yet_change_the_values() -> None:
    # Nothing but this test keeps a history question from being judged on the old category.
    noise = All((leaf("category", "eq", "M04"), REPEATED), PLACE)
    router = Router(
        rule_set(
            preparing(rule("recast", leaf("channel", "eq", "app"), set=(("category", "M04"),))),
            deciding(rule("noise", noise)),
        ),
        WORLD,
    )
    subject = Subject.from_issue(issue(category="D01"))
    (asked,) = router.questions(subject)
    assert asked == REPEATED
    assert router.decide(subject, {asked.key: 3}, DAY).rule == "noise"


def test_the_winner_tells_its_clauses_and_the_values_seen_but_never_the_words() -> None:
    gas = leaf("text", "matches", "燃气.{0,6}泄漏")
    parts: tuple[Condition, ...] = (
        Any((leaf("tags", "has", "燃气险情"), gas), PLACE),
        leaf("text", "contains_all", ("气", "泄漏")),
        leaf("extra.street", "ne", "人民路"),
        Not(leaf("category", "exists", True), PLACE),
        REPEATED,
    )
    guard = leaf("territory", "under", "620922")
    decision = decide(
        deciding(rule("gas", All(parts, PLACE)), when=guard),
        answers={REPEATED.key: 4},
        territory="620922100",
        text="夜里闻到燃气在泄漏",
        extra={"street": "张三家"},
    )
    assert decision.seen == (
        ("territory under 620922", "620922100"),
        ("text matches 燃气.{0,6}泄漏", "4-9"),
        ("text contains_all [气, 泄漏]", "5-6, 7-9"),
        ("extra.street ne 人民路", "*"),
        ("not(category exists true)", "-"),
        ("repeats(category;90d) at_least 3", "4"),
    )


def test_a_trace_on_request_only() -> None:
    router = Router(rule_set(deciding(rule("app", leaf("channel", "eq", "app")))), WORLD)
    subject = Subject.from_issue(issue())
    told = router.decide(subject, {}, DAY)
    assert told.seen == (("channel eq app", "app"),)
    assert router.decide(subject, {}, DAY, trace=False).seen == ()
    # What is remembered of one decision must not leak into the next.
    assert router.decide(subject, {}, DAY) == told


def test_an_any_over_fields_is_rows_and_over_one_field_a_single_look() -> None:
    terms = Terms.of(WORLD, FIELDS)
    one = Any((leaf("channel", "eq", "app"), leaf("channel", "eq", "web")), PLACE)
    two = Any((leaf("channel", "eq", "app"), leaf("severity", "eq", 1)), PLACE)
    assert [len(row.parts) for row in rows_of((one,), terms)] == [1]
    assert [len(row.parts) for row in rows_of((one, two), terms)] == [1, 2]
    # Beyond a few rows the rest is asked, and nothing explodes.
    many = [
        Any((leaf("channel", "eq", str(n)), leaf("severity", "eq", n), REPEATED), PLACE)
        for n in range(40)
    ]
    rows = rows_of(many, terms)
    assert 1 < len(rows) <= 16
    assert all(len(row.rest) == 38 for row in rows)


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Asia/Shanghai", "2026-06-01"),
        ("Europe/Berlin", "2026-03-29"),
        ("Australia/Lord_Howe", "2026-04-04"),  # by half an hour
        ("Asia/Kathmandu", "1985-12-31"),  # by a quarter
        ("Africa/Monrovia", "1972-01-06"),  # 44 minutes and a half behind, until the next day
    ],
)
def test_the_hours_of_a_day_are_those_of_the_zone_also_on_the_day_of_a_change(
    zone: str, changes: str
) -> None:
    calendar = WorkCalendar(zone=zone)
    world = World(Org(Content(()), calendar.zone), calendar, {})
    night = leaf("received_at", "hours", HoursWindow(22 * 60 + 10, 2 * 60 + 40))
    router = Router(rule_set(deciding(rule("night", night))), world)
    begin = datetime.fromisoformat(changes).replace(tzinfo=UTC) - timedelta(days=1)
    for minutes in range(0, 3 * 1440, 5):
        moment = begin + timedelta(minutes=minutes)
        local = moment.astimezone(calendar.zone)
        at_night = not 2 * 60 + 40 <= local.hour * 60 + local.minute < 22 * 60 + 10
        decision = router.decide(Subject.from_issue(issue(received_at=moment)), {}, DAY)
        assert (decision.rule == "night") is at_night, local


def test_a_rule_may_read_two_texts() -> None:
    both = All((leaf("text", "contains", "漏"), leaf("test.remark", "contains", "漏")), PLACE)
    table = deciding(rule("both", both))
    assert decide(table).rule == "default"
    assert decide(table, text="漏水").rule == "default"
    assert decide(table, text="漏水", extra={"test.remark": "又漏"}).rule == "both"


def test_a_router_serves_many_threads() -> None:
    rules = [rule(f"r{n}", leaf("text", "contains", f"词{n}")) for n in range(50)]
    router = Router(rule_set(deciding(*rules)), WORLD)
    wrong: list[str] = []

    def serve(offset: int) -> None:
        for turn in range(400):
            number = (turn * 7 + offset) % 50
            subject = Subject.from_issue(issue(text=f"请看 词{number}。"))
            expected = [n for n in range(50) if f"词{n}" in f"词{number}"]
            found = router.decide(subject, {}, DAY).matched
            if found != tuple(f"r{n}" for n in expected):
                wrong.append(f"{number}: {found}")

    threads = [threading.Thread(target=serve, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_subject_has_what_the_issue_has_and_nothing_else() -> None:
    subject = Subject.from_issue(
        issue(
            title="Ｇas",
            text="泄漏",
            reporter=Reporter(anonymous=True),
            location=Location(40.5, 95.8),
            extra={
                "severity": "1",
                "street": "人民路",
                "empty": None,
                "market_supervision.amount": "1000",
                "test.wait": "soon",
            },
        ),
        FIELDS,
    )
    assert dict(subject.values) == {
        "channel": "app",
        "received_at": NOON,
        "reporter_anonymous": True,
        "people": 1,
        "severity": 4,
        "tags": (),
        "accused": (),
        "has_location": True,
        "has_attachments": False,
        "sealed": False,
        "text": "gas\n泄漏",
        # A column called like a field never poses as it; a value that does not read is missing.
        "extra.severity": "1",
        "extra.street": "人民路",
        "market_supervision.amount": 1000.0,
    }


def test_a_subject_of_a_running_case_comes_from_plain_values() -> None:
    subject = Subject.from_mapping({"flags": ["late"], "text": "ＧAS", "unit": None, "returns": 2})
    assert dict(subject.values) == {"flags": ("late",), "text": "gas", "returns": 2}
    assert dict(subject.changed({"returns": 3}).values)["returns"] == 3
    assert subject.get("returns") == 2
    assert subject.get("unit") is None


def test_the_deciding_rule_may_set_tag_and_name_a_path_but_what_was_prepared_stands() -> None:
    refer = Refer(Target(unit="fire"))
    said = {"set": (("severity", 2),), "tag": ("danger",), "path": "enforcement"}
    leak = rule("leak", refer=refer, **said)
    decision = decide(deciding(leak))
    assert (decision.values, decision.tags) == ((("severity", 2),), ("danger",))
    assert (decision.path, decision.prepared) == ("enforcement", ())
    before = preparing(rule("first", set=(("severity", 1),), path="petition"))
    decision = decide(before, deciding(leak))
    assert (decision.values, decision.path) == ((("severity", 1),), "petition")
    assert decision.prepared == ("first",)
