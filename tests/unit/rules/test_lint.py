"""Every lint rule: a fixture at an exact place, a manual whose examples are true, a page."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from referral_engine.errors import Fault, Place
from referral_engine.model.issue import Issue
from referral_engine.model.person import Person, Post
from referral_engine.model.roster import DutyList
from referral_engine.model.territory import Territory
from referral_engine.model.unit import Unit
from referral_engine.org import Org
from referral_engine.org.content import Content
from referral_engine.rules import lint as lint_package
from referral_engine.rules.fields import registry
from referral_engine.rules.lint import Lint, checks, lints, shadowed
from referral_engine.rules.lint.__main__ import section
from referral_engine.rules.load import read_rules, read_sources
from referral_engine.rules.naive import route
from referral_engine.rules.names import Names
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.subject import Subject
from referral_engine.rules.survey import Survey
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import Category, RuleSet
from referral_engine.workspace import Workspace
from tests.strategies.rules import CATEGORIES, DAYS, WORLD, answers, issues, rule_sets
from tests.strategies.rules import FIELDS as STRATEGY_FIELDS

ROOT = Path(__file__).resolve().parents[3]
FAULTY = ROOT / "tests/faulty/rules"
TERRITORIES = (
    Territory("620922", "瓜州县", "county"),
    Territory("620922100", "渊泉镇", "township", "620922"),
    Territory("620922101", "柳园镇", "township", "620922"),
)
UNITS = (
    Unit("centre", "综治中心", "centre", "620922", answers_for=("620922",)),
    Unit("police", "公安局", "department", "620922"),
    Unit("justice", "司法局", "department", "620922"),
    Unit("discipline", "纪委监委", "discipline", "620922"),
    Unit("street_company", "物业公司", "company", "620922100"),
    Unit("empty_office", "空办公室", "department", "620922"),
)
PEOPLE = tuple(
    Person(f"p{number}", "某某", posts=(Post(unit.id, "officer", "620922"),))
    for number, unit in enumerate(UNITS)
    if unit.id != "empty_office"
)
DUTIES = DutyList(basic=("D02",), supporting=("D08",), taken_back=("M03",))
ORG = Org(Content(TERRITORIES, UNITS, PEOPLE, duties={"*": DUTIES}), ZoneInfo("Asia/Shanghai"))
NAMES = Names(
    units=ORG.unit_names(),
    territories=ORG.territory_names(),
    categories={"M": "城市管理", "M01": "市容"},
    tags={"crowd": "群体性"},
    org=ORG,
    asked={"extra.photo": Place("unused_evidence.yaml", 3, 3)},
    today=date(2026, 11, 28),
)
FIELDS = registry().with_extra({"photo": "照片"})
LINTS = lints()
HEADER = re.compile(r"(\d+):(\d+)")


def expected(path: Path) -> list[tuple[str, str, int, int]]:
    """What the first line of each file of a fixture announces."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [
        (file.name, path.stem.upper(), int(line), int(column))
        for file in files
        for line, column in HEADER.findall(file.read_bytes().split(b"\n")[0].decode())
    ]


def found(faults: tuple[Fault, ...], code: str) -> list[tuple[str, str, int, int]]:
    return [
        (Path(fault.place.file).name, fault.code, fault.place.line, fault.place.column)
        for fault in faults
        if fault.code == code
    ]


@pytest.mark.parametrize("path", sorted(FAULTY.iterdir()), ids=lambda path: path.stem)
def test_a_fixture_is_reported_at_its_exact_place(path: Path) -> None:
    announced = expected(path)
    code = path.stem.upper()
    loaded = read_rules([path], FIELDS, NAMES)
    assert announced
    assert sorted(set(found(loaded.faults, code))) == announced


def test_every_code_has_a_fixture() -> None:
    assert {path.stem.upper() for path in FAULTY.iterdir()} == set(LINTS)


