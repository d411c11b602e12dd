"""Bad input by the commands themselves: file, place, reason, suggestion, and nothing else lost."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.databases import question
from tests.district import ROOT, referral, referral_here

LANGUAGES = ("C.UTF-8", "zh_CN.UTF-8")
HEADING = ("id", "channel", "title", "text", "category", "territory", "received_at")
GOOD = (
    ("1", "hotline", "楼上漏水", "卫生间一直渗水没人管", "D02", "620922100200002"),
    ("2", "window", "拖欠工资", "饭馆拖欠两个月工资不给", "D10", "620922100001003"),
)
WHEN = "2026-09-28T08:12+08:00"
LONG = 100_000


@pytest.fixture
def workspace(county: Path, tmp_path: Path) -> Path:
    """The shipped county, to be broken."""
    return Path(shutil.copytree(county, tmp_path / "county"))


def write(folder: Path, *rows: tuple[str, ...], encoding: str = "utf-8") -> str:
    with (folder / "in.csv").open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([HEADING, *rows])
    return "in.csv"


def said(language: str, english: str, chinese: str) -> str:
    """The words to expect in this language."""
    return chinese if language.startswith("zh") else english


def good_rows() -> list[tuple[str, ...]]:
    return [(*row, WHEN) for row in GOOD]


# -- rules and configuration: the file is refused as a whole, every fault at its place ------------
class Fault(NamedTuple):
    """What is written where, and what must be said of it."""

    file: str
    broken: str
    place: str
    code: str
    english: str
    chinese: str
    suggestion: str


ROUTING = """\
kind: routing
rank: 5
hit: first
rules:
  - id: broken
    name: 试
    when: {when}
    refer: {{lead: {lead}}}
