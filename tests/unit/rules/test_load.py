"""What rule files mean: each construct of the language as the tree it becomes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any as Anything

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.model.span import Span
from referral_engine.model.target import Target
from referral_engine.rules import tree
from referral_engine.rules.fields import Field, registry
from referral_engine.rules.load import load_rules, load_sources, read_sources
from referral_engine.rules.names import Names

NAMES = Names(
    units={"police": "公安局", "justice": "司法局", "gas_company": "燃气公司", "fire": "消防"},
    territories={"620922": "瓜州县", "620922100": "渊泉镇"},
    categories={"M": "城市管理", "M01": "市容", "S03": "市政险情"},
)
BEIJING = timezone(timedelta(hours=8))


def load(text: str, **more: str) -> tree.RuleSet:
    return load_sources(
        {"rules.yaml": text} | {f"{k}.yaml": v for k, v in more.items()}, registry(), NAMES
    )


def condition(when: str, kind: str = "routing", lists: str = "") -> tree.Condition:
    """The condition as it stands in the only rule of a table."""
    if kind == "routing":
        text = f"""kind: routing
hit: first
rules: [{{id: a, name: A, when: {when}, refer: {{lead: police}}}}]
default: {{refer: {{lead: police}}}}
"""
        table: Anything = load(text, **({"lists": lists} if lists else {})).routing[0]
    else:
        text = f"""kind: escalation
