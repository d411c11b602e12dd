"""Letters from draft to receipt, and the dossier that keeps them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from referral_engine.shipped import template_root
from tests.unit.cli.conftest import Referral


@pytest.fixture
def case(county: Path, referral: Referral, cases: list[str]) -> str:
    """The case of the broken lift, with the shipped templates beside the rules."""
    shutil.copytree(template_root() / "rules/letters", county / "letters")
    config = county / "config.yaml"
    config.write_text(config.read_text("utf-8") + "letters: letters\n", "utf-8")
    return cases[0]


def send(referral: Referral, case: str, kind: str, *words: str, actor: str = "l1") -> str:
    ran = referral("centre", "letter", case, "--kind", kind, *words, "--actor", actor, "--json")
    assert ran.code == 0, ran.err
    letters = referral("letter", "list", case, "--json").json
    number: str = letters[-1]["number"]
    return number


def test_a_draft_says_what_the_letter_will(referral: Referral, case: str) -> None:
    draft = referral("letter", "draft", case, "acceptance", "--actor", "d1")
    assert draft.code == 0, draft.err
    assert "张三丰：" in draft.out
    assert "县住建局主办" in draft.out
    assert referral("letter", "list", case, "--json").json == []
    number = send(referral, case, "受理告知书")
    sent = referral("letter", "show", number, "--full", "--actor", "d1", "--json").json
    assert sent["text"] == draft.out.strip()


def test_a_letter_has_number_signer_and_receipt(referral: Referral, case: str) -> None:
    number = send(referral, case, "supervision", "--set", "demand=到场=处理", "--set", "until=周五")
    assert number == f"{case}-L1"
    told = referral("centre", "delivered", case, "--number", number, "--receipt", "EMS1",
                    "--by-way", "post", "--actor", "d1")  # fmt: skip
    assert told.code == 0, told.err
    shown = referral("letter", "show", number, "--full", "--actor", "d1", "--json").json
    assert (shown["to"], shown["signer"], shown["name"]) == ("housing", "l1", "督办单")
    assert (shown["means"], shown["receipt"]) == ("post", "EMS1")
    assert shown["delivered_at"] >= shown["sent_at"]
    assert "督办要求：到场=处理" in shown["text"]


def test_its_page_is_one_file_for_print(county: Path, referral: Referral, case: str) -> None:
    number = send(referral, case, "refusal", "--set", "reason=<script>", "--set", "way=诉讼")
    page = county / "letter.html"
    ran = referral("letter", "show", number, "--out", str(page), "--full", "--actor", "d1")
    assert ran.code == 0, ran.err
    told = page.read_text("utf-8")
    for shown in ("不予受理告知书", "吹哨不受〔", f"{case}-L1号", "值班领导乙", "送达回证"):
        assert shown in told
    assert "&lt;script&gt;" in told
    assert "<script>" not in told
    assert "src=" not in told
    assert "http" not in told


def test_only_a_person_of_the_post_signs(referral: Referral, case: str) -> None:
    words = ("--kind", "refusal", "--set", "reason=无", "--set", "way=无")
    for actor in (("--actor", "d1"), ()):
        ran = referral("centre", "letter", case, *words, *actor)
        assert (ran.code, "NOT_THE_SIGNER" in ran.err) == (1, True)
    assert referral("letter", "list", case, "--json").json == []


def test_without_a_look_that_is_recorded_the_words_are_hidden(
    referral: Referral, case: str
) -> None:
    number = send(referral, case, "acceptance")
    assert "张三丰" not in referral("letter", "show", number).out
    assert "WHO_LOOKS" in referral("letter", "draft", case, "acceptance").err


def test_what_is_not_there_is_said(referral: Referral, case: str) -> None:
    asked = {
        "NO_SUCH_TEMPLATE": ("centre", "letter", case, "--kind", "none"),
        "NO_SUCH_LETTER": ("centre", "delivered", case, "--number", f"{case}-L7"),
        "LETTER_ASKS": ("centre", "letter", case, "--kind", "refusal", "--actor", "l1"),
    }
    for code, words in asked.items():
        ran = referral(*words)
        assert (ran.code, code in ran.err) == (1, True), ran
    ran = referral("centre", "letter", case, "--kind", "own", "--text", "x")
    assert (ran.code, "--to" in ran.err) == (2, True)


def test_the_dossier_holds_the_case_its_course_and_its_letters(
    county: Path, referral: Referral, case: str
) -> None:
    send(referral, case, "acceptance")
    page = county / "dossier.html"
    ran = referral("case", "dossier", case, "--out", str(page), "--full", "--actor", "d1")
    assert ran.code == 0, ran.err
    told = page.read_text("utf-8")
    for shown in (case, "电梯坏了三天没有人修", "张三丰", "受理告知书", "送达回证"):
        assert shown in told
    masked = county / "masked.html"
    assert referral("case", "dossier", case, "--out", str(masked)).code == 0
    assert "张三丰" not in masked.read_text("utf-8")


def test_every_shipped_letter_can_be_written(referral: Referral, case: str) -> None:
    done = (
        ("desk", "claim", case, "--actor", "h1"),
        ("desk", "contact", case, "--note", "已联系", "--actor", "h1"),
        ("centre", "confer", case, "--member", "police", "--member", "housing", "--actor", "l1"),
        ("desk", "report", case, "--text", "电梯已修好", "--outcome", "solved", "--actor", "h1"),
    )
    for words in done:
        ran = referral(*words)
        assert ran.code == 0, ran.err
    kinds = referral("letter", "kinds", "--json").json
    for kind in kinds:
        said = [word for name in kind["asks"] for word in ("--set", f"{name}=某{name}")]
        ran = referral("letter", "draft", case, kind["id"], *said, "--actor", "d1")
        assert ran.code == 0, (kind["id"], ran.err)
        assert all(f"某{name}" in ran.out for name in kind["asks"]), kind["id"]
        assert "{{" not in ran.out