"""
FAULTS = {
    "broken-yaml": Fault(
        "rules/routing/zz.yaml", "kind: routing\nrules:\n  - id: x\n   name: y\n",
        "rules/routing/zz.yaml:4:4", "YAML_SYNTAX", "not valid YAML", "不是有效的 YAML", "indent",
    ),
    "unknown-field": Fault(
        "rules/routing/zz.yaml", ROUTING.format(when="{categori: {eq: D01}}", lead="police"),
        "rules/routing/zz.yaml:7:12", "UNKNOWN_FIELD", "no field is called `categori`",
        "没有叫“categori”的字段", "`category`",
    ),
    "unknown-department": Fault(
        "rules/routing/zz.yaml", ROUTING.format(when="{category: {eq: D01}}", lead="polise"),
        "rules/routing/zz.yaml:8:19", "UNKNOWN_UNIT", "no unit has the id `polise`",
        "没有 id 为“polise”的单位", "`police`",
    ),
    "unknown-territory": Fault(
        "rules/routing/zz.yaml",
        ROUTING.format(when='{territory: {under: "999999"}}', lead="police"),
        "rules/routing/zz.yaml:7:31", "UNKNOWN_TERRITORY", "no territory has the code `999999`",
        "没有代码为“999999”的区域", "config.yaml",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_rules(workspace: Path, name: str, language: str) -> None:
    fault = FAULTS[name]
    (workspace / fault.file).write_text(fault.broken, "utf-8")
    told = referral_here(workspace, "rules", "check", lang=language, ends=1).out
    (first,) = (line for line in told.splitlines() if line.startswith(f"{fault.place} "))
    assert first.startswith(f"{fault.place} {fault.code} ")
    assert said(language, fault.english, fault.chinese) in first
    faults = referral_here(
        workspace, "rules", "check", "--format", "json", lang=language, ends=1
    ).json
    (found,) = (each for each in faults if each["severity"] == "error")
    assert f"{found['file']}:{found['line']}:{found['column']}" == fault.place
    assert found["code"] == fault.code
    if language == "C.UTF-8":
        assert fault.suggestion in found["suggestion"]
    assert found["suggestion"] in told


def test_faulty_rules_never_come_into_force(workspace: Path) -> None:
    """What was in force stays, and new issues are decided under it."""
    referral_here(workspace, "rules", "publish", "--reason", "first", ends=0)
    (workspace / "rules/routing/zz.yaml").write_text(FAULTS["unknown-field"].broken, "utf-8")
    refused = referral_here(workspace, "rules", "publish", "--reason", "second", ends=1)
    assert "rules/routing/zz.yaml:7:12 UNKNOWN_FIELD" in refused.err
    assert len(question(workspace, "SELECT 1 FROM publication")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", [("case", "list"), ("intake", "samples/issues.csv"), ("run",)])
def test_a_typo_in_the_configuration(
    workspace: Path, command: tuple[str, ...], language: str
) -> None:
    config = workspace / "config.yaml"
    lines = config.read_text("utf-8").splitlines()
    line = lines.index("calendar:")
    lines[line] = "calender:"
    config.write_text("\n".join(lines), "utf-8")
    ran = referral_here(workspace, *command, lang=language, ends=1)
    assert ran.out == ""
    assert ran.err.startswith(f"config.yaml:{line + 1}:1 CONFIG_UNKNOWN_KEY ")
    assert said(language, "unknown key calender", "不认识的键 calender") in ran.err
    assert said(language, "did you mean calendar?", "是不是想写 calendar？") in ran.err
    assert not (workspace / "var").exists()


# -- files as a whole -----------------------------------------------------------------------------
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_column(workspace: Path, language: str) -> None:
    write(workspace, *good_rows())
    text = (workspace / "in.csv").read_text("utf-8").replace("territory", "teritory", 1)
    (workspace / "in.csv").write_text(text, "utf-8")
    ran = referral(workspace, "intake", "in.csv", "--json", lang=language, ends=1)
    assert ran.out == ""
    assert "in.csv:1:6 UNKNOWN_COLUMN " in ran.err
    assert ("teritory；" if language.startswith("zh") else "unknown column teritory") in ran.err
    assert (
        "是不是想写 territory" if language.startswith("zh") else "did you mean territory"
    ) in ran.err


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_merged_heading(workspace: Path, language: str) -> None:
    shutil.copy(ROOT / "tests/faulty/intake/MERGED_HEADER.xlsx", workspace / "in.xlsx")
    ran = referral_here(workspace, "intake", "in.xlsx", lang=language, ends=1)
    assert "in.xlsx:1:2 MERGED_HEADER " in ran.err
    assert said(language, "are merged", "是合并的") in ran.err
    assert "row: 2" in ran.err


# -- rows: the faulty one is named, the good ones are taken ---------------------------------------
ROWS: dict[str, tuple[tuple[str, ...], str, str, str, str, str]] = {
    "bad-date": (
        ("3", "hotline", "试", "噪声扰民", "M02", "620922100", "2026-13-45 10:00"),
        "received_at", "BAD_TIME", "is no time", "不是时间", "2026-09-30T23:50+08:00",
    ),
    "unknown-territory": (
        ("3", "hotline", "试", "噪声扰民", "M02", "620922199", WHEN),
        "territory", "UNKNOWN_TERRITORY", "no territory 620922199", "没有区域 620922199", "620922",
    ),
    "unknown-category": (
        ("3", "hotline", "试", "噪声扰民", "Z99", "620922100", WHEN),
        "category", "UNKNOWN_CATEGORY", "no category Z99", "没有类别 Z99", "D99",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_never_stops_the_good_ones(workspace: Path, name: str, language: str) -> None:
    row, field, code, english, chinese, suggestion = ROWS[name]
    first, second = good_rows()
    write(workspace, first, row, second)
    ran = referral_here(workspace, "intake", "in.csv", "--json", lang=language, ends=1)
    made = ran.json
    assert {key: made[key] for key in ("read", "accepted", "duplicates", "rejected")} == {
        "read": 3, "accepted": 2, "duplicates": 0, "rejected": 1,
    }  # fmt: skip
    (error,) = made["errors"]
    assert (error["line"], error["field"], error["code"]) == (3, field, code)
    assert said(language, english, chinese) in error["message"]
    assert suggestion in error["message"]
    assert f"in.csv:3 {code} {field}: {error['message']}" in ran.err
    assert sorted(_codes(workspace)) == ["1", "2"]

    again = referral_here(workspace, "intake", "in.csv", "--json", lang=language, ends=1).json
    assert (again["accepted"], again["duplicates"], again["rejected"]) == (0, 2, 1)


def test_a_very_long_text_is_kept_whole_or_named(workspace: Path) -> None:
    first, second = good_rows()
    long = ("3", "hotline", "长", "长" * LONG, "M02", "620922100", WHEN)
    longer = ("4", "hotline", "更长", "长" * (LONG + 1), "M02", "620922100", WHEN)
    write(workspace, first, long, longer, second)
    ran = referral_here(workspace, "intake", "in.csv", "--json", ends=1)
    assert (ran.json["accepted"], ran.json["rejected"]) == (3, 1)
    (error,) = ran.json["errors"]
    assert (error["line"], error["field"], error["code"]) == (4, "text", "TEXT_TOO_LONG")
    assert str(LONG) in error["message"]
    assert len(_text_of(workspace, "3")) == LONG


@pytest.mark.parametrize("language", LANGUAGES)
def test_nul_characters_are_removed_and_it_is_said(workspace: Path, language: str) -> None:
    row = ("3", "hotline", "噪声", "夜里\0施工\0噪声扰民", "M02", "620922100", WHEN)
    write(workspace, *good_rows(), row)
    ran = referral_here(workspace, "intake", "in.csv", "--json", lang=language, ends=0)
    assert ran.json["accepted"] == 3
    removed = said(language, "text: control characters removed", "text：已去除控制字符")
    assert f"in.csv:4 {removed}" in ran.err
    assert _text_of(workspace, "3") == "夜里施工噪声扰民"


def test_gbk_is_recognised_and_it_is_said(workspace: Path) -> None:
    write(workspace, *good_rows(), encoding="gbk")
    ran = referral_here(workspace, "intake", "in.csv", "--json", ends=0)
    assert ran.json["accepted"] == 2
    assert "in.csv:2 read as GB18030" in ran.err
    assert _text_of(workspace, "1") == GOOD[0][3]


def test_bytes_of_no_encoding_are_named(workspace: Path) -> None:
    write(workspace, *good_rows())
    data = (workspace / "in.csv").read_bytes().replace("渗水".encode(), b"\xff\xfe\x80")
    (workspace / "in.csv").write_bytes(data)
    ran = referral_here(workspace, "intake", "in.csv", "--json", ends=1)
    assert "in.csv" in ran.err
    assert "WRONG_ENCODING" in ran.err


# -- usage ----------------------------------------------------------------------------------------
WORDS = {
    "intake": 2,
    "intake in.csv --nope": 2,
    "run --clock moon": 2,
    "nonsense": 2,
    "case show 12345": 1,
    "intake none.csv": 1,
    "intake in.csv --mapping none.yaml": 1,
    "--config none.yaml case list": 1,
}


@pytest.mark.parametrize("words", WORDS)
def test_wrong_usage_ends_with_2_and_a_refusal_with_1(workspace: Path, words: str) -> None:
    write(workspace, *good_rows())
    if words.startswith("case"):
        referral_here(workspace, "intake", "in.csv", ends=0)
    ran = referral(workspace, *words.split(), ends=WORDS[words])
    assert ran.out == ""
    assert ran.err.strip()
    assert "Traceback" not in ran.err


def _codes(workspace: Path) -> dict[str, str]:
    """The cases of the store by the sender's id."""
    sql = "SELECT json_extract(body, '$.body.sender_id'), case_code FROM case_event WHERE seq = 1"
    return dict(question(workspace, sql))


def _text_of(workspace: Path, id: str) -> str:
    """The text of an issue as the engine kept it."""
    code = _codes(workspace)[id]
    shown = referral_here(
        workspace, "case", "show", code, "--full", "--actor", "p0004", "--json",
        ends=0,
    ).out  # fmt: skip
    found: str = json.loads(shown)["issue"]["text"]
    return found