rules: [{{id: a, name: A, on: manual, derive: late, when: {when}, remind: true}}]
"""
        table = load(text).escalation[0]
    found = table.rules[0].when
    assert found is not None
    return found  # type: ignore[no-any-return]


def leaf(when: str, kind: str = "routing") -> tuple[str, str, tree.Value]:
    found = condition(when, kind)
    assert isinstance(found, tree.Leaf)
    return found.field, found.operator, found.value


@pytest.mark.parametrize(
    ("when", "value"),
    [
        ("{people: {eq: 010}}", 10),
        ("{people: {gte: 1_000}}", 1000),
        ("{people: {in: [1, 2]}}", (1, 2)),
        ("{people: {between: [5, 9]}}", (5, 9)),
        ("{text: {contains: 10:00}}", "10:00"),
        ("{text: {contains: no}}", "no"),
        ("{text: {contains: 010}}", "010"),
        ("{text: {contains: 1_000}}", "1_000"),
        ("{channel: {eq: 12345}}", "12345"),
        ("{tags: {has: yes}}", "yes"),
        ("{tags: {has_any: [off, 2026-01-01]}}", ("off", "2026-01-01")),
        ("{tags: {empty: no}}", False),
        ("{category: {exists: yes}}", True),
        ("{category: {under: M}}", "M"),
        ("{category: {at_level: 2}}", "2"),
        ("{territory: {at_level: township}}", "township"),
        ("{territory: {at_level: 乡镇}}", "township"),
        ("{territory: {eq: 620922100}}", "620922100"),
        ("{severity: {lte: 2}}", 2),
        ("{severity: {eq: 重大}}", 2),
        ("{reporter_anonymous: {eq: 是}}", True),
        ("{whistle: {eq: 应急哨}}", "emergency"),
        ('{received_at: {hours: "22:00-06:00"}}', tree.HoursWindow(22 * 60, 6 * 60)),
        ("{received_at: {hours: 00:00-24:00}}", tree.HoursWindow(0, 24 * 60)),
        ("{received_at: {season: 11-15..03-15}}", tree.Season((11, 15), (3, 15))),
        ("{received_at: {day: holiday}}", "holiday"),
        (
            "{received_at: {gte: 2026-09-30T08:00Z}}",
            datetime(2026, 9, 30, 8, tzinfo=UTC),
        ),
        ("{received_at: {lt: 2026-09-30}}", datetime(2026, 9, 30, tzinfo=BEIJING)),
    ],
)
def test_a_scalar_means_what_its_field_makes_of_it(when: str, value: tree.Value) -> None:
    found = leaf(when)[2]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("when", "value"),
    [
        ("{share: {gte: 80%}}", 0.8),
        ("{share: {gte: 0.8}}", 0.8),
        ("{overdue_h: {gt: 4}}", 4.0),
        ("{flags: {has: late}}", "late"),
        ("{state: {in: [办理中, closed]}}", ("in_progress", "closed")),
        ("{supervised: {eq: false}}", False),
    ],
)
def test_a_running_case_has_fields_of_its_own(when: str, value: tree.Value) -> None:
    assert leaf(when, "escalation")[2] == value


@pytest.mark.parametrize(
    "when",
    [
        "{people: {gte: 1.5}}",
        "{people: {gte: ''}}",
        "{text: {contains: '  '}}",
        "{people: {gte: 99999999999999999999}}",
        "{people: {between: [1, 2, 3]}}",
        "{people: {between: [9, 5]}}",
        "{people: {in: 3}}",
        "{people: {in: []}}",
        "{people: {eq: [3]}}",
        "{people: 3}",
        "{people: {}}",
        "{people: }",
        "[{people: {gte: 1}}]",
        "{all: {people: {gte: 1}}}",
        "{reporter_anonymous: {eq: perhaps}}",
        "{received_at: {gte: yesterday}}",
        "{received_at: {hours: 22:00}}",
        "{received_at: {hours: 22:60-23:00}}",
        "{received_at: {hours: 22:00-22:00}}",
        "{received_at: {season: 02-30..03-15}}",
        "{received_at: {in: [2026-01-01]}}",
        "{received_at: {day: sunday}}",
        "{severity: {eq: 5}}",
        "{text: {contains: $words}}",
        "{text: {matches: '(?=x)'}}",
        "{territory: {at_level: 3}}",
        "{repeats: {same: [text], within: 90d, at_least: 3}}",
        "{repeats: {same: [category], within: 9wd, at_least: 3}}",
        "{repeats: {same: [category], within: 90d, at_least: 1}}",
        "{repeats: {same: [category], at_least: 3}}",
    ],
)
def test_what_cannot_be_meant_is_an_error(when: str) -> None:
    rule = f"{{id: a, name: A, when: {when}, refer: {{lead: police}}}}"
    text = f"kind: routing\nhit: first\nrules: [{rule}]\n"
    loaded = read_sources({"r.yaml": text}, names=NAMES, whole=False)
    assert loaded.errors
    assert all(fault.place.line == 3 and fault.rule == "a" for fault in loaded.errors)
    # A rule whose condition is faulty must not become one that always holds.
    assert loaded.rule_set.routing[0].rules == ()


def test_joins_nest_and_keep_their_places() -> None:
    found = condition("{all: [{people: {gte: 3}}, {not: {any: [{category: {under: M}}]}}]}")
    assert isinstance(found, tree.All)
    first, second = found.parts
    assert isinstance(first, tree.Leaf)
    assert isinstance(second, tree.Not)
    assert isinstance(second.part, tree.Any)
    assert (first.place.line, first.place.column) == (3, 40)


def test_a_named_list_is_expanded_and_remembered_as_written() -> None:
    lists = "kind: lists\nlists: {noise: [噪声, 喇叭], one: ['$noise']}\n"
    found = condition("{text: {contains_any: $noise}}", lists=lists)
    assert isinstance(found, tree.Leaf)
    assert (found.value, found.source_value) == (("噪声", "喇叭"), "$noise")
    mixed = condition("{text: {contains_any: [广场舞, $noise]}}", lists=lists)
    assert isinstance(mixed, tree.Leaf)
    assert mixed.value == ("广场舞", "噪声", "喇叭")
    # A word of a list is a word, whatever it begins with.
    plain = condition("{text: {contains_any: $one}}", lists=lists)
    assert isinstance(plain, tree.Leaf)
    assert plain.value == ("$noise",)


def test_below_one_of_several_codes_is_an_any() -> None:
    found = condition("{category: {under: [M01, S03]}}")
    assert isinstance(found, tree.Any)
    values = [part.value for part in found.parts if isinstance(part, tree.Leaf)]
    assert values == ["M01", "S03"]


def test_history_is_asked_with_fields_and_the_reporter() -> None:
    when = "{repeats: {same: [reporter, 类别, territory], within: 13w, at_least: 3}}"
    found = condition(when)
    assert isinstance(found, tree.Repeats)
    assert found.same == ("reporter", "category", "territory")
    assert (found.within, found.at_least) == (Span(91, "d"), 3)
    assert found.key == "repeats(reporter,category,territory;91d)"


CHINESE = """
种类: 派单规则
次序: 900
命中: 首个
条件: {区域: {属于: "620922"}}
规则:
  - 编号: gas-leak
    名称: 燃气泄漏
    依据: 城镇燃气管理条例
    有效期: {自: 2026-01-01}
    条件:
      任一:
        - 文本: {匹配: '燃气.{0,6}(泄漏|泄露|漏气)'}
        - 标签: {含有: 燃气险情}
    派给:
      主办: gas_company
      协办: [{单位: fire, 时限: {报到: 20m}, 必须: 是}, "@乡镇"]
      吹哨: 应急哨
    设定: {等级: 重大}
