"""Templates of letters: every fault at its place, and the ones that are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_engine.errors import Faulty
from referral_engine.letters.template import Template, load_letters
from referral_engine.shipped import template_root

FAULTY = """\
letters:
  - id: a
    name: 甲
    series: 甲
    to: repoter
    signers: [leader]
    asks: {code: 编号}
    body: "{{ titel }}"
  - id: a
    name: 乙
    series: 乙
    to: lead
    colour: red
    body: "{% if title %}"
  - {id: b, name: 丙}
"""


def test_every_fault_is_told_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "letters.yaml").write_text(FAULTY, "utf-8")
    (tmp_path / "broken.yaml").write_text("letters: [", "utf-8")
    with pytest.raises(Faulty) as caught:
        load_letters([tmp_path])
    found = {(Path(f.place.file).name, f.place.line, f.code) for f in caught.value.faults}
    assert found == {
        ("broken.yaml", 2, "LETTER_SYNTAX"),
        ("letters.yaml", 5, "LETTER_BAD_VALUE"),
        ("letters.yaml", 6, "LETTER_BAD_VALUE"),
        ("letters.yaml", 7, "LETTER_BAD_VALUE"),
        ("letters.yaml", 8, "LETTER_UNKNOWN_VALUE"),
        ("letters.yaml", 9, "LETTER_DUPLICATE"),
        ("letters.yaml", 13, "LETTER_UNKNOWN_KEY"),
        ("letters.yaml", 14, "LETTER_BAD_BODY"),
        ("letters.yaml", 15, "LETTER_MISSING_KEY"),
    }
    hints = {fault.code: fault.suggestion for fault in caught.value.faults}
    assert "title" in hints["LETTER_UNKNOWN_VALUE"]


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert load_letters([tmp_path / "none"]) == {}


def shipped() -> dict[str, Template]:
    return load_letters([template_root() / "rules/letters"])


def test_the_shipped_letters_are_those_of_a_centre() -> None:
    assert set(shipped()) == {
        "acceptance", "refusal", "dispatch", "whistle", "transfer", "return", "designation",
        "extension", "supervision", "minutes", "interim_answer", "final_answer", "closing",
    }  # fmt: skip


def test_each_names_its_basis_and_who_signs() -> None:
    assert [each.id for each in shipped().values() if not each.basis or not each.signers] == []


def test_no_two_have_one_series() -> None:
    series = [each.series for each in shipped().values()]
    assert len(set(series)) == len(series)
