"""`referral rules prove`: what it says, what it writes, and how it ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from referral_engine import i18n
from referral_engine.prove.report import PROOFS
from tests.unit.cli.conftest import Referral

ROUTING = ("--only", "coverage", "--only", "reach", "--only", "agreement")


def add(county: Path, name: str, text: str) -> None:
    (county / "rules" / name).write_text(text, "utf-8")


@pytest.fixture
def at_odds(county: Path) -> None:
    """A second table of the same rank, with a rule that can never win."""
    add(
        county,
        "second.yaml",
        """\
kind: routing
hit: first
rules:
  - {id: crowd, name: 多人, when: {people: {gte: 5}}, refer: {lead: police}}
  - {id: dead, name: 不会, when: {people: {between: [-9, 0]}}, refer: {lead: police}}
default: {refer: {lead: "@township"}}
""",
    )
    routing = county / "rules/routing.yaml"
    lines = routing.read_text("utf-8").splitlines()
    routing.write_text("\n".join(lines[:-1]) + "\n", "utf-8")  # its default


@pytest.mark.usefixtures("county")
def test_what_only_the_default_catches_is_told_with_a_test(referral: Referral) -> None:
    ran = referral("rules", "prove", "--only", "coverage")
    assert ran.code == 1
    first, told, *test = ran.out.splitlines()
    assert first.startswith("REFUTED: every issue is routed by a rule")
    assert told.startswith("  rules/routing.yaml:21:1 default: only the default catches it: ")
    assert test[0].startswith("      - name: ")


@pytest.mark.usefixtures("at_odds")
def test_every_counter_example_is_a_rule_test_that_says_what_the_rules_do(
    referral: Referral, county: Path
) -> None:
    ran = referral("rules", "prove", "--acts", "0", "--write-tests", "found.yaml")
    assert ran.code == 1
    assert "- name" not in ran.out
    assert "found.yaml" in ran.err
    told = referral("rules", "prove", "--acts", "0", "--json").json
    outcomes = {proof["name"]: proof["outcome"] for proof in told["proofs"]}
    assert outcomes == {
        "coverage": "refuted", "reach": "refuted", "agreement": "refuted", "recusal": "proved",
        "answer": "refuted",
    }  # fmt: skip
    written = (county / "found.yaml").read_text("utf-8")
    assert written.count("- name: ") == sum(
        bool(finding["test"]) for proof in told["proofs"] for finding in proof["findings"]
    )
    assert referral("rules", "check", "found.yaml").code == 0
    tested = referral("rules", "test", "found.yaml", "--json")
    assert [test["failures"] for test in tested.json if not test["passed"]] == []


@pytest.mark.usefixtures("at_odds")
def test_a_witness_of_each_rule_is_a_test_that_passes(referral: Referral) -> None:
    words = ("--only", "reach", "--write-tests", "found.yaml", "--witnesses")
    assert referral("rules", "prove", *words).code == 1
    tested = referral("rules", "test", "found.yaml", "--json")
    assert tested.code == 0
    won = {test["rule"] for test in tested.json}
    assert won == {"gas-leak", "third-time", "suit", "housing", "crowd", "default"}


@pytest.mark.usefixtures("at_odds")
def test_findings_for_programs(referral: Referral) -> None:
    ran = referral("rules", "prove", *ROUTING, "--json")
    assert (ran.code, ran.json["holds"]) == (1, False)
    proofs = {proof["name"]: proof for proof in ran.json["proofs"]}
    assert list(proofs) == list(PROOFS[:3])
    dead = next(f for f in proofs["reach"]["findings"])
    assert (dead["file"], dead["line"], dead["rules"]) == ("rules/second.yaml", 5, ["dead"])
    odds = [finding["rules"] for finding in proofs["agreement"]["findings"]]
    assert sorted(odds) == [
        [each, "crowd"] for each in ("gas-leak", "housing", "suit", "third-time")
    ]


@pytest.mark.usefixtures("county")
def test_what_holds_ends_well(referral: Referral, county: Path) -> None:
    routing = county / "rules/routing.yaml"
    mark = ", intended: {when: {category: {not_in: [D15]}}, why: x}}"
    text = routing.read_text("utf-8").replace("why: 属地首接}", "why: 属地首接" + mark)
    routing.write_text(text.replace("not_in: [D15]", "exists: false"), "utf-8")
    assert referral("rules", "prove", *ROUTING).code == 1
    everything = "any: [{category: {exists: false}}, {category: {in: [D02, X02]}}]"
    routing.write_text(text.replace("category: {not_in: [D15]}", everything), "utf-8")
    ran = referral("rules", "prove", *ROUTING)
    assert (ran.code, ran.out.count("proved: ")) == (0, 3)


def test_rules_that_only_suggest_are_proved_as_others_are(referral: Referral, county: Path) -> None:
    routing = county / "rules/routing.yaml"
    routing.write_text("""\
kind: routing
hit: first
rules:
  - id: housing
    name: 物业
    when: {any: [{category: {eq: D15}}, {category: {exists: false}}]}
    suggest: [{to: housing, share: 60%}, {to: "@township", share: 20%}]
  - {id: rest, name: 其他, when: {category: {exists: true}}, suggest: [{to: police, share: 50%}]}
  - {id: never, name: 不会, when: {people: {gte: 5}}, suggest: [{to: police, share: 90%}]}
default: {refer: {lead: "@township"}, why: 属地首接}
""", "utf-8")  # fmt: skip
    made = {each["name"]: each for each in referral("rules", "prove", "--json").json["proofs"]}
    assert {name: proof["outcome"] for name, proof in made.items()} == {
        "coverage": "proved", "reach": "refuted", "agreement": "proved", "recusal": "proved",
        "answer": "refuted",
    }  # fmt: skip
    assert [each["rules"] for each in made["reach"]["findings"]] == [["never"]]
    assert made["recusal"]["checked"] > 50
    # The centre has the case, and this county has nobody who leads it.
    assert made["answer"]["findings"][0]["message"].startswith("it lies still with centre")


@pytest.mark.usefixtures("county")
def test_it_speaks_chinese(referral: Referral, monkeypatch: pytest.MonkeyPatch) -> None:
    i18n.set_locale("zh_CN")
    ran = referral("rules", "prove", "--only", "coverage")
    assert ran.out.startswith("已推翻：每件诉求")


@pytest.mark.usefixtures("county")
def test_time_that_is_not_enough_is_told(referral: Referral) -> None:
    ran = referral("rules", "prove", "--only", "reach", "--timeout", "0.0001", "--json")
    outcomes = {finding["outcome"] for proof in ran.json["proofs"] for finding in proof["findings"]}
    assert (ran.code, outcomes) == (1, {"undecided"})


@pytest.mark.usefixtures("county")
def test_without_the_extra_it_says_what_to_install(
    referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    ran = referral("rules", "prove")
    assert ran.code == 1
    assert "NO_SOLVER" in ran.err
    assert "referral-engine[prove]" in ran.err
    assert json.dumps(ran.out) == '""'
