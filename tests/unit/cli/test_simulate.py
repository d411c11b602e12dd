"""`referral simulate`: the production decision, without a store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.unit.cli.conftest import ISSUES, Referral

Write = Callable[..., Path]
KEYS = [
    "id", "outcome", "rule", "file", "line", "lead", "support", "whistle", "path", "sealed",
    "proposal", "claim_by", "arrive_by", "report_by", "why", "matched",
]  # fmt: skip


def test_one_object_a_line_in_the_contracts_keys(
    county: Path, referral: Referral, write: Write
) -> None:
    ran = referral("simulate", write(*ISSUES), "--json")
    first, second = ran.lines
    assert list(first) == KEYS
    assert (first["id"], first["rule"], first["lead"]) == ("1", "housing", "housing")
    assert (first["outcome"], first["matched"], first["sealed"]) == ("referred", ["housing"], False)
    assert (second["rule"], second["lead"], second["why"]) == ("default", "chengguan", "属地首接")
    assert not (county / "var").exists()


def test_clocks_run_from_the_receipt_or_from_at(referral: Referral, write: Write) -> None:
    file = write({**ISSUES[0], "text": "燃气泄漏"})
    (at_receipt,) = referral("simulate", file, "--json").lines
    assert at_receipt["whistle"] == "emergency"
    assert at_receipt["claim_by"] == "2026-11-02T09:15:00+08:00"
    assert at_receipt["arrive_by"] == "2026-11-02T09:30:00+08:00"
    assert at_receipt["support"] == ["police"]
    (later,) = referral("simulate", file, "--json", "--at", "2026-11-03T10:00").lines
    assert later["claim_by"] == "2026-11-03T10:15:00+08:00"


def test_what_a_person_must_confirm_is_proposed(referral: Referral, write: Write) -> None:
    (told,) = referral("simulate", write({**ISSUES[0], "category": "X03"}), "--json").lines
    assert (told["outcome"], told["lead"]) == ("proposed", None)
    assert told["proposal"] == {"kind": "redirect", "legal_path": "litigation"}
    assert told["claim_by"] is None


def test_an_accusation_is_sealed_and_passes_the_accused_by(
    referral: Referral, write: Write
) -> None:
    (told,) = referral("simulate", write({**ISSUES[0], "accused": ["housing"]}), "--json").lines
    assert told["sealed"] is True
    assert told["rule"] == "housing"
    assert told["lead"] != "housing"


def test_earlier_rows_of_the_file_are_history(referral: Referral, write: Write) -> None:
    rows = [
        {**ISSUES[0], "id": str(n), "received_at": f"2026-11-0{n}T09:00+08:00"} for n in (1, 2, 3)
    ]
    decided = [told["rule"] for told in referral("simulate", write(*rows), "--json").lines]
    assert decided == ["housing", "housing", "third-time"]
    far = [{**row, "received_at": f"2026-0{n}-01T09:00+08:00"} for n, row in enumerate(rows, 1)]
    far[0]["received_at"] = "2025-01-01T09:00+08:00"
    decided = [told["rule"] for told in referral("simulate", write(*far), "--json").lines]
    assert decided == ["housing", "housing", "housing"]


def test_other_reporters_are_no_repetition(referral: Referral, write: Write) -> None:
    rows = [{**ISSUES[0], "id": str(n), "reporter": {"phone": f"1380000000{n}"}} for n in (1, 2, 3)]
    assert {told["rule"] for told in referral("simulate", write(*rows), "--json").lines} == {
        "housing"
    }


def test_it_decides_as_intake_does(referral: Referral, write: Write) -> None:
    texts = ("燃气泄漏了快来", "楼道堆放杂物", "电梯故障停运")
    rows = [
        {**ISSUES[0], "id": str(n), "text": text, "category": category}
        for n, (text, category) in enumerate(zip(texts, ("D02", "D02", "D15"), strict=True), 1)
    ]
    simulated = {told["id"]: told for told in referral("simulate", write(*rows), "--json").lines}
    referral("intake", write(*rows))
    for line in referral("case", "list", "--json").json:
        case = referral("case", "show", line["code"], "--json").json
        told = simulated[case["sender_id"]]
        lead = next(r for r in case["referrals"] if r["role"] == "lead")
        assert (told["rule"], told["lead"]) == (case["rule"], lead["unit"])


def test_faulty_rows_are_named_and_the_others_decided(referral: Referral, write: Write) -> None:
    ran = referral("simulate", write({**ISSUES[0], "territory": "1"}, ISSUES[1]), "--json")
    assert ran.code == 1
    assert [told["id"] for told in ran.lines] == ["2"]
    assert "issues.jsonl:1 UNKNOWN_TERRITORY" in ran.err


def test_people_get_lines(referral: Referral, write: Write) -> None:
    ran = referral("simulate", write(ISSUES[0]))
    assert ran.out.splitlines()[0] == "1  县住建局  [housing]"
    assert "rules/routing.yaml:17" in ran.out


STORY = """\
story: 电梯坏了
steps:
  - at: 2026-11-02T09:00+08:00
    as: reporter
    issue: {name: lift, category: D15, text: 电梯坏了, territory: "620922100200"}
    see: {state: assigned, lead: housing}
"""


def test_a_story_is_told_and_its_demands_are_looked_up(county: Path, referral: Referral) -> None:
    (county / "story.yaml").write_text(STORY, "utf-8")
    told = referral("simulate", "--scenario", "story.yaml", "--json")
    assert told.code == 0, told.err
    assert (told.json["story"], told.json["passed"]) == ("电梯坏了", True)
    assert [row["what"] for row in told.json["rows"]] == ["register"]
    assert "all met" in referral("simulate", "--scenario", "story.yaml").out
    assert not (county / "var").exists()


def test_what_is_not_as_the_story_says_is_named(county: Path, referral: Referral) -> None:
    (county / "story.yaml").write_text(STORY.replace("lead: housing", "lead: police"), "utf-8")
    ran = referral("simulate", "--scenario", "story.yaml", "--json")
    assert ran.code == 1
    assert ran.json["passed"] is False
    assert "story.yaml:6:" in ran.err
    missing = referral("simulate", "--scenario", "nowhere.yaml")
    assert missing.code == 1
    assert "there is no nowhere.yaml" in missing.err
