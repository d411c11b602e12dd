"""`referral rules`: check, test, explain, fields, score, publish, diff, roll back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from referral_engine import i18n
from tests.unit.cli.conftest import ISSUES, Referral

Write = Callable[..., Path]


@pytest.fixture
def broken(county: Path) -> Path:
    """A rule file that names a unit nobody knows."""
    rules = county / "rules/routing.yaml"
    text = rules.read_text("utf-8")
    rules.write_text(text.replace("refer: {lead: housing}", "refer: {lead: housin}"), "utf-8")
    return rules


@pytest.fixture
def renamed(county: Path, cases: list[str]) -> Path:
    """Rules that were changed in the files after they were published."""
    rules = county / "rules/routing.yaml"
    text = rules.read_text("utf-8").replace("under: D15", "under: D02")
    rules.write_text(text, "utf-8")
    return rules


# -- check ------------------------------------------------------------------------------------
@pytest.mark.usefixtures("county")
def test_sound_rules_pass(referral: Referral) -> None:
    ran = referral("rules", "check")
    assert (ran.code, ran.out.count(" error: ")) == (0, 0)
    # Small as it is, its rules for gas are asked before anything keeps an accusation from them.
    assert "SEALED_OPENLY warning" in ran.out
    assert "hint" in ran.err
    assert "UNTESTED_RULE" in referral("rules", "check", "--hints").out


@pytest.mark.usefixtures("broken")
def test_a_fault_is_shown_at_its_place(referral: Referral) -> None:
    ran = referral("rules", "check")
    assert ran.code == 1
    at = ran.out.index("rules/routing.yaml:20:19 UNKNOWN_UNIT error: ")
    lines = ran.out[at:].splitlines()
    assert lines[2].index("^") == lines[1].index("housin")
    assert "housing" in lines[3]


@pytest.mark.usefixtures("broken")
def test_faults_for_programs(referral: Referral) -> None:
    ran = referral("rules", "check", "--format", "json")
    assert ran.code == 1
    fault = next(each for each in ran.json if each["severity"] == "error")
    assert set(fault) == {
        "file", "line", "column", "code", "severity", "message", "rule", "suggestion",
    }  # fmt: skip
    assert (fault["file"], fault["line"], fault["column"]) == ("rules/routing.yaml", 20, 19)
    github = referral("rules", "check", "--format", "github").out
    assert "::error file=rules/routing.yaml,line=20,col=19,title=UNKNOWN_UNIT::" in github


@pytest.mark.usefixtures("county")
def test_json_is_an_array_also_where_nothing_is_wrong_or_nothing_can_be_read(
    county: Path, referral: Referral
) -> None:
    (county / "rules/tests/routing.yaml").unlink()
    assert referral("rules", "check", "--format", "json", "rules/whistles.yaml").json == []
    (county / "org.yaml").write_text("kind: organisation\nunits: [", "utf-8")
    ran = referral("rules", "check", "--format", "json")
    assert ran.code == 1
    assert ran.json[0]["file"].endswith("org.yaml")


# -- test -------------------------------------------------------------------------------------
def test_rule_tests_run(county: Path, referral: Referral) -> None:
    assert referral("rules", "test").out == "1 test, all passed\n"
    tests = county / "rules/tests/routing.yaml"
    tests.write_text(tests.read_text("utf-8").replace("lead: housing", "lead: police"), "utf-8")
    ran = referral("rules", "test", "--junit", "out.xml", "--json")
    assert ran.code == 1
    (result,) = ran.json
    assert (result["name"], result["passed"], result["rule"]) == ("物业归住建", False, "housing")
    assert result["failures"][0]["line"] == 4
    (suite,) = ET.parse(county / "out.xml").getroot()
    (case,) = suite
    assert case.find("failure") is not None


@pytest.mark.usefixtures("county")
def test_what_no_test_sees_is_told_and_refused(referral: Referral) -> None:
    ran = referral("rules", "test", "--coverage", "--mutate", "--processes", "1", "--json")
    assert ran.code == 1
    assert [test["passed"] for test in ran.json["tests"]] == [True]
    gap = ran.json["coverage"]["gaps"][0]
    assert gap["file"].startswith("rules/")
    assert gap["missing"] in ("never-acted", "never-asked", "never-true", "never-false")
    alive = ran.json["mutants"]["survivors"]
    assert ran.json["mutants"]["all"] == ran.json["mutants"]["noticed"] + len(alive)
    text = referral("rules", "test", "--coverage").out
    assert f"{gap['file']}:{gap['line']}:{gap['column']}" in text


def test_tests_outside_the_workspace_run_on_its_rules(county: Path, referral: Referral) -> None:
    (county / "more.yaml").write_text(
        (county / "rules/tests/routing.yaml").read_text("utf-8").replace("物业归住建", "另一条"),
        "utf-8",
    )
    assert [r["name"] for r in referral("rules", "test", "more.yaml", "--json").json] == ["另一条"]
    assert referral("rules", "test", "rules/tests").code == 0
    nothing = referral("rules", "test", "--run", "没有这样的")
    assert nothing.code == 1
    assert "NO_TESTS" in nothing.err


# -- explain ----------------------------------------------------------------------------------
@pytest.mark.usefixtures("county")
def test_every_rule_is_told_won_or_failed(referral: Referral, write: Write) -> None:
    (told,) = referral("rules", "explain", write(ISSUES[0]), "--json").lines
    assert (told["id"], told["rule"]) == ("1", "housing")
    fates = {each["rule"]: each for each in told["rules"]}
    assert fates["housing"]["won"] is True
    assert fates["default"]["fate"] == "true"
    failed = fates["suit"]
    assert (failed["fate"], failed["clause"], failed["seen"]) == (
        "failed", "category under X03", "D15",
    )  # fmt: skip
    assert "WON      housing" in referral("rules", "explain", write(ISSUES[0])).out


@pytest.mark.usefixtures("county")
def test_the_winner_and_the_losers_are_told_in_sentences(referral: Referral, write: Write) -> None:
    told = referral("rules", "explain", write(ISSUES[0])).out
    assert "because category under D15, seen D15" in told
    assert "not so: category is X03 or below it; seen: D15" in told


@pytest.mark.usefixtures("county")
def test_what_comes_next_is_told_for_an_issue_of_a_file(referral: Referral, write: Write) -> None:
    (told,) = referral("rules", "explain", write(ISSUES[0]), "--json").lines
    claim = next(each for each in told["next"] if each["clock"] == "claim")
    assert (claim["unit"], claim["due"][:10]) == ("housing", "2026-11-02")
    assert "What comes next" in referral("rules", "explain", write(ISSUES[0])).out


def test_the_smallest_change_that_sends_it_elsewhere(
    county: Path, referral: Referral, write: Write
) -> None:
    issues = write(ISSUES[1], {**ISSUES[1], "id": "3", "accused": ["housing"]})
    told, accusing = (
        line["otherwise"]
        for line in referral("rules", "explain", issues, "--to", "housing", "--json").lines
    )
    assert (told["outcome"], told["rule"]) == ("changed", "housing")
    assert told["changes"] == [{"field": "category", "before": "D02", "after": "D15"}]
    assert told["prose"] == (
        "It would go to 县住建局 by rule housing with category D15 物业 instead of D02 邻里."
    )
    assert (accusing["outcome"], accusing["changes"]) == ("accused", [])
    said = referral("rules", "explain", issues, "--to", "justice").out
    assert "No rule ever sends anything to 县司法局 as the lead." in said
    assert county.exists()


def test_a_case_is_told_what_would_have_sent_it_elsewhere(
    referral: Referral, cases: list[str]
) -> None:
    for words in (("case", "explain", cases[1]), ("rules", "explain", "--case", cases[1])):
        told = referral(*words, "--to", "县住建局", "--json").json["otherwise"]
        assert [each["after"] for each in told["changes"]] == ["D15"]
    assert "housing" in referral("case", "explain", cases[1], "--to", "housing").out


def test_a_case_is_explained_by_the_rules_it_was_decided_under(
    renamed: Path, referral: Referral, cases: list[str]
) -> None:
    assert renamed.exists()
    told = referral("rules", "explain", "--case", cases[0], "--json").json
    assert (told["id"], told["rule"]) == (cases[0], "housing")


@pytest.mark.usefixtures("county")
def test_rules_read_as_sentences(referral: Referral, write: Write) -> None:
    sentences = referral("rules", "explain", "--prose").out
    assert "燃气泄漏: If text contains 燃气泄漏: whistle for 县住建局 (emergency)" in sentences
    i18n.set_locale("zh_CN")
    told = referral("rules", "explain", write(ISSUES[0]), "--prose", "--json").lines[0]["rules"]
    suit = next(each for each in told if each["rule"] == "suit")
    assert "类别属于 涉法涉诉" in suit["prose"]


# -- table ------------------------------------------------------------------------------------
def test_a_table_goes_out_as_a_sheet_and_comes_back(county: Path, referral: Referral) -> None:
    rules, sheet = county / "rules/routing.yaml", county / "sheet.csv"
    before = rules.read_text("utf-8")
    out = referral("rules", "table", "export", rules, sheet)
    assert (out.code, out.err.splitlines()) == (
        0, [f"3 rules in {sheet}", "  left in YAML: third-time (`repeats`)"],
    )  # fmt: skip
    same = referral("rules", "table", "import", sheet, rules)
    assert (same.code, rules.read_text("utf-8")) == (0, before)
    text = sheet.read_text("utf-8-sig").replace(",D15,", ",D02,")
    sheet.write_text(text, "utf-8")
    told = referral("rules", "table", "import", sheet, rules, "--dry-run", "--json").json
    assert (told["changed"], told["written"], rules.read_text("utf-8")) == (
        ["housing"],
        False,
        before,
    )
    assert "changed: housing" in referral("rules", "table", "import", sheet, rules).out
    assert rules.read_text("utf-8") == before.replace("under: D15", "under: D02")


def test_faults_of_a_sheet_are_told_at_row_and_column(county: Path, referral: Referral) -> None:
    rules, sheet = county / "rules/routing.yaml", county / "sheet.csv"
    before = rules.read_text("utf-8")
    sheet.write_text("id,name,category under,lead\na,甲,D99,housin\n", "utf-8")
    ran = referral("rules", "table", "import", sheet, rules)
    assert (ran.code, rules.read_text("utf-8")) == (1, before)
    assert "sheet.csv:2:3 UNKNOWN_CATEGORY" in ran.err
    assert "sheet.csv:2:4 UNKNOWN_UNIT" in ran.err
    assert referral("rules", "table", "export", county / "rules/categories.yaml", sheet).code == 1
    assert referral("rules", "table", "export", rules, county / "sheet.txt").code == 2


# -- fields, schema ---------------------------------------------------------------------------
@pytest.mark.usefixtures("county")
def test_fields_are_listed_with_the_workspaces_own(referral: Referral) -> None:
    fields = {field["name"]: field for field in referral("rules", "fields", "--json").json}
    assert "under" in fields["category"]["operators"]
    assert fields["extra.source"]["label"] == "来源"


def test_fields_and_schema_need_no_workspace(
    tmp_path: Path, referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert referral("rules", "fields", "--json").json
    schema = json.loads(referral("rules", "schema").out)
    assert schema["$schema"].startswith("http://json-schema.org/")


# -- score ------------------------------------------------------------------------------------
def test_accuracy_on_recorded_referrals(county: Path, referral: Referral) -> None:
    (county / "mapping.yaml").write_text(
        "kind: mapping\ntruth: {unit: {normalise: strip_brackets}}\n"
        "columns: {id: id, at: received_at, kind: category, place: territory}\n",
        "utf-8",
    )
    rows = [
        ("1", "D15", "县住建局（东区）"), ("2", "D15", "police"), ("3", "D15", "housing"),
        ("4", "D02", "城关镇综治中心"), ("5", "D02", ""),
    ]  # fmt: skip
    lines = ["id,at,kind,place,unit"]
    lines += [f"{id},2026-11-02T09:00+08:00,{kind},620922100,{unit}" for id, kind, unit in rows]
    (county / "past.csv").write_text("\n".join(lines) + "\n", "utf-8")
    words = ("rules", "score", "past.csv", "--mapping", "mapping.yaml", "--truth")
    made = referral(*words, "unit", "--json").json
    assert {key: made[key] for key in ("total", "covered", "correct", "accuracy")} == {
        "total": 5, "covered": 3, "correct": 3, "accuracy": 0.6,
    }  # fmt: skip
    assert made["by_department"]["县住建局"] == {
        "total": 1, "covered": 1, "correct": 1, "accuracy": 1.0,
    }  # fmt: skip
    assert sum(each["total"] for each in made["by_department"].values()) == 5
    wrong = referral(*words, "units")
    assert wrong.code == 1
    assert "NO_TRUTH" in wrong.err


# -- learn ------------------------------------------------------------------------------------
@pytest.fixture
def past(county: Path) -> Path:
    """Recorded referrals: D15 to one unit, D02 to three in turn, and a row that is no issue."""
    (county / "mapping.yaml").write_text(
        "kind: mapping\ntruth: {unit: {}}\n"
        "columns: {id: id, at: received_at, kind: category, place: territory}\n",
        "utf-8",
    )
    turns = ["县公安局", "县住建局", "县司法局"]
    rows = [("D15", "县住建局"), ("D02", "")] * 30
    lines = ["id,at,kind,place,unit"]
    for number, (kind, unit) in enumerate(rows):
        at = f"2026-11-02T09:{number:02d}+08:00"
        lines.append(f"{number},{at},{kind},620922100,{unit or turns[number // 2 % 3]}")
    lines.append("x,soon,D15,620922100,县住建局")
    file = county / "past.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


LEARN = ("rules", "learn", "past.csv", "--mapping", "mapping.yaml", "--truth")


def test_rules_are_learnt_checked_and_scored(past: Path, referral: Referral) -> None:
    ran = referral(*LEARN, "unit", "--output", "rules/learnt", "--rank", "1")
    assert ran.code == 1
    assert "past.csv:62 BAD_TIME" in ran.err
    assert "1 send, the others suggest" in ran.out
    (past.parent / "rules/routing.yaml").write_text(
        "kind: routing\nrank: 900\nhit: first\nrules: []\ndefault: {refer: {lead: centre}}\n",
        "utf-8",
    )
    (past.parent / "rules/tests/routing.yaml").unlink()
    checked = referral("rules", "check", "--format", "json", "rules/learnt").json
    assert [each for each in checked if each["severity"] == "error"] == []
    past.write_text("\n".join(past.read_text("utf-8").splitlines()[:-1]) + "\n", "utf-8")
    made = referral("rules", "score", *LEARN[2:], "unit", "--json").json
    assert (made["total"], made["top3"], made["surest_30"]) == (60, 1.0, 1.0)
    assert made["accuracy"] == round(40 / 60, 4)
    assert "within the best three: 100.0%" in referral("rules", "score", *LEARN[2:], "unit").out


def test_an_unsure_rule_leaves_the_case_at_the_centre(past: Path, referral: Referral) -> None:
    referral(*LEARN, "unit", "--output", "rules/learnt", "--rank", "1")
    told = referral("simulate", "past.csv", "--mapping", "mapping.yaml", "--json").out
    sent, left = (json.loads(line) for line in told.splitlines()[:2])
    assert (sent["outcome"], sent["lead"], sent["proposal"]) == ("referred", "housing", None)
    assert (left["outcome"], left["lead"], left["claim_by"]) == ("proposed", None, None)
    assert left["proposal"]["kind"] == "dispatch"
    units = [each["unit"] for each in left["proposal"]["units"]]
    assert sorted(units) == ["housing", "justice", "police"]
    assert "suggested" in referral("simulate", "past.csv", "--mapping", "mapping.yaml").out


@pytest.mark.usefixtures("past")
def test_nothing_is_learnt_from_the_wrong_column_or_unknown_units(
    past: Path, referral: Referral
) -> None:
    assert "NO_TRUTH" in referral(*LEARN, "units", "--output", "learnt").err
    past.write_text("id,at,kind,place,unit\n1,2026-11-02T09:00+08:00,D15,620922100,别处\n", "utf-8")
    ran = referral(*LEARN, "unit", "--output", "learnt")
    assert ran.code == 1
    assert "NOTHING_TO_LEARN" in ran.err


# -- publish, diff, roll back -----------------------------------------------------------------
def test_publishing_history_diff_and_rollback(renamed: Path, referral: Referral) -> None:
    diff = referral("rules", "diff", "--json").json
    assert (diff["added"], diff["removed"], diff["changed"]) == ([], [], ["housing"])
    assert "+    when: {category: {under: D02}}" in referral("rules", "diff").out
    words = ("rules", "publish", "--reason", "改类别", "--actor", "l1", "--json")
    refused = referral(*words)
    assert refused.code == 1
    assert "TESTS_FAIL" in refused.err
    assert "物业归住建" in refused.err
    made = referral(*words, "--untested").json
    assert made["changed"] is True
    again = referral("rules", "publish", "--reason", "再来", "--untested", "--json").json
    assert again["changed"] is False
    newest, first = referral("rules", "history", "--json").json
    assert (newest["author"], newest["reason"]) == ("l1", "改类别")
    assert newest["evidence"]["tests"] == {"run": 1, "failed": ["物业归住建"]}
    assert newest["evidence"]["backtest"]["moves"] == [
        {"from": "chengguan", "to": "housing", "cases": 1},
        {"from": "housing", "to": "chengguan", "cases": 1},
    ]
    assert "the files decide alike" in referral("rules", "diff").out
    back = referral("rules", "rollback", first["rule_set"][:12], "--reason", "退回", "--json").json
    assert back["rule_set"] == first["rule_set"]
    assert referral("rules", "history", "--json").json[0]["rule_set"] == first["rule_set"]
    assert referral("rules", "diff", "--json").json["changed"] == ["housing"]


@pytest.mark.usefixtures("cases")
def test_faulty_rules_are_not_published(broken: Path, referral: Referral) -> None:
    before = referral("rules", "history", "--json").json
    ran = referral("rules", "publish", "--reason", "x")
    assert ran.code == 1
    assert f"{broken.relative_to(broken.parents[1])}:20:19 UNKNOWN_UNIT" in ran.err
    assert referral("rules", "history", "--json").json == before


@pytest.mark.usefixtures("cases")
def test_a_rule_that_cannot_be_loaded_is_named(
    county: Path, referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    (county / "rules/escalation.yaml").write_text(
        "kind: escalation\nrules:\n  - {id: late, name: 迟, on: {claim: 100%}, remind: '@unit'}\n",
        "utf-8",
    )
    monkeypatch.setattr(
        "referral_engine.rules.infer.trial.load_in_child", lambda *_args: "killed by signal 11"
    )
    ran = referral("rules", "publish", "--reason", "x")
    assert ran.code == 1
    assert "INFERENCE_LOAD" in ran.err
    assert "`late`" in ran.err


@pytest.mark.usefixtures("cases")
def test_an_unknown_hash_is_refused(referral: Referral) -> None:
    ran = referral("rules", "rollback", "ffff", "--reason", "x")
    assert ran.code == 1
    assert "UNKNOWN_RULE_SET" in ran.err
    assert "referral rules history" in ran.err