默认: {派给: {主办: {在岗优先: [police, "@township"]}}, 理由: 属地首接}
"""
ENGLISH = """
kind: routing
rank: 900
hit: first
when: {territory: {under: "620922"}}   # the county
rules:
  - id: gas-leak
    name: 燃气泄漏
    basis: 城镇燃气管理条例
    effective: {from: 2026-01-01}
    when:
      any:
        - text: {matches: '燃气.{0,6}(泄漏|泄露|漏气)'}
        - tags: {has: 燃气险情}
    refer:
      lead: gas_company
      support: [{to: fire, within: {arrive: 20m}, required: true}, "@township"]
      whistle: emergency
    set: {severity: 2}
default: {refer: {lead: {first_present: [police, "@township"]}}, why: 属地首接}
"""


def test_both_languages_say_the_same() -> None:
    chinese, english = load(CHINESE), load(ENGLISH)
    assert chinese.hash == english.hash
    assert chinese.sources != english.sources


def test_a_whole_rule_becomes_its_tree() -> None:
    table = load(ENGLISH).routing[0]
    rule = table.rules[0]
    assert (table.rank, table.hit, table.file) == (900, "first", "rules.yaml")
    assert (rule.id, rule.basis) == ("gas-leak", "城镇燃气管理条例")
    assert rule.effective == tree.Effective(since=date(2026, 1, 1))
    arrive = tree.NamedClock("arrive", Span(20, "m"))
    assert rule.effects.refer == tree.Refer(
        Target(unit="gas_company"),
        (
            tree.Support(Target(unit="fire"), (arrive,), required=True),
            tree.Support(Target(relative="township")),
        ),
        "emergency",
    )
    assert rule.effects.set == (("severity", 2),)
    assert (rule.place.line, rule.place.column) == (7, 9)
    assert table.default is not None
    assert (table.default.id, table.default.why) == ("default", "属地首接")
    assert table.default.effects.refer == tree.Refer(
        Target(first_present=(Target(unit="police"), Target(relative="township")))
    )


def test_what_is_left_to_the_default_is_no_part_of_what_is_decided() -> None:
    marked = ENGLISH.replace(
        ", why: 属地首接}",
        ", why: 属地首接, intended: {when: {category: {exists: false}}, why: 看不出}}",
    )
    intended = load(marked).routing[0].intended
    assert intended is not None
    assert (intended.why, intended.place.line) == ("看不出", 20)
    assert isinstance(intended.when, tree.Leaf)
    assert load(marked).hash == load(ENGLISH).hash


def effects(written: str, hit: str = "first") -> tree.RoutingEffects:
    text = f"kind: routing\nhit: {hit}\nrules: [{{id: a, name: A, {written}}}]\n"
    loaded = read_sources({"r.yaml": text}, names=NAMES, whole=False)
    assert loaded.errors == ()
    return loaded.rule_set.routing[0].rules[0].effects


def test_clocks_may_count_from_another_moment() -> None:
    within = effects(
        "refer: {lead: police}, within: {claim: 2wh, mediate: {45wd: accepted}}"
    ).within
    assert within == (
        tree.NamedClock("claim", Span(2, "wh")),
        tree.NamedClock("mediate", Span(45, "wd"), "accepted"),
    )


def test_preparing_effects() -> None:
    found = effects(
        "set: {severity: 1}, tag: [crowd, urgent], path: 调解, seal: minor, link: problem", "all"
    )
    assert found.tag == ("crowd", "urgent")
    assert (found.path, found.seal, found.link) == ("mediation", "minor", "problem")


@pytest.mark.parametrize(
    ("written", "proposal"),
    [
        ("redirect: litigation", tree.Proposal("redirect", "litigation")),
        ("reject: 不属于受理范围", tree.Proposal("reject", "outside_remit")),
    ],
)
def test_what_only_a_person_may_do_is_proposed(written: str, proposal: tree.Proposal) -> None:
    assert effects(written).propose == proposal


def test_units_are_suggested_with_their_shares() -> None:
    found = effects("suggest: [{to: police, share: 60%}, {to: '@village', share: 0.2}]")
    assert found.refer is None
    assert found.suggest == (
        tree.Suggestion(Target(unit="police"), 0.6),
        tree.Suggestion(Target(relative="village"), 0.2),
    )


@pytest.mark.parametrize(
    ("written", "code", "column"),
    [
        ("[{to: polic, share: 0.6}]", "UNKNOWN_UNIT", 41),
        ("[{to: police, share: 1.6}]", "WRONG_TYPE", 56),
        ("[{to: police, share: 0}]", "WRONG_TYPE", 56),
        ("[{to: police, share: 0.2}, {to: fire, share: 0.6}]", "WRONG_TYPE", 35),
        ("[{to: police, share: 0.6}, {to: fire, share: 0.6}]", "WRONG_TYPE", 35),
        ("[{to: police}]", "MISSING_KEY", 36),
    ],
)
def test_a_faulty_suggestion_is_told_at_its_place(written: str, code: str, column: int) -> None:
    text = f"kind: routing\nhit: first\nrules: [{{id: a, name: A, suggest: {written}}}]\n"
    loaded = read_sources({"r.yaml": text}, names=NAMES, whole=False)
    places = [(fault.code, fault.place.line, fault.place.column) for fault in loaded.errors]
    assert places == [(code, 3, column)]


def escalation(written: str) -> tree.EscalationRule:
    text = f"kind: escalation\nrules: [{{id: a, name: A, {written}}}]\n"
    loaded = read_sources({"r.yaml": text}, names=NAMES, whole=False)
    assert loaded.errors == ()
    return loaded.rule_set.escalation[0].rules[0]


@pytest.mark.parametrize(
    ("written", "on"),
    [
        ("{report: 80%}", (tree.Occasion("report", 0.8),)),
        ("{claim: 100%, contact: 1.5}", (("claim", 1.0), ("contact", 1.5))),
        ("{claim: [50%, 80%]}", (("claim", 0.5), ("claim", 0.8))),
        ("declined", (("declined", 0.0),)),
        ("[退单, 转办, {反馈: 150%}]", (("declined", 0.0), ("transferred", 0.0), ("report", 1.5))),
    ],
)
def test_occasions(written: str, on: tuple[Anything, ...]) -> None:
    wanted = tuple(one if isinstance(one, tree.Occasion) else tree.Occasion(*one) for one in on)
    assert escalation(f"on: {written}, remind: true").on == wanted


def test_a_clock_that_some_rule_starts_is_an_occasion() -> None:
    text = "kind: escalation\nrules: [{id: e, name: E, on: {mediate: 100%}, remind: true}]\n"
    starting = "{refer: {lead: police}, within: {mediate: 45wd}}"
    routing = f"kind: routing\nhit: first\nrules: []\ndefault: {starting}\n"
    alone = read_sources({"e.yaml": text}, names=NAMES, whole=False).errors
    assert [fault.code for fault in alone] == ["UNKNOWN_OCCASION"]
    rules = load_sources({"e.yaml": text, "r.yaml": routing}, names=NAMES)
    assert rules.escalation[0].rules[0].on == (tree.Occasion("mediate", 1.0),)


def test_escalation_effects_and_their_short_forms() -> None:
    found = escalation(
        "derive: late, remind: true, supervise: '@lead', step_up: true,"
        "notify: [police, '@township'], confer: [police, justice], designate: true, priority: 5,"
        "recommend: {step: 黄牌, against: lead}"
    )
    assert found.priority == 5
    assert found.effects == tree.EscalationEffects(
        derive="late",
        remind=(Target(relative="unit"),),
        supervise=(Target(relative="lead"),),
        step_up=Target(relative="next"),
        notify=(Target(unit="police"), Target(relative="township")),
        confer=(Target(unit="police"), Target(unit="justice")),
        designate=Target(relative="centre"),
        recommend=tree.Recommendation("yellow_card", "lead"),
    )


PATH = """
kind: path
paths:
  - id: home-mediation
    name: 上门调解
    basis: 人民调解法
    steps:
      - {id: ask, name: 征求意愿, refer: {lead: justice}, within: {report: 3wd},
         on: {success: talk, failure: {outcome: explained}}}
      - {id: talk, name: 调解, on: {success: {outcome: 调解成功}, failure: {outcome: not_mediated}}}
