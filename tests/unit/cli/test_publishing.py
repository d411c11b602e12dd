"""Publishing with two persons and for a moment to come; a running case taken along by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Referral


@pytest.fixture
def edited(county: Path, cases: list[str]) -> list[str]:
    """Rules that were changed in the files after they were published; the cases' codes."""
    rules = county / "rules/routing.yaml"
    text = rules.read_text("utf-8").replace("name: 物业", "name: 物业管理").replace(
        "when: {category: {under: D15}}", "when: {category: {in: [D15]}}"
    )  # fmt: skip
    rules.write_text(text, "utf-8")
    return cases


@pytest.fixture
def two_persons(county: Path) -> None:
    config = county / "config.yaml"
    config.write_text(config.read_text("utf-8") + "publication: {second_person: true}\n", "utf-8")


@pytest.mark.usefixtures("two_persons")
def test_two_persons_publish(edited: list[str], referral: Referral) -> None:
    before = referral("rules", "history", "--json").json
    assert [each["state"] for each in before] == ["ready"]  # the first needed nobody
    made = referral("rules", "publish", "--reason", "改名", "--actor", "l1", "--json").json
    assert (made["state"], made["changed"]) == ("waiting", True)
    number = made["number"]
    same = referral("rules", "confirm", number, "--actor", "l1")
    assert (same.code, "SAME_PERSON" in same.err) == (1, True)
    never = referral("case", "migrate", edited[0], "--to", made["rule_set"], "--yes")
    assert (never.code, "NEVER_IN_FORCE" in never.err) == (1, True)
    back = referral("rules", "rollback", made["rule_set"], "--actor", "l1")
    assert (back.code, "NEVER_IN_FORCE" in back.err) == (1, True)
    assert "same rules" not in referral("rules", "backtest", "--to", made["rule_set"]).err
    confirmed = referral("rules", "confirm", number, "--actor", "d1", "--json").json
    assert confirmed["state"] == "ready"
    newest = referral("rules", "history", "--json").json[0]
    assert (newest["author"], newest["confirmed_by"]) == ("l1", "d1")
    again = referral("rules", "confirm", number, "--actor", "h1")
    assert (again.code, "NOT_WAITING" in again.err) == (1, True)
    assert "l1 + d1" in referral("rules", "history").out


def test_rules_for_a_moment_to_come(edited: list[str], referral: Referral) -> None:
    passed = referral("rules", "publish", "--at", "2020-01-01T00:00")
    assert (passed.code, "PAST_MOMENT" in passed.err) == (1, True)
    told = referral("rules", "publish", "--at", "2099-01-01T00:00", "--reason", "新年")
    assert "planned for 2099-01-01 00:00" in told.out
    planned, first = referral("rules", "history", "--json").json
    assert (planned["state"], planned["effective_at"]) == ("planned", "2099-01-01T00:00:00+08:00")
    assert referral("rules", "diff", "--json").json["from"] == first["rule_set"]
    assert referral("rules", "withdraw", planned["number"], "--actor", "l1").code == 0
    assert "withdrawn by l1" in referral("rules", "history").out
    gone = referral("rules", "withdraw", planned["number"])
    assert (gone.code, "NOT_WAITING" in gone.err) == (1, True)
    unknown = referral("rules", "confirm", 99)
    assert (unknown.code, "UNKNOWN_PUBLICATION" in unknown.err) == (1, True)


@pytest.mark.usefixtures("edited")
def test_a_token_publishes_only_as_an_administrators(
    referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    def token(*words: str) -> str:
        made = referral("token", "issue", *words, "--json")
        assert made.code == 0, made.err
        return str(made.json["token"])

    officer, keeper = token("h1"), token("keeper", "--role", "administrator")
    monkeypatch.setenv("REFERRAL_TOKEN", officer)
    refused = referral("rules", "publish", "--reason", "x")
    assert (refused.code, "FORBIDDEN" in refused.err) == (1, True)
    monkeypatch.setenv("REFERRAL_TOKEN", keeper)
    assert referral("rules", "publish", "--reason", "x", "--json").json["changed"] is True
