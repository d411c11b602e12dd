"""Coverage and mutants: what is untested is named at its place, what is tested is not."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from referral_engine.rules.load import read_sources
from referral_engine.rules.mutate import mutants
from referral_engine.rules.mutate.pattern import without_one
from referral_engine.rules.ruleset import Loaded
from referral_engine.trial.coverage import Coverage, coverage
from referral_engine.trial.marks import Marks
from referral_engine.trial.mutation import watch_tests
from referral_engine.trial.mutation_run import Judged, judge_mutants
from referral_engine.workspace import Workspace

TABLE = """\
kind: routing
hit: first
rules:
  - id: big
    name: Big
    when:
      all:
        - people: {gte: 3}
        - text: {contains: 路灯}
    refer: {lead: housing, support: [police]}
    within: {report: 2wd}
default: {refer: {lead: police}}
"""
PLACE = 'territory: "620922100001", received_at: 2026-10-12T10:00'


def issue(people: int, text: str, expect: str) -> str:
    return f"""\
  - name: {people} {text}
    issue: {{text: {text}, people: {people}, {PLACE}}}
    expect: {{{expect}}}
"""


BIG = "rule: big, lead: housing, support: [police], report_by: 2026-10-14T18:00+08:00"
WHOLE = (
    issue(3, "路灯", BIG),
    issue(2, "路灯", "rule: default"),
    issue(3, "井盖", "rule: default"),
)


def loaded(workspace: Workspace, tests: tuple[str, ...], table: str = TABLE) -> Loaded:
    sources = {"table.yaml": table, "tests.yaml": "tests:\n" + "".join(tests)}
    found = read_sources(sources, workspace.fields, workspace.names)
    assert not found.errors, found.errors
    return found


def covered(workspace: Workspace, found: Loaded) -> Coverage:
    results, watches = watch_tests(workspace, found)
    assert all(result.passed for result in results), results
    return coverage(workspace, found.rule_set, watches, Marks(found.rule_set.sources))


def judged(workspace: Workspace, found: Loaded, *, processes: int = 1) -> list[Judged]:
    results, watches = watch_tests(workspace, found)
    assert all(result.passed for result in results), results
    marks = Marks(found.rule_set.sources)
    return judge_mutants(workspace, found, watches, marks, processes=processes)


def survivors(found: list[Judged]) -> set[str]:
    return {f"{each.mutant.name}: {each.mutant}" for each in found if each.survived}


def test_clauses_seen_both_ways_leave_no_gap(workspace: Workspace) -> None:
    found = covered(workspace, loaded(workspace, WHOLE))
    assert found.open == ()
    assert (found.rules, found.rules_seen, found.sides, found.sides_seen) == (2, 2, 6, 6)


def test_a_planted_untested_clause_is_named_at_its_place(workspace: Workspace) -> None:
    found = covered(workspace, loaded(workspace, WHOLE[:2]))
    (gap,) = found.open
    assert (str(gap.place), gap.rule, gap.missing) == ("table.yaml:9:11", "big", "never-false")


def test_an_all_asks_no_further_than_its_first_false_part(workspace: Workspace) -> None:
    found = covered(workspace, loaded(workspace, WHOLE[1:2]))
    missing = {(gap.place.line, gap.missing) for gap in found.open}
    assert missing == {(4, "never-acted"), (7, "never-true"), (8, "never-true"), (9, "never-asked")}


def test_a_mark_excuses_what_it_names(workspace: Workspace) -> None:
    marked = TABLE.replace("路灯}", "路灯}  # equivalent[never-false]: nobody calls about less")
    found = covered(workspace, loaded(workspace, WHOLE[:2], marked))
    assert found.open == ()
    assert [gap.reason for gap in found.gaps] == ["nobody calls about less"]


def test_marks_stand_beside_or_above_and_need_a_reason() -> None:
    text = "a: 1  # equivalent[drop]: why\n# 等价[not, value]：缘由\n# more\nb: 2\n"
    text += "c: 3  # 等价[drop]：\n"
    marks = Marks({"f": text})
    place = next(iter(marks.unused())).place
    reasons = {
        (line, name): marks.reason(type(place)("f", line), name)
        for line, name in product((1, 4, 5), ("drop", "not", "value"))
    }
    assert {key: said for key, said in reasons.items() if said} == {
        (1, "drop"): "why", (4, "not"): "缘由", (4, "value"): "缘由",
    }  # fmt: skip
    assert [mark.place.line for mark in marks.unused()] == [5]


def test_good_tests_let_no_mutant_live(workspace: Workspace) -> None:
    found = judged(workspace, loaded(workspace, WHOLE))
    assert survivors(found) == {"lead: lead police → lead housing"}  # of the default


@pytest.mark.parametrize(
    ("tests", "lives"),
    [
        ((issue(4, "路灯", BIG), *WHOLE[1:]), "value: 3 → 4"),
        ((WHOLE[0], issue(1, "路灯", "rule: default"), WHOLE[2]), "value: 3 → 2"),
        (WHOLE[:2], "drop: text contains 路灯 → –"),
        ((issue(3, "路灯", "rule: big, lead: housing"), *WHOLE[1:]),
         "within.report: report: 2wd → report: 3wd"),
        ((issue(3, "路灯", "rule: big, lead: housing"), *WHOLE[1:]), "support: support police → –"),
        ((issue(3, "路灯", "rule: big"), *WHOLE[1:]), "lead: lead housing → lead @county"),
    ],
)  # fmt: skip
def test_each_weakness_of_the_tests_lets_its_mutant_live(
    workspace: Workspace, tests: tuple[str, ...], lives: str
) -> None:
    told = survivors(judged(workspace, loaded(workspace, tests)))
    assert lives in told


SUGGESTING = """\
kind: routing
hit: first
rules:
  - id: lamps
    name: Lamps
    when: {text: {contains: 路灯}}
    suggest: [{to: housing, share: 60%}, {to: police, share: 20%}]
