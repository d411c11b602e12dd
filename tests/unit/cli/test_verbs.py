"""What units, the centre and reporters do: each verb goes through the one door, as somebody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from referral_engine import cli, i18n
from referral_engine.model import command as c
from tests.unit.cli.conftest import Referral

# Given by the flow itself, or by other ways than a verb of its own.
NOT_VERBS = {
    "register", "tick", "raise", "absorb", "release", "link", "mark_recurred",
    "confirm_deadlines", "late_answer", "call_failed", "pass_answer", "anonymise",
}  # fmt: skip
OTHER_NAMES = {
    "add_accused": "accuse", "add_party": "party", "send_letter": "letter",
    "letter_delivered": "delivered", "rate": "rate", "migrate": "migrate",
    "preserve": "retention hold", "end_preservation": "retention release",
}  # fmt: skip


def history(referral: Referral, code: str, kind: str) -> list[dict[str, Any]]:
    events = referral("case", "history", code, "--json").json
    return [event for event in events if event["kind"] == kind]


def test_every_command_of_a_person_has_a_verb() -> None:
    there = set()
    for name in ("desk", "centre", "case"):
        group = cli.root.get_command(click.Context(cli.root), name)
        assert isinstance(group, click.Group)
        there |= set(group.commands)
    group = cli.root.get_command(click.Context(cli.root), "retention")
    assert isinstance(group, click.Group)
    there |= {f"retention {name}" for name in group.commands}
    there.add("rate")
    names = {c.command_name(command) for command in c.COMMANDS} - NOT_VERBS
    assert {OTHER_NAMES.get(name, name).replace("_", "-") for name in names} - there == set()


def test_a_case_by_hand_from_claim_to_close(referral: Referral, cases: list[str]) -> None:
    code = cases[0]
    assert referral("desk", "claim", f"{code}-1", "--json").json["state"] == "in_progress"
    assert referral("desk", "contact", f"{code}-1", "--note", "打过电话").code == 0
    entered = ("--system", "zhujian", "--number", "ZJ-1")
    assert referral("desk", "enter", f"{code}-1", *entered).code == 0
    assert (
        referral("desk", "report", code, "--text", "修好了", "--json").json["state"] == "resolved"
    )
    assert referral("centre", "review", code, "--passed", "--json").json["state"] == "reviewed"
    called = referral("centre", "call-back", code, "--resolved", "yes", "--score", "5", "--json")
    assert called.json["state"] == "called_back"
    words = ("--contacted", "yes", "--resolved", "yes", "--score", "4", "--comment", "谢谢")
    assert referral("rate", code, *words).code == 0
    assert referral("centre", "close", code, "--json").json["state"] == "closed"
    (rated,) = history(referral, code, "rated")
    assert rated["body"]["score"] == 4
    assert rated["by"]["roles"] == ["reporter"]


def test_the_shell_user_is_trusted_and_recorded(referral: Referral, cases: list[str]) -> None:
    referral("desk", "claim", cases[0], "--actor", "小王")
    (claimed,) = history(referral, cases[0], "claimed")
    assert claimed["by"] == {"id": "cli:小王", "roles": ["officer"], "unit": "housing"}


def test_a_person_acts_from_the_post_that_may(referral: Referral, cases: list[str]) -> None:
    referral("desk", "claim", cases[0], "--actor", "h1")
    (claimed,) = history(referral, cases[0], "claimed")
    assert claimed["by"] == {"id": "h1", "roles": ["officer"], "unit": "housing"}


def test_a_person_of_another_unit_is_refused(referral: Referral, cases: list[str]) -> None:
    ran = referral("desk", "claim", f"{cases[0]}-1", "--actor", "x1")
    assert ran.code == 1
    assert "UNKNOWN_CASE" in ran.err or "NOT_YOUR_REFERRAL" in ran.err
    assert history(referral, cases[0], "claimed") == []


def test_of_two_posts_the_unit_of_the_referral_counts(referral: Referral, cases: list[str]) -> None:
    assert referral("centre", "dispatch", cases[1], "--lead", "police").code == 0
    assert referral("desk", "claim", cases[1], "--actor", "x1").code == 0
    (claimed,) = history(referral, cases[1], "claimed")
    assert claimed["by"]["unit"] == "police"


def test_what_needs_a_second_person_says_so(referral: Referral, cases: list[str]) -> None:
    code = cases[0]
    referral("desk", "claim", code)
    asked = referral("desk", "extend", code, "--by", "2wd", "--reason", "等配件", "--actor", "h1")
    assert f"referral centre sign {code}-P1 --actor NAME" in asked.out
    assert "d1, l1" in asked.out
    refused = referral("centre", "sign", f"{code}-P1", "--actor", "h1")
    assert refused.code == 1
    signed = referral("centre", "sign", f"{code}-P1", "--actor", "l1", "--json")
    assert signed.json["waiting"] == []
    (event,) = history(referral, code, "signed")
    assert event["body"]["state"] == "signed"


def test_the_same_name_is_no_second_person(referral: Referral, cases: list[str]) -> None:
    referral("centre", "redirect", cases[1], "--to", "诉讼", "--actor", "甲")
    again = referral("centre", "sign", cases[1], "--actor", "甲")
    assert again.code == 1
    assert "SECOND_PERSON" in again.err
    done = referral("centre", "sign", cases[1], "--actor", "乙", "--json")
    assert done.json["state"] == "redirected"


def test_a_withdrawal_is_the_reporters(referral: Referral, cases: list[str]) -> None:
    asked = referral("centre", "withdraw", cases[0], "--reason", "电话里说的", "--json").json
    (waiting,) = asked["waiting"]
    assert waiting["command"] == f"referral centre sign {cases[0]}-P1 --actor reporter"
    assert referral("centre", "sign", cases[0], "--actor", "乙").code == 1
    confirmed = referral("centre", "sign", cases[0], "--actor", "reporter", "--json")
    assert confirmed.json["state"] == "withdrawn"


def test_the_same_key_is_done_once(referral: Referral, cases: list[str]) -> None:
    first = referral("desk", "claim", cases[0], "--key", "k1", "--json").json
    again = referral("desk", "claim", cases[0], "--key", "k1", "--json").json
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert first["version"] == again["version"]
    other = referral("desk", "contact", cases[0], "--key", "k1")
    assert "KEY_REUSED" in other.err


def test_an_act_may_be_recorded_afterwards(referral: Referral, cases: list[str]) -> None:
    registered = referral("case", "show", cases[0], "--json").json["registered_at"]
    ran = referral("desk", "claim", cases[0], "--happened-at", registered)
    assert ran.code == 0, ran.err
    (claimed,) = history(referral, cases[0], "claimed")
    assert claimed["happened_at"] == registered
    assert claimed["recorded_at"] > registered


def test_a_time_without_offset_is_the_countys(referral: Referral, cases: list[str]) -> None:
    held = referral(
        "centre", "hold", cases[0], "--until", "2099-01-01T09:00", "--reason", "鉴定", "--json"
    ).json
    assert held["waiting"][0]["detail"]["until"] == "2099-01-01T09:00:00+08:00"


def test_decline_names_ground_and_owner(referral: Referral, cases: list[str]) -> None:
    words = ("--ground", "不属于职责", "--suggest", "县司法局", "--json")
    declined = referral("desk", "decline", f"{cases[0]}-1", *words).json
    assert [r["unit"] for r in declined["referrals"]] == ["housing", "justice"]
    (event,) = history(referral, cases[0], "declined")
    assert (event["body"]["ground"], event["body"]["suggested"]) == ("outside_remit", "justice")


def test_handled_on_the_spot_with_a_photo(
    county: Path, referral: Referral, cases: list[str]
) -> None:
    (county / "roof.jpg").write_bytes(b"\xff\xd8photo")
    words = ("--text", "换了瓦", "--evidence", "roof.jpg", "--place", "40.52,95.78")
    assert referral("desk", "handle-now", cases[1], *words, "--json").json["state"] == "reviewed"
    (reported,) = history(referral, cases[1], "reported")
    (proof,) = reported["body"]["evidence"]
    assert (proof["kind"], proof["lat"], proof["lon"]) == ("photo", 40.52, 95.78)
    assert len(proof["digest"]) == 64


def test_the_centre_hands_an_emergency_off(referral: Referral, cases: list[str]) -> None:
    words = ("--to", "110", "--number", "A77", "--receiver", "接警员")
    assert referral("desk", "hand-off", cases[0], *words).code == 0
    (event,) = history(referral, cases[0], "handed_off")
    assert (event["body"]["to"], event["body"]["number"]) == ("110", "A77")


def test_a_whistle_is_blown_and_stood_down(referral: Referral, cases: list[str]) -> None:
    words = ("--level", "joint", "--lead", "police", "--support", "justice", "--within", "claim=1h")
    blown = referral("centre", "whistle", cases[0], *words, "--json").json
    live = {r["unit"]: r["role"] for r in blown["referrals"] if r["state"] == "offered"}
    assert live == {"police": "lead", "justice": "support"}
    words = ("--rating", "police=5", "--rating", "justice=3")
    assert referral("centre", "stand-down", cases[0], *words).code == 0
    (event,) = history(referral, cases[0], "stood_down")
    assert event["body"]["ratings"] == {"police": 5, "justice": 3}


def test_an_accusation_takes_the_case_away(referral: Referral, cases: list[str]) -> None:
    ran = referral("centre", "accuse", cases[0], "--unit", "housing", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["owner"] == "discipline"
    assert referral("case", "show", cases[0]).code == 1
    assert referral("case", "show", cases[0], "--actor", "h1").code == 1
    assert referral("case", "show", cases[0], "--actor", "s1").code == 0


def test_parts_become_cases_of_their_own(referral: Referral, cases: list[str]) -> None:
    words = ("--part", "只是噪声", "--part", '{"text": "欠薪", "category": "D02"}')
    assert referral("centre", "split", cases[0], *words, "--json").json["state"] == "split"
    (event,) = history(referral, cases[0], "split_off")
    assert event["body"]["parts"] == 2
    bad = referral("centre", "split", cases[1], "--part", '{"texts": "x"}')
    assert bad.code == 2
    assert "texts" in bad.err


def test_a_duplicate_is_merged(referral: Referral, cases: list[str]) -> None:
    merged = referral("centre", "merge", cases[1], "--into", f"{cases[0]}-1", "--json").json
    assert merged["state"] == "merged"
    assert referral("centre", "unmerge", cases[1], "--json").json["state"] == "accepted"


def test_nobody_reviews_their_own_units_work(referral: Referral, cases: list[str]) -> None:
    code = cases[1]  # the township's centre leads it
    referral("desk", "claim", code)
    referral("desk", "report", code, "--text", "劝走了")
    assert referral("centre", "review", code, "--passed").code == 0
    (reviewed,) = history(referral, code, "reviewed")
    assert reviewed["by"]["unit"] == "centre"


def test_a_unit_is_known_by_name_and_corrected_when_misspelt(
    referral: Referral, cases: list[str]
) -> None:
    assert referral("desk", "inbox", "县住建局", "--json").json[0]["referral"] == f"{cases[0]}-1"
    ran = referral("desk", "inbox", "housin")
    assert ran.code == 1
    assert "Did you mean housing?" in ran.err


def test_what_cannot_be_done_says_what_can(referral: Referral, cases: list[str]) -> None:
    ran = referral("desk", "report", f"{cases[0]}-1", "--text", "x")
    assert ran.code == 1
    first, second = ran.err.splitlines()
    assert first.startswith("REFERRAL_STATE: ")
    assert second.startswith("  → ")


def test_without_an_open_referral_nothing_is_guessed(referral: Referral, cases: list[str]) -> None:
    referral("desk", "claim", cases[0])
    referral("desk", "report", cases[0], "--text", "好了")
    ran = referral("desk", "contact", cases[0])
    assert ran.code == 1
    assert "NO_OPEN_REFERRAL" in ran.err


def test_a_trusted_name_never_opens_a_seal(referral: Referral, cases: list[str]) -> None:
    referral("centre", "accuse", cases[0], "--unit", "housing")
    ran = referral("centre", "designate", cases[0], "--unit", "police")
    assert ran.code == 1
    assert "UNKNOWN_CASE" in ran.err


def test_a_refusal_names_state_and_command_in_the_readers_language(
    referral: Referral, cases: list[str]
) -> None:
    i18n.set_locale("zh_CN")
    ran = referral("centre", "close", cases[0], "--actor", "d1")
    assert ran.code == 1
    assert "案件处于 已派单，现在不能 结案" in ran.err
    assert "已审核, 已回访" in ran.err
    ran = referral("rate", cases[0], "--contacted", "yes", "--resolved", "yes", "--score", "9")
    assert ran.code == 2
    assert "请写 1 到 5 的整数" in ran.err


def test_who_gave_a_referral_back_is_told_so(referral: Referral, cases: list[str]) -> None:
    part = f"{cases[0]}-1"
    back = ("desk", "decline", part, "--ground", "outside_remit", "--suggest", "justice")
    assert referral(*back).code == 0
    ran = referral("desk", "claim", part)
    assert ran.code == 1
    assert "NO_OPEN_REFERRAL" in ran.err