@pytest.mark.parametrize("lint", LINTS.values(), ids=LINTS)
def test_the_examples_of_a_manual_are_true(lint: Lint) -> None:
    bad = read_sources(lint.bad, FIELDS, NAMES).faults
    good = read_sources(lint.good, FIELDS, NAMES).faults
    assert lint.code in {fault.code for fault in bad}
    assert lint.code not in {fault.code for fault in good}
    # A good example that another error stops would prove nothing.
    of_lists_elsewhere = {"UNKNOWN_LIST"}
    assert {fault.code for fault in good if fault.severity == "error"} <= (
        {"NO_DEFAULT"} | of_lists_elsewhere
    )


@pytest.mark.parametrize("lint", LINTS.values(), ids=LINTS)
def test_a_manual_says_what_and_why(lint: Lint) -> None:
    assert lint.summary.endswith(".")
    assert len(lint.reason) > 40


@pytest.mark.parametrize("lint", LINTS.values(), ids=LINTS)
def test_the_severity_of_a_fault_is_that_of_its_lint(lint: Lint) -> None:
    faults = [f for f in read_sources(lint.bad, FIELDS, NAMES).faults if f.code == lint.code]
    assert {fault.severity for fault in faults} == {lint.severity}
    assert all(fault.message for fault in faults)


def test_each_code_is_named_after_its_file() -> None:
    folder = Path(lint_package.__file__).parent
    no_lint = {"__init__", "__main__", "base", "checks", "mentions", "parts", "suppression"}
    files = {file.stem for file in folder.glob("*.py")} - no_lint
    assert files == {code.lower() for code in LINTS}


def test_every_check_of_the_whole_set_is_run() -> None:
    folder = Path(lint_package.__file__).parent
    with_check = {
        file.stem for file in folder.glob("*.py") if "\ndef check(" in file.read_text("utf-8")
    }
    whole_set = (*checks.AT_ONCE, *checks.WHEN_COMPLETE, *checks.WHEN_TESTED, *checks.COMPARING)
    assert with_check == set(whole_set)


@pytest.mark.parametrize("lint", LINTS.values(), ids=LINTS)
def test_every_code_has_its_section_in_the_documentation(lint: Lint) -> None:
    page = (ROOT / "docs/errors.md").read_text("utf-8")
    assert section(lint) in page, "run `python -m referral_engine.rules.lint`"


RULES = """
kind: routing
hit: first
rules:
  - {id: a, name: A, when: {text: {contains: x}}, refer: {lead: police}}
default: {refer: {lead: police}}
"""
HEAD = "kind: escalation\nrules:\n"


def codes(sources: dict[str, str]) -> set[str]:
    return {fault.code for fault in read_sources(sources, names=NAMES).faults}


def test_a_flag_of_a_rule_that_could_not_be_read_is_not_unknown() -> None:
    deriving = "  - {id: a, name: A, on: {claim: often}, derive: late}\n"
    reading = "  - {id: b, name: B, when: {flags: {has: late}}, remind: true}\n"
    assert "UNKNOWN_FLAG" not in codes({"e.yaml": HEAD + deriving + reading})
    assert "UNKNOWN_FLAG" in codes({"e.yaml": HEAD + reading})


def test_what_is_missing_is_not_judged_while_a_file_is_unreadable() -> None:
    reading = "  - {id: b, name: B, when: {flags: {has: late}}, remind: true}\n"
    assert "UNKNOWN_FLAG" not in codes({"e.yaml": HEAD + reading, "f.yaml": "a: [\n"})


def test_part_of_a_workspace_is_not_blamed_for_the_rest() -> None:
    without_default = RULES.split("default:", maxsplit=1)[0]
    whole = {f.code for f in read_sources({"r.yaml": without_default}, names=NAMES).faults}
    part = read_sources({"r.yaml": without_default}, names=NAMES, whole=False).faults
    assert {"NO_DEFAULT", "UNTESTED_RULE"} <= whole
    assert part == ()


