"""Red lines that are a property of the shipped rules, or of what rules can say at all.

Those that are a property of the flow are held by the tests of the flow; docs/capabilities.md
lists them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from referral_engine.lifecycle import WORKING, roles_for, steps_of
from referral_engine.rules.fields import registry
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.tree import All, Any, Condition, Not, Repeats, RuleSet
from referral_engine.rules.walk import leaves
from referral_engine.trial.scenario import run_scenario
from referral_engine.workspace import Workspace
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="module")
def rules(workspace: Workspace) -> RuleSet:
    return workspace.rules()


@pytest.fixture(scope="module")
def active(workspace: Workspace, rules: RuleSet) -> ActiveRules:
    return workspace.activate(rules)


def test_no_shipped_rule_looks_at_who_complains(rules: RuleSet) -> None:
    """History is asked for a place and a matter, never for a person; no list or tag is of
    petitioners."""
    asked = [question for when in conditions(rules) for question in questions(when)]
    assert asked, "the shipped rules ask history"
    assert [q.place for q in asked if {"reporter", "channel"} & set(q.same)] == []
    fields = {leaf.field for when in conditions(rules) for leaf in leaves(when)}
    assert not {name for name in fields if name.startswith("reporter")}
    tags = {tag for table in rules.routing for rule in table.rules for tag in rule.effects.tag}
    assert not {tag for tag in tags if "访" in tag}
    assert not {name for name in rules.lists if "petitioner" in name}


def test_rules_cannot_ask_for_a_score_of_a_person() -> None:
    """Of whoever reports a rule sees whether they gave a name, and nothing else. A score is what
    the reporter gave to the work, and nothing that routing may look at."""
    about = {field.name for field in registry() if field.name.startswith(("reporter", "person"))}
    assert about == {"reporter_anonymous"}
    assert not {field.name for field in registry().within("routing") if "score" in field.name}


def test_a_visit_asks_first_and_serves_last(rules: RuleSet) -> None:
    """Without consent the path has no visit in it, and no device or list can start one."""
    visit = rules.paths["visit"]
    ask, go, errand = visit.steps
    assert ask.success == go.id
    assert (ask.failure, ask.outcome_failure) == ("", "withdrawn")
    assert "arrive" not in {clock.name for clock in ask.within}
    assert go.success == errand.id
    assert errand.refer is not None
    assert str(errand.refer.lead) == "civil_affairs"
    starts = [r for t in rules.routing for r in t.rules if r.effects.path == "visit"]
    assert [rule.id for rule in starts] == ["path-visit"]
    assert starts[0].when is not None
    asked = {leaf.field: leaf.value for leaf in leaves(starts[0].when)}
    assert asked["category"] == "P01"
    assert set(asked) == {"category", "sealed", "text"}


def test_no_shipped_rule_recommends_the_veto(rules: RuleSet) -> None:
    recommended = {
        rule.effects.recommend.step
        for table in rules.escalation
        for rule in table.rules
        if rule.effects.recommend is not None
    }
    assert "yellow_card" in recommended
    assert "veto" not in recommended


def test_nobody_who_handles_a_case_is_kept_from_stepping_it_up() -> None:
    """Whoever may claim may step up, in every state in which a case is worked on."""
    assert set(roles_for("claim")) <= set(roles_for("step_up"))
    for role in roles_for("claim"):
        states = {s for step in steps_of("step_up") if role in step.roles for s in step.states}
        assert set(WORKING) <= states


FALSE_ALARM = """\
story: 误报不怪人
steps:
  - at: 2026-10-12T09:00+08:00
    as: reporter
    issue: &alarm
      {name: first, channel: device, text: 烟感报警，电话无人接, territory: "620922100001001",
       reporter: {name: 东关社区, phone: "10000019001"}}
    see: {rule: alarm, whistle: emergency, lead: fire}
  - after: 5m
    as: fire_001
    do: claim
  - as: officer@620922100001
    do: {not_needed: {reason: 消防已到}}
  - as: fire_001
    do: {contact: {note: 已到楼下}}
  - after: 10m
    as: fire_001
    do: arrive
  - as: fire_001
    do: {report: {outcome: unfounded, text: 炒菜的油烟，没有火}}
    see:
      outcome: unfounded
      escalations: []
      proposals: {}
      not_in_history: [excluded, recommended, supervised]
  - after: 1h
    note: 再报一次，一样出动
    as: reporter
    issue: {<<: *alarm, name: second}
    see:
      rule: alarm
      whistle: emergency
      lead: fire
      severity: 4
      proposals: {}
      clocks_include: {claim@fire: 2026-10-12T10:30+08:00}
"""


def test_an_alarm_that_was_none_leaves_no_mark(
    tmp_path: Path, workspace: Workspace, active: ActiveRules
) -> None:
    story = tmp_path / "false-alarm.yaml"
    story.write_text(FALSE_ALARM, "utf-8")
    report = run_scenario(story, workspace, active)
    assert report.passed, "\n".join(str(failure) for failure in report.failures)


def conditions(rules: RuleSet) -> Iterator[Condition]:
    """Every condition of the shipped tables, guards included."""
    for table in (*rules.routing, *rules.escalation):
        for when in (table.when, *(rule.when for rule in table.rules)):
            if when is not None:
                yield when


def questions(condition: Condition) -> Iterator[Repeats]:
    """Every question to history inside a condition."""
    match condition:
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from questions(part)
        case Not(part=part):
            yield from questions(part)
        case Repeats():
            yield condition
