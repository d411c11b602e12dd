"""`referral mediator`: from the register to the payment, as a county's centre does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Referral

WANG = ("--name", "王秀英", "--organisation", "西关村人民调解委员会", "--trade", "D02")
SCALE = "mediation: {most_open: 3, allowance: {mediated: 200}}\n"


@pytest.fixture
def register(referral: Referral, county: Path) -> Referral:
    """Two mediators, one of whom speaks Tibetan; the county has a scale."""
    with (county / "config.yaml").open("a", encoding="utf-8") as file:
        file.write(SCALE)
    for words in (
        ("m1", *WANG, "--territory", "620922100", "--language", "zh"),
        ("m2", "--name", "李老师", "--organisation", "县人民调解委员会", "--language", "zh",
         "--language", "bo", "--most-open", "1"),
    ):  # fmt: skip
        ran = referral("mediator", "add", *words)
        assert ran.code == 0, ran.err
    return referral


def test_who_fits_and_why(register: Referral, cases: list[str]) -> None:
    found = register("mediator", "match", cases[1], "--json").json
    assert [each["mediator"]["id"] for each in found] == ["m1", "m2"]
    assert "mediates D02" in found[0]["reasons"]
    (only,) = register("mediator", "match", cases[1], "--language", "bo", "--json").json
    assert only["mediator"]["id"] == "m2"
    assert "does not speak bo" in register(
        "mediator", "match", cases[1], "--language", "bo", "--all"
    ).out.replace("\n", " ")
    assert "UNKNOWN_CASE" in register("mediator", "match", "nothing").err


def test_a_case_is_given_counted_and_taken_over(register: Referral, cases: list[str]) -> None:
    assert register("mediator", "assign", cases[1], "--mediator", "m2", "--actor", "l1").code == 0
    loads = {each["id"]: each["load"] for each in register("mediator", "list", "--json").json}
    assert loads == {"m1": 0, "m2": 1}
    full = register("mediator", "assign", cases[0], "--mediator", "m2")
    assert "NOT_THIS_MEDIATOR" in full.err
    assert register("mediator", "assign", cases[1], "--mediator", "m1").code == 0
    loads = {each["id"]: each["load"] for each in register("mediator", "list", "--json").json}
    assert loads == {"m1": 1, "m2": 0}
    assert "NO_SUCH_MEDIATOR" in register("mediator", "assign", cases[1], "--mediator", "m9").err
    assert register("mediator", "leave", "m1").code == 0
    assert [each["id"] for each in register("mediator", "list", "--json").json] == ["m2"]


def test_a_challenged_mediator_is_not_given_the_case(register: Referral, cases: list[str]) -> None:
    code = cases[1]
    ran = register("desk", "challenge", code, "--person", "m1", "--reason", "远亲")
    assert ran.code == 0, ran.err
    found = register("mediator", "match", code, "--json").json
    assert [each["mediator"]["id"] for each in found] == ["m2"]
    assert "challenged" in register("mediator", "assign", code, "--mediator", "m1").err


def test_from_the_proposal_to_the_payment(register: Referral, cases: list[str]) -> None:
    """A machine only proposes; a named person signs, another than who proposed; paid once."""
    code = cases[1]
    assert register("mediator", "assign", code, "--mediator", "m1").code == 0
    assert "NO_SCALE" in register("mediator", "propose", code).err, "it has no outcome yet"
    assert register("mediator", "propose").out.count("m1") == 0, "nothing is over"
    (made,) = register(
        "mediator", "propose", code, "--amount", "150.50", "--actor", "d1", "--json"
    ).json
    assert (made["amount"], made["state"], made["proposed_by"]) == (15_050, "proposed", "d1")
    assert "PROPOSED_BEFORE" in register("mediator", "propose", code, "--amount", "1").err
    number = made["id"]
    assert "FORBIDDEN" in register("mediator", "sign", number).err, "the shell is nobody's name"
    assert "FORBIDDEN" in register("mediator", "sign", number, "--actor", "d1").err
    paying = ("mediator", "pay", number, "--reference", "B-1", "--actor", "l1")
    assert "NOT_WAITING" in register(*paying).err
    assert register("mediator", "sign", number, "--actor", "l1").code == 0
    assert "FUND_TOO_LOW" in register(*paying).err
    assert register("mediator", "grant", "1000", "--note", "财政", "--actor", "l1").code == 0
    assert register(*paying).code == 0
    assert "NOT_WAITING" in register(*paying).err
    told = register("mediator", "ledger", "--json").json
    assert told["sum"] == 0
    assert told["balances"] == {
        "cost": 15_050, "fund": 84_950, "owed:m1": 0, "treasury": -100_000,
    }  # fmt: skip
    assert [entry["kind"] for entry in told["entries"]] == ["pay", "grant", "sign"]
    paid = told["entries"][0]["id"]
    back = ("mediator", "reverse", paid, "--note", "退汇", "--actor", "l1")
    assert register(*back).code == 0
    assert "NOT_REVERSIBLE" in register(*back).err
    told = register("mediator", "ledger", "--state", "signed", "--json").json
    assert [each["id"] for each in told["allowances"]] == [number]
    assert told["balances"]["owed:m1"] == -15_050
    assert register("audit", "verify", "--json").json["ok"] is True


def test_nobody_signs_what_they_proposed(register: Referral, cases: list[str]) -> None:
    assert register("mediator", "assign", cases[1], "--mediator", "m1").code == 0
    made = register(
        "mediator", "propose", cases[1], "--amount", "9", "--actor", "l1", "--json"
    ).json
    signed = register("mediator", "sign", made[0]["id"], "--actor", "l1")
    assert "ONE_PERSON" in signed.err


def test_what_is_open_for_long_is_listed_oldest_first(
    register: Referral, cases: list[str], county: Path
) -> None:
    assert register("mediator", "backlog", "--older", "1m", "--json").json == []
    rules = county / "rules" / "path.yaml"
    rules.write_text(
        "kind: path\npaths:\n  - id: mediation\n    name: 调解\n    steps:\n"
        "      - {id: mediate, name: 调解}\n",
        "utf-8",
    )
    prepare = county / "rules" / "prepare.yaml"
    prepare.write_text(
        "kind: routing\nrank: 1\nhit: all\nrules:\n"
        "  - {id: go, name: 走调解, when: {category: {eq: D02}}, path: mediation}\n",
        "utf-8",
    )
    published = register("rules", "publish", "--reason", "x", "--untested")
    assert published.code == 0, published.err
    for number, at in (("7", "2026-03-02"), ("8", "2026-02-02")):
        (county / f"{number}.jsonl").write_text(
            f'{{"id": "{number}", "channel": "hotline", "category": "D02", "text": "院墙{number}",'
            f' "territory": "620922100200", "received_at": "{at}T09:00+08:00"}}\n',
            "utf-8",
        )
        assert register("intake", county / f"{number}.jsonl", "--backfill").code == 0
    found = register("mediator", "backlog", "--older", "30d", "--json").json
    assert [each["received_at"][:10] for each in found] == ["2026-02-02", "2026-03-02"]
    assert {each["mediator"] for each in found} == {""}