def test_not_is_quiet_where_the_field_is_asked_for_beside_it() -> None:
    def with_condition(when: str) -> set[str]:
        return codes({"r.yaml": RULES.replace("{text: {contains: x}}", when)})

    assert "NOT_OVER_MISSING" in with_condition("{not: {category: {under: M01}}}")
    beside = "{all: [{category: {under: M}}, {not: {category: {under: M01}}}]}"
    assert "NOT_OVER_MISSING" not in with_condition(beside)
    either = "{any: [{category: {under: M}}, {not: {category: {under: M01}}}]}"
    assert "NOT_OVER_MISSING" in with_condition(either)
    assert "NOT_OVER_MISSING" not in with_condition("{not: {people: {gte: 5}}}")
    absent = "{not: {category: {exists: false}}}"
    assert "NOT_OVER_MISSING" not in with_condition(absent)


def test_rules_that_are_in_force_one_after_the_other_may_set_differently() -> None:
    def table(first: str, second: str) -> str:
        return f"""
kind: routing
hit: all
rules:
  - {{id: a, name: A, effective: {first}, set: {{severity: 2}}}}
  - {{id: b, name: B, effective: {second}, set: {{severity: 3}}}}
"""

    apart = table("{until: 2026-01-01}", "{from: 2026-01-01}")
    together = table("{until: 2026-01-02}", "{from: 2026-01-01}")
    assert "SET_TWICE" not in codes({"r.yaml": apart})
    assert "SET_TWICE" in codes({"r.yaml": together})


def test_a_narrower_condition_that_sets_otherwise_is_seen() -> None:
    rules = """
kind: routing
hit: all
when: {category: {under: M}}
rules:
  - {id: a, name: A, set: {severity: 2}}
  - {id: b, name: B, when: {people: {gte: 30}}, set: {severity: 3}}
"""
    assert "SET_TWICE" in codes({"r.yaml": rules})


# -- suppressions -----------------------------------------------------------------------------

SHADOWING = """
kind: routing
hit: first
rules:
  - {id: a, name: A, refer: {lead: police}}
  ABOVE
  - {id: b, name: B, refer: {lead: justice}}  BESIDE
default: {refer: {lead: police}}
"""


@pytest.mark.parametrize(
    ("above", "beside"),
    [
        ("# allow SHADOWED: the old rule stays for its history", ""),
        ("# 允许 SHADOWED：旧规则留着查历史", ""),
        ("# 允许 UNTESTED_RULE，SHADOWED：旧规则留着查历史\n  # and a word more", ""),
        ("", "# allow SHADOWED: the old rule stays for its history"),
    ],
)
def test_a_finding_that_is_allowed_with_a_reason_is_quiet(above: str, beside: str) -> None:
    text = SHADOWING.replace("ABOVE", above).replace("BESIDE", beside)
    found = codes({"r.yaml": text})
    assert not found & {"SHADOWED", "UNUSED_SUPPRESSION", "UNREASONED_SUPPRESSION"}
    assert "SHADOWED" in codes({"r.yaml": SHADOWING.replace("ABOVE", "").replace("BESIDE", "")})


def test_a_finding_on_another_line_is_not_allowed() -> None:
    text = SHADOWING.replace("ABOVE", "").replace("BESIDE", "")
    text = text.replace("hit: first", "hit: first  # allow SHADOWED: elsewhere")
    assert {"SHADOWED", "UNUSED_SUPPRESSION"} <= codes({"r.yaml": text})


def test_an_error_cannot_be_allowed() -> None:
    text = RULES.replace("lead: police}}\n", "lead: nobody}}  # allow UNKNOWN_UNIT: later\n", 1)
    faults = read_sources({"r.yaml": text}, names=NAMES).faults
    assert {"UNKNOWN_UNIT", "UNUSED_SUPPRESSION"} <= {fault.code for fault in faults}
    (unused,) = (fault for fault in faults if fault.code == "UNUSED_SUPPRESSION")
    assert "error" in unused.suggestion or "错误" in unused.suggestion


