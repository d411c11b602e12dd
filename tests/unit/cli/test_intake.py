"""`referral intake`: every row is accounted for, and a second run takes in nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.conftest import ISSUES, Ran, Referral

Write = Callable[..., Path]


def test_every_row_is_accepted_known_or_rejected(referral: Referral, write: Write) -> None:
    faulty = [
        {**ISSUES[0], "id": "3", "category": "D16"},
        {**ISSUES[0], "id": "4", "territory": "620999"},
        {**ISSUES[0], "id": "5", "received_at": "yesterday"},
    ]
    ran = referral("intake", write(*ISSUES, ISSUES[0], *faulty), "--json")
    summary = ran.json
    assert ran.code == 1
    assert set(summary) == {"read", "accepted", "duplicates", "rejected", "errors", "linked"}
    assert (summary["read"], summary["accepted"], summary["duplicates"]) == (6, 2, 1)
    assert summary["accepted"] + summary["duplicates"] + summary["rejected"] == summary["read"]
    assert [(e["line"], e["field"], e["code"]) for e in summary["errors"]] == [
        (4, "category", "UNKNOWN_CATEGORY"),
        (5, "territory", "UNKNOWN_TERRITORY"),
        (6, "received_at", "BAD_TIME"),
    ]
    assert "did you mean D15?" in summary["errors"][0]["message"]


def test_a_second_run_accepts_nothing(referral: Referral, write: Write) -> None:
    file = write(*ISSUES)
    assert referral("intake", file, "--json").json["accepted"] == 2
    again = referral("intake", file, "--json")
    assert again.code == 0
    assert again.json["accepted"] == 0
    assert again.json["duplicates"] == 2
    assert len(referral("case", "list", "--json").json) == 2


def test_first_use_publishes_the_rules_and_says_so(referral: Referral, write: Write) -> None:
    first = referral("intake", write(*ISSUES), "--actor", "d1")
    assert "first use: published" in first.err
    assert "first use" not in referral("intake", write(*ISSUES)).err
    (published,) = referral("rules", "history", "--json").json
    assert (published["author"], published["reason"]) == ("d1", "first use")


def test_a_near_duplicate_is_linked(referral: Referral, write: Write) -> None:
    twin = {**ISSUES[0], "id": "9", "text": "电梯坏了三天，没有人修！"}
    summary = referral("intake", write(ISSUES[0], twin), "--json").json
    assert (summary["accepted"], summary["linked"]) == (2, 1)


def test_backfilled_clocks_run_from_now(referral: Referral, write: Write) -> None:
    old = {**ISSUES[0], "received_at": "2020-01-02T09:00+08:00"}
    referral("intake", write(old), "--backfill")
    (line,) = referral("case", "list", "--json").json
    shown = referral("case", "show", line["code"], "--json").json
    assert shown["received_at"] == "2020-01-02T09:00:00+08:00"
    assert all(clock["due"] > shown["registered_at"] for clock in shown["next"])
    assert shown["registered_at"] > "2026"


def test_the_accused_may_be_named(referral: Referral, write: Write) -> None:
    accusation = {**ISSUES[0], "category": "X02", "accused": ["县住建局"]}
    assert referral("intake", write(accusation)).code == 0
    assert referral("case", "list", "--json").json == []  # sealed: an administrator sees nothing
    (line,) = referral("case", "list", "--json", "--actor", "s1").json
    shown = referral("case", "show", line["code"], "--json", "--actor", "s1").json
    assert shown["accused"] == ["housing"]
    assert "housing" in shown["barred"]


def test_an_unknown_accused_is_named(referral: Referral, write: Write) -> None:
    ran = referral("intake", write({**ISSUES[0], "accused": ["housin"]}), "--json")
    (fault,) = ran.json["errors"]
    assert (fault["code"], fault["field"]) == ("UNKNOWN_UNIT", "accused")
    assert "did you mean housing?" in fault["message"]


def test_a_building_of_a_known_village_is_known(referral: Referral, write: Write) -> None:
    fine = {**ISSUES[0], "id": "6", "territory": "620922100200017"}
    coarse = {**ISSUES[0], "id": "7", "territory": "620922199"}
    summary = referral("intake", write(fine, coarse), "--json").json
    assert summary["accepted"] == 1
    assert summary["errors"][0]["line"] == 2


@pytest.mark.postgres
def test_it_is_the_same_on_postgresql(referral: Referral, write: Write, postgres_url: str) -> None:
    def run(*words: object) -> Ran:
        return referral(*words, "--database", postgres_url)

    assert run("intake", write(*ISSUES), "--backfill", "--json").json["accepted"] == 2
    assert run("intake", write(*ISSUES), "--json").json["duplicates"] == 2
    (line,) = run("case", "list", "--owner", "housing", "--json").json
    assert run("desk", "claim", line["code"], "--json").json["state"] == "in_progress"
    assert run("audit", "verify", "--json").json["ok"] is True
    assert run("doctor").code == 0


def test_columns_are_mapped(county: Path, referral: Referral) -> None:
    (county / "export.csv").write_text("号,时间,内容\n7,2026-11-02 09:00,路灯不亮\n", "gbk")
    (county / "mapping.yaml").write_text(
        "kind: mapping\ncolumns:\n  号: id\n  内容: text\n"
        "  时间: {to: received_at, format: '%Y-%m-%d %H:%M'}\n",
        "utf-8",
    )
    ran = referral("intake", "export.csv", "--mapping", "mapping.yaml", "--json")
    assert ran.json["accepted"] == 1, ran.err


def test_a_wrong_column_is_a_fault_of_the_file(county: Path, referral: Referral) -> None:
    (county / "export.csv").write_text("nummer,text\n7,路灯不亮\n", "utf-8")
    ran = referral("intake", "export.csv", "--json")
    assert ran.code == 1
    assert ran.out == ""
    assert "export.csv:1:1 UNKNOWN_COLUMN" in ran.err
    assert referral("case", "list", "--json").json == []


def test_faulty_rules_take_nothing_in(county: Path, referral: Referral, write: Write) -> None:
    rules = county / "rules/routing.yaml"
    rules.write_text(rules.read_text("utf-8").replace("lead: housing}", "lead: housin}"), "utf-8")
    ran = referral("intake", write(*ISSUES))
    assert ran.code == 1
    assert "rules/routing.yaml:20:19 UNKNOWN_UNIT" in ran.err
    assert "^" in ran.err
