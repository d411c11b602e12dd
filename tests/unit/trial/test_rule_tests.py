"""Rule tests: what passes passes, what does not is named at its line with what came instead."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from referral_engine.rules.load import read_sources
from referral_engine.rules.ruleset import Loaded
from referral_engine.trial.junit import junit
from referral_engine.trial.rule_tests import TestResult, run_tests
from referral_engine.workspace import Workspace
from tests.unit.flow.play import RULES

GAS = """{category: S03, text: 燃气, territory: "620922100", received_at: 2026-09-30T23:50+08:00}"""
NOISE = """{category: M04, text: 太吵, territory: "620922100001", received_at: 2026-10-12T09:00}"""


def loaded(workspace: Workspace, tests: str) -> Loaded:
    sources = {**RULES, "tests.yaml": tests}
    found = read_sources(sources, workspace.fields, workspace.names)
    assert not found.errors, found.errors
    return found


def run(workspace: Workspace, tests: str) -> list[TestResult]:
    return run_tests(workspace, loaded(workspace, tests))


def failures(result: TestResult) -> list[str]:
    return [f"{f.place.line}:{f.place.column} {f.message}" for f in result.failures]


def test_the_example_of_the_rule_language(workspace: Workspace) -> None:
    (result,) = run(workspace, f"""
tests:
  - name: 夜间燃气泄漏
    issue: {GAS}
    expect:
      rule: gas
      outcome: referred
      lead: gas_company
      support: [fire, housing]
      whistle: emergency
      sealed: no
      claim_by: 2026-10-01T00:05+08:00
      arrive_by: 2026-10-01T00:20+08:00
    then:
      - after: 16m
        expect: {{escalations: [remind, late-claim], supervised: yes, stepped_up: no}}
      - after: 10m
        do: [{{claim: gas_company}}, {{contact: gas_company}}]
        expect: {{state: in_progress, owner: centre, owner_level: county}}
""")  # fmt: skip
    assert result.passed, failures(result)
    assert result.rule == "gas"


def test_units_compare_by_id_place_and_station(workspace: Workspace) -> None:
    results = run(workspace, """
tests:
  - name: 站所即部门
    issue: {category: P05, text: 户口, territory: "620922100001", received_at: 2026-10-12T09:00}
    expect: {lead: police, owner: police_100}
  - name: 区划即责任单位
    issue: {category: D12, text: 退货, territory: "620922100001", received_at: 2026-10-12T09:00}
    expect: {lead: "620922100", owner: "620922100"}
""")  # fmt: skip
    assert [failures(result) for result in results] == [[], []]


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("rule: noise", "rule: expected noise, got gas"),
        ("lead: fire", "lead: expected fire, got gas_company"),
        ("support: [fire]", "support: expected fire, got fire, housing"),
        ("whistle: joint", "whistle: expected joint, got emergency"),
        ("claim_by: 2026-10-01T00:06+08:00",
         "claim_by: expected 2026-10-01T00:06+08:00, got 2026-10-01T00:05+08:00"),
        ("report_by: 2026-10-01T00:06+08:00", "report_by: expected 2026-10-01T00:06+08:00"),
        ("sealed: yes", "sealed: expected True, got False"),
        ("outcome: proposed", "outcome: expected proposed, got referred"),
        ("proposal: reject", "proposal: expected reject, got –"),
        ("matched: [noise]", "matched: expected noise, got gas"),
        ("tags: [夜间]", "tags: expected 夜间, got –"),
        ("state: closed", "state: expected closed, got assigned"),
        ("owner: fire", "owner: expected fire, got gas_company"),
        ("owner_level: grid", "owner_level: expected grid, got county"),
        ("escalations: [late-claim]", "escalations: expected late-claim, got –"),
    ],
)  # fmt: skip
def test_what_is_otherwise_is_named_at_its_place(
    workspace: Workspace, expect: str, message: str
) -> None:
    (result,) = run(workspace, f"tests:\n- name: t\n  issue: {GAS}\n  expect: {{{expect}}}\n")
    column = 12 + expect.index(":") + 2
    assert [f.split(" ", 1)[0] for f in failures(result)] == [f"4:{column}"]
    assert message in failures(result)[0]


def test_steps_see_reminders_transfers_and_designations(workspace: Workspace) -> None:
    (result,) = run(workspace, f"""
tests:
  - name: 推来推去
    issue: {NOISE}
    expect: {{lead: ecology}}
    then:
      - at: 2026-10-12T10:40
        expect: {{reminded: [ecology], escalations: [remind]}}
      - after: 1m
        do: {{decline: {{by: ecology, ground: outside_remit, suggest: police}}}}
        expect: {{lead: police, reminded: []}}
      - after: 1m
        do: {{decline: {{by: police, ground: other_owner}}}}
        expect: {{lead: ecology}}
      - after: 5m
        do: {{designate: {{unit: housing}}}}
        expect: {{designated: housing, owner: housing, state: assigned}}
      - after: 5m
        do: [{{claim: housing}}, {{report: {{text: 处理了}}}}, {{review: {{passed: yes}}}},
             {{call_back: {{reached: yes, resolved: yes, score: 5}}}}, close]
        expect: {{state: closed, outcome: solved}}
""")  # fmt: skip
    assert result.passed, failures(result)


def test_a_refused_action_is_named(workspace: Workspace) -> None:
    (result,) = run(workspace, f"""
tests:
  - name: 不能
    issue: {NOISE}
    expect: {{lead: ecology}}
    then:
      - after: 1m
        do: {{claim: fire}}
      - after: 1m
        do: {{report: {{by: ecology, txt: x}}}}
""")  # fmt: skip
    assert len(result.failures) == 2
    assert "8:14 claim was refused: " in failures(result)[0]
    assert "txt" in failures(result)[1]


def test_what_came_before_answers_history(workspace: Workspace) -> None:
    repeats = """
kind: routing
rank: 5
hit: first
rules:
  - id: third
    name: 第三次
    when: {repeats: {same: [category, territory], within: 30d, at_least: 3}}
    refer: {lead: county_government}
"""
    tests = f"""
tests:
  - name: 第三次
    earlier:
      - {NOISE.replace("10-12", "10-01")}
      - {NOISE.replace("10-12", "10-05")}
    issue: {NOISE}
    expect: {{rule: third, lead: county_government}}
    then:
      - after: 1m
        expect: {{owner: county_government}}
"""
    sources = {**RULES, "repeats.yaml": repeats, "tests.yaml": tests}
    found = read_sources(sources, workspace.fields, workspace.names)
    (result,) = run_tests(workspace, found)
    assert result.passed, failures(result)


def test_tests_are_chosen_by_their_name(workspace: Workspace) -> None:
    tests = loaded(workspace, f"""
tests:
  - {{name: one, issue: {GAS}, expect: {{rule: gas}}}}
  - {{name: two, issue: {GAS}, expect: {{rule: noise}}}}
""")  # fmt: skip
    assert [r.name for r in run_tests(workspace, tests, name="one")] == ["one"]
    both = run_tests(workspace, tests)
    assert [r.passed for r in both] == [True, False]
    root = ET.fromstring(junit(both))
    suite = root[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("name")) == (
        "2",
        "1",
        "tests.yaml",
    )
    assert [case.get("name") for case in suite] == ["one", "two"]
    failure = suite[1][0]
    assert "tests.yaml:4" in str(failure.get("message"))