def test_a_part_of_a_workspace_does_not_call_a_suppression_unused() -> None:
    text = RULES.replace("rules:", "rules:\n  # allow UNTESTED_RULE, SHADOWED: an example")
    assert read_sources({"r.yaml": text}, names=NAMES, whole=False).faults == ()


# -- what compares ----------------------------------------------------------------------------


def test_what_a_plugin_serves_needs_nobody_at_its_desk() -> None:
    text = RULES.replace("lead: police", "lead: empty_office")
    assert "NOBODY_THERE" in codes({"r.yaml": text})
    served = replace(NAMES, served=lambda: frozenset({"empty_office"}))
    assert "NOBODY_THERE" not in {
        f.code for f in read_sources({"r.yaml": text}, names=served).faults
    }


def test_what_is_left_to_the_default_on_purpose_is_not_reported() -> None:
    kinds = "kind: categories\ncategories: {M: 城市管理, M01: 市容, D: 纠纷}\n"
    rules = RULES.replace("text: {contains: x}", "category: {under: M}")
    intended = "intended: {when: {category: {under: D}}, why: first come}"
    meant = rules.replace("default: {", f"default: {{{intended}, ")
    assert "ONLY_DEFAULT" in codes({"c.yaml": kinds, "r.yaml": rules})
    assert "ONLY_DEFAULT" not in codes({"c.yaml": kinds, "r.yaml": meant})


def test_rules_in_force_one_after_the_other_do_not_shadow_each_other() -> None:
    def table(first: str) -> str:
        return f"""
kind: routing
hit: first
rules:
  - {{id: a, name: A, effective: {first}, refer: {{lead: police}}}}
  - {{id: b, name: B, effective: {{from: 2027-01-01}}, refer: {{lead: justice}}}}
default: {{refer: {{lead: police}}}}
"""

    assert "SHADOWED" in codes({"r.yaml": table("{from: 2026-01-01}")})
    assert "SHADOWED" not in codes({"r.yaml": table("{until: 2027-01-01}")})


def test_a_column_that_nobody_reads_is_reported_where_it_is_declared(tmp_path: Path) -> None:
    config = (ROOT / "config.yaml").read_text("utf-8")
    for folder in ("rules", "plugins"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    text = re.sub(r"^fields: \{\}.*$", "fields:\n  photo: 照片", config, flags=re.MULTILINE)
    (tmp_path / "config.yaml").write_text(text, "utf-8")
    faults = Workspace.open(tmp_path / "config.yaml").read_rules().faults
    line = text.split("\n").index("  photo: 照片") + 1
    (fault,) = (fault for fault in faults if fault.code == "UNUSED_EVIDENCE")
    assert (fault.place, fault.source) == (Place("config.yaml", line, 3), "  photo: 照片")

    kept = text.replace("  photo:", "  # allow UNUSED_EVIDENCE: kept for reports\n  photo:")
    (tmp_path / "config.yaml").write_text(kept, "utf-8")
    left = Workspace.open(tmp_path / "config.yaml").read_rules().faults
    assert [each for each in left if each.place.file == "config.yaml"] == []


# -- agreement --------------------------------------------------------------------------------


@given(rule_sets(), st.lists(st.tuples(issues, answers, DAYS), min_size=4, max_size=4))
@settings(max_examples=25)
def test_a_rule_that_is_never_reached_never_wins(
    rules: RuleSet, arrivals: list[tuple[Issue, dict[str, int], date]]
) -> None:
    kinds = {code: Category(code, parent) for code, parent in CATEGORIES.items()}
    loaded = Loaded(replace(rules, categories=kinds), Names(org=WORLD.org))
    reported = {fault.rule for fault in shadowed.check(Survey(loaded, STRATEGY_FIELDS))}
    terms = Terms.of(WORLD, STRATEGY_FIELDS)
    for issue, answered, day in arrivals:
        values = {**Subject.from_issue(issue, STRATEGY_FIELDS).values, **answered}
        winner = route(rules, values, day, terms).winner if "text" in values else None
        assert winner is None or winner.id not in reported