default: {refer: {lead: police}}
"""


def test_what_is_only_suggested_is_tested_too(workspace: Workspace) -> None:
    seen = "outcome: proposed, suggested: [housing, police]"
    tests = (issue(1, "路灯", seen), issue(1, "井盖", "lead: police"))
    alive = survivors(judged(workspace, loaded(workspace, tests, SUGGESTING)))
    assert alive == set()
    few = survivors(judged(workspace, loaded(workspace, (tests[0].replace(seen, "rule: lamps"),
                                                         tests[1]), SUGGESTING)))  # fmt: skip
    assert few == {
        "suggest: suggest housing → –", "suggest: suggest housing → suggest police",
        "suggest: suggest police → –", "suggest: suggest police → suggest housing",
    }  # fmt: skip


def test_conditions_survive_exactly_where_a_table_of_truth_says_so(workspace: Workspace) -> None:
    """The oracle: which issues of the tests `people >= n and word in text` decides otherwise."""
    tests = (WHOLE[0], WHOLE[2])
    asked = [(3, "路灯"), (3, "井盖")]

    def meaning(number: int, word: str) -> list[bool]:
        return [people >= number and word in text for people, text in asked]

    alive = survivors(judged(workspace, loaded(workspace, tests)))
    for number in (2, 4):
        same = meaning(number, "路灯") == meaning(3, "路灯")
        assert (f"value: 3 → {number}" in alive) == same


def test_two_processes_find_what_one_finds(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referral_engine.trial.mutation_run._FEW", 1)
    found = loaded(workspace, WHOLE[:2])
    alone, together = judged(workspace, found), judged(workspace, found, processes=2)
    assert [(j.mutant.place, j.by) for j in alone] == [(j.mutant.place, j.by) for j in together]


def test_every_mutant_of_the_shipped_rules_is_another_rule_set(workspace: Workspace) -> None:
    rules = workspace.rules()
    every = list(mutants(rules))
    assert len(every) > 2000
    assert [m for m in every if m.rule_set == rules] == []
    assert {m.place.file for m in every} <= {str(Path(file)) for file in rules.sources}


@pytest.mark.parametrize(
    ("pattern", "left_out"),
    [
        ("ab", []),
        ("a|b", [("a", "b"), ("b", "a")]),
        ("(a|b)c|d", [("(a|b)c", "d"), ("d", "(a|b)c"), ("a", "(b)c|d"), ("b", "(a)c|d")]),
        (r"[a|b]\|(?:x|y)", [("x", r"[a|b]\|(?:y)"), ("y", r"[a|b]\|(?:x)")]),
    ],
)
def test_alternatives_are_left_out_one_at_a_time(
    pattern: str, left_out: list[tuple[str, str]]
) -> None:
    assert list(without_one(pattern)) == left_out
