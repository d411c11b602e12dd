"""Looking at cases: what is shown, to whom, and what comes next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from referral_engine import i18n
from tests.unit.cli.conftest import ISSUES, Referral

Write = Callable[..., Path]


def test_the_list_is_narrowed(referral: Referral, cases: list[str]) -> None:
    def codes(*words: str) -> set[str]:
        return {line["code"] for line in referral("case", "list", "--json", *words).json}

    assert codes() == set(cases)
    assert codes("--owner", "housing") == {cases[0]}
    assert codes("--category", "D02") == {cases[1]}
    assert codes("--over") == set()
    assert len(codes("--limit", "1")) == 1


def test_before_the_first_intake_lists_are_empty(county: Path, referral: Referral) -> None:
    lists = (("case", "list"), ("desk", "inbox", "housing"), ("rules", "history"))
    for words in (*lists, ("deadletter", "list")):
        assert referral(*words, "--json").json == []
    ran = referral("case", "show", "1")
    assert ran.code == 1
    assert "Nothing has come in yet" in ran.err
    assert not (county / "var").exists()


def test_names_are_hidden_from_whoever_need_not_know(referral: Referral, cases: list[str]) -> None:
    issue = referral("case", "show", cases[0], "--json").json["issue"]
    assert issue["reporter"]["name"] == "张**"
    assert "13800001234" not in referral("case", "show", cases[0]).out


def test_names_are_shown_to_a_person_who_asks_and_may(referral: Referral, cases: list[str]) -> None:
    anonymous = referral("case", "show", cases[0], "--full")
    assert anonymous.code == 1
    assert "WHO_LOOKS" in anonymous.err
    full = referral("case", "show", cases[0], "--full", "--actor", "h1", "--json").json
    assert (full["sight"], full["issue"]["reporter"]["phone"]) == ("full", "13800001234")
    modest = referral("case", "show", cases[0], "--actor", "h1", "--json").json
    assert modest["issue"]["reporter"]["phone"] == "*******1234"


def test_every_id_printed_once_is_understood(referral: Referral, cases: list[str]) -> None:
    shown = referral("case", "show", cases[0], "--json").json
    by_referral = referral("case", "show", shown["referrals"][0]["id"], "--json").json
    assert by_referral["code"] == shown["code"] == cases[0]


def test_history_is_every_event_in_order(referral: Referral, cases: list[str]) -> None:
    events = referral("case", "history", cases[0], "--json").json
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert all(event["owner"] for event in events)
    assert events[0]["kind"] == "registered"
    assert "张三丰" not in referral("case", "history", cases[0], "--json").out


def test_explain_tells_the_rule_and_what_comes_next(referral: Referral, cases: list[str]) -> None:
    told = referral("case", "explain", cases[0], "--json").json
    assert (told["rule"], told["file"], told["line"]) == ("housing", "rules/routing.yaml", 17)
    assert told["matched"] == ["housing"]
    assert told["seen"] == [["category under D15", "D15"]]
    dues = [clock["due"] for clock in told["next"]]
    assert dues == sorted(dues)
    assert {clock["clock"] for clock in told["next"]} == {"claim", "contact", "report", "answer"}
    assert {mark["share"] for clock in told["next"] for mark in clock["marks"]} == {1.0, 2.0}


def test_times_carry_the_countys_offset(referral: Referral, cases: list[str]) -> None:
    (line,) = referral("case", "list", "--json", "--owner", "housing").json
    assert line["received_at"] == "2026-11-02T09:00:00+08:00"
    assert line["next_at"].endswith("+08:00")


def test_tables_speak_chinese(referral: Referral, cases: list[str]) -> None:
    i18n.set_locale("zh_CN")
    ran = referral("case", "list")
    assert "已派单" in ran.out
    assert "县住建局" in ran.out


def test_a_case_keeps_its_rules_until_it_is_migrated(
    county: Path, referral: Referral, cases: list[str]
) -> None:
    before = referral("case", "show", cases[0], "--json").json["rule_set"]
    rules = county / "rules/routing.yaml"
    rules.write_text(rules.read_text("utf-8").replace("name: 物业", "name: 物业服务"), "utf-8")
    published = referral("rules", "publish", "--reason", "新名称", "--json").json
    assert referral("case", "show", cases[0], "--json").json["rule_set"] == before
    words = ("case", "migrate", cases[0], "--to", published["rule_set"][:12], "--reason", "统一")
    asked = referral(*words)
    assert (asked.code, "NOT_CONFIRMED" in asked.err) == (1, True)
    assert "changed: housing" in asked.out
    assert "it is not decided again" in asked.out
    told = referral(*words, "--json")
    assert (told.code, told.json["rules"]["changed"], told.json["decided"]) == (
        1, ["housing"], "changed",
    )  # fmt: skip
    assert referral("case", "show", cases[0], "--json").json["rule_set"] == before
    ran = referral(*words, "--yes")
    assert ran.code == 0, ran.err
    after = referral("case", "show", cases[0], "--json").json["rule_set"]
    assert after == published["rule_set"] != before
    again = referral(*words[:3])
    assert (again.code, again.out, "SAME_RULES" in again.err) == (1, "", True)


def test_a_migration_shows_which_rules_are_asked_next(
    county: Path, referral: Referral, cases: list[str]
) -> None:
    (county / "rules/claim.yaml").write_text(
        "kind: escalation\nrules:\n"
        "  - {id: half, name: 过半, on: {claim: 50%}, remind: '@unit'}\n"
        "  - {id: late, name: 逾期, on: {claim: 100%}, remind: '@unit'}\n",
        "utf-8",
    )
    published = referral("rules", "publish", "--reason", "催办", "--json")
    assert published.code == 0, published.err
    told = referral("case", "migrate", cases[0], "--json").json
    assert told["rules"]["added"] == ["half", "late"]
    claim = {each["share"]: each for each in told["coming"] if each["clock"] == "claim"}
    # The running clock has a mark at its end alone, and a migration moves none.
    assert (claim[0.5]["at"], claim[0.5]["rules"]) == (None, [[], ["half"]])
    assert (claim[1.0]["at"] is not None, claim[1.0]["rules"]) == (True, [[], ["late"]])
    shown = referral("case", "migrate", cases[0]).out
    assert "claim 50%" in shown
    assert "not asked, the clock runs already: – → half" in shown


def test_a_sealed_case_answers_as_unknown(referral: Referral, write: Write) -> None:
    referral("intake", write({**ISSUES[0], "category": "X02"}))
    (line,) = referral("case", "list", "--actor", "s1", "--json").json
    unknown, sealed = referral("case", "show", "123"), referral("case", "show", line["code"])
    assert sealed.code == unknown.code == 1
    assert sealed.err.replace(line["code"], "123") == unknown.err


def test_history_is_in_the_readers_words(referral: Referral, cases: list[str]) -> None:
    said = ("--reason", "催了三次没人来")
    assert referral("centre", "supervise", cases[0], "--actor", "d1", *said).code == 0
    masked = referral("case", "history", cases[0]).out
    assert "催了三次没人来" not in masked
    assert "note=*** (7)" in masked
    full = referral("case", "history", cases[0], "--full", "--actor", "d1").out
    assert "note=催了三次没人来" in full
    assert "Name one by --actor" in referral("case", "history", cases[0], "--full").err