"""


def test_a_path_leads_from_step_to_step_to_an_outcome() -> None:
    path = load(PATH).paths["home-mediation"]
    ask, talk = path.steps
    assert (ask.success, ask.outcome_failure) == ("talk", "explained")
    assert (talk.success, talk.outcome_success, talk.outcome_failure) == (
        "",
        "mediated",
        "not_mediated",
    )
    assert ask.refer == tree.Refer(Target(unit="justice"))


@pytest.mark.parametrize(
    ("written", "begins"), [("perform", ("perform",)), ("[履行, confirm]", ("perform", "confirm"))]
)
def test_a_step_may_begin_with_a_broken_promise(written: str, begins: tuple[str, ...]) -> None:
    path = load(PATH.replace("{id: talk,", f"{{id: talk, begins: {written},")).paths
    assert path["home-mediation"].steps[1].begins == begins
    assert [
        fault.code
        for fault in read_sources(
            {"p.yaml": PATH.replace("{id: talk,", "{id: talk, begins: report,")}, names=NAMES
        ).errors
    ] == ["UNKNOWN_VALUE"]


def test_a_rule_may_send_along_a_path_of_another_file() -> None:
    routing = "kind: routing\nhit: all\nrules: [{id: p, name: P, path: home-mediation}]\n"
    assert load(PATH, routing=routing).routing[0].rules[0].effects.path == "home-mediation"
    alone = read_sources({"r.yaml": routing}, names=NAMES).errors
    assert [fault.code for fault in alone] == ["UNKNOWN_VALUE"]


def test_whistle_levels_have_their_clocks() -> None:
    rules = load("""
kind: whistles
whistles: {routine: {claim: 2wh, report: 5wd}, 应急哨: {claim: 15m, arrive: 30m}}
dispatch: {claim: 2wh, contact: 1d, report: 5wd}
case: {answer: 60d}
""")
    assert set(rules.whistles) == {"routine", "emergency", "dispatch", "case"}
    assert rules.whistles["emergency"][0] == tree.NamedClock("claim", Span(15, "m"))
    assert rules.whistles["case"] == (tree.NamedClock("answer", Span(60, "d")),)


def test_categories_are_a_tree_by_prefix_or_by_parent() -> None:
    rules = load("""
kind: categories
categories:
  M: 城市管理
  M04: 噪声
  M04a: 工业噪声
  X: {label: 其他, parent: M}
""")
    parents = {code: category.parent for code, category in rules.categories.items()}
    assert parents == {"M": "", "M04": "M", "M04a": "M04", "X": "M"}


@pytest.mark.parametrize(
    "written",
    ["{A: {label: a, parent: B}, B: {label: b, parent: A}}", "{A: {label: a, parent: Z}}"],
)
def test_a_category_cannot_lie_under_itself_or_nothing(written: str) -> None:
    assert read_sources({"c.yaml": f"kind: categories\ncategories: {written}\n"}).errors


def test_declared_categories_are_the_only_ones() -> None:
    declared = "kind: categories\ncategories: {Q: 咨询}\n"
    when = (
        "kind: routing\nhit: all\nrules: [{id: a, name: A, when: {category: {eq: %s}}, tag: t}]\n"
    )
    known = read_sources({"c.yaml": declared, "r.yaml": when % "Q"})
    unknown = read_sources({"c.yaml": declared, "r.yaml": when % "K"})
    assert known.errors == ()
    assert [fault.code for fault in unknown.errors] == ["UNKNOWN_CATEGORY"]


def test_a_label_written_for_an_id_is_answered_with_the_id() -> None:
    text = "kind: routing\nhit: first\nrules: [{id: a, name: A, refer: {lead: 公安局}}]\n"
    (fault,) = read_sources({"r.yaml": text}, names=NAMES, whole=False).errors
    assert (fault.code, fault.suggestion) == ("UNKNOWN_UNIT", "did you mean `police`?")


def test_fields_of_plugins_and_of_imports_are_asked_for_by_name() -> None:
    amount = Field(name="market_supervision.amount", type="number", label="金额", alias="市监.金额")
    fields = registry().extended([amount]).with_extra({"street": "街道"})
    when = "{all: [{市监.金额: {gte: 500}}, {extra.street: {eq: 坪山}}]}"
    text = f"kind: routing\nhit: all\nrules: [{{id: a, name: A, when: {when}, tag: t}}]\n"
    found = load_sources({"r.yaml": text}, fields).routing[0].rules[0].when
    assert isinstance(found, tree.All)
    leaves = [(part.field, part.value) for part in found.parts if isinstance(part, tree.Leaf)]
    assert leaves == [("market_supervision.amount", 500.0), ("extra.street", "坪山")]


def test_undeclared_units_are_not_judged() -> None:
    text = "kind: routing\nhit: first\nrules: [{id: a, name: A, refer: {lead: anyone}}]\n"
    assert read_sources({"r.yaml": text}, whole=False).errors == ()


# -- order, hash, sources ------------------------------------------------------------------------


def table(rank: int, rule: str) -> str:
    return f"kind: routing\nhit: all\nrank: {rank}\nrules: [{{id: {rule}, name: A, tag: t}}]\n"


def test_tables_stand_by_rank_and_then_by_path() -> None:
    rules = load_sources({"b": table(100, "r3"), "a": table(100, "r2"), "c": table(5, "r1")})
    assert [found.rules[0].id for found in rules.routing] == ["r1", "r2", "r3"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("# a comment\n" + ENGLISH, id="comment"),
        pytest.param(ENGLISH.replace("severity: 2", "severity: '2'"), id="quotes"),
        pytest.param(ENGLISH.replace("        - tags", "\n        -   tags"), id="space"),
        pytest.param(ENGLISH.replace("rank: 900", "rank: 7"), id="rank, alone"),
    ],
)
def test_the_hash_ignores_what_changes_no_decision(other: str) -> None:
    assert load(other).hash == load(ENGLISH).hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("any:", "all:"),
        ("severity: 2", "severity: 3"),
        ("required: true", "required: false"),
        ("arrive: 20m", "arrive: 21m"),
        ("gas-leak", "gas-leaks"),
        ("has: 燃气险情", "has_any: [燃气险情]"),
        ("城镇燃气", "城镇"),
        ("2026-01-01", "2026-01-02"),
        ("under:", "eq:"),
    ],
)
def test_the_hash_follows_every_change_of_content(old: str, new: str) -> None:
    assert old in ENGLISH
    assert load(ENGLISH.replace(old, new)).hash != load(ENGLISH).hash


def test_a_text_that_looks_like_a_place_is_part_of_the_hash() -> None:
    def said(word: str) -> str:
        why = f"""',"place":{{"file":"{word}","line":1,"column":1}}'"""
        return load(ENGLISH.replace("属地首接", "X").replace("why: X", f"why: {why}")).hash

    assert said("a") != said("b")


def test_the_hash_does_not_depend_on_file_names_or_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from referral_engine import i18n

    here = load_sources({"x/y.yaml": ENGLISH}, names=NAMES).hash
    i18n.set_locale("zh_CN")
    assert load(ENGLISH).hash == here


def test_order_of_rules_and_of_tables_is_content() -> None:
    first = load_sources({"a": table(1, "r1"), "b": table(2, "r2")})
    second = load_sources({"a": table(2, "r1"), "b": table(1, "r2")})
    assert first.hash != second.hash


def test_stored_sources_give_the_same_rule_set(tmp_path: Path) -> None:
    for name, text in {"a.yaml": ENGLISH, "p.yaml": PATH, "t.yaml": table(1, "r")}.items():
        (tmp_path / name).write_text(text, "utf-8")
    rules = load_rules([tmp_path], names=NAMES, root=tmp_path)
    assert load_sources(rules.sources, names=NAMES) == rules


PIECES = st.sampled_from(
    [
        ": ",
        "{",
        "}",
        "[",
        "]",
        "\n",
        "  ",
        "- ",
        "'",
        '"',
        "$x",
        "@",
        "&a ",
        "*a",
        "null",
        "~",
        "<<",
        "under",
        "all",
        "not",
        "M",
        "police",
        "2wh",
        "80%",
        "：",
        "是",
        "\t",
        "!x ",
        "| ",
        "#",
    ]
)


@given(st.data())
def test_whatever_is_written_is_read_or_reported(data: st.DataObject) -> None:
    """A slip anywhere gives a fault, or leaves every rule of the table standing."""
    source = data.draw(st.sampled_from([ENGLISH, CHINESE]))
    at = data.draw(st.integers(0, len(source)))
    length = data.draw(st.integers(0, 6))
    damaged = source[:at] + data.draw(PIECES) + source[at + length :]
    loaded = read_sources({"r.yaml": damaged}, names=NAMES)
    if not loaded.errors:
        (read,) = loaded.rule_set.routing
        assert len(read.rules) == 1
        assert load_sources(loaded.rule_set.sources, names=NAMES) == loaded.rule_set
    for fault in loaded.faults:
        lines = damaged.split("\n")
        assert 1 <= fault.place.line <= len(lines) + 1
        assert fault.source == "".join(lines[fault.place.line - 1 : fault.place.line])
