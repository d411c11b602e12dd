"""Text in its normal form: words, patterns, and the one automaton over all of them."""

from __future__ import annotations

import pytest

from referral_engine.rules import text
from referral_engine.rules.text import Needles, compile_pattern, normalise

PATTERNS = {
    # A full-width bracket is a letter to be found, not a group.
    "（[0-9]+）": {"（12）": True, "(3)": True, "12": False},
    "（": {"a(b": True, "ab": False},
    r"\（": {"（": True},
    "[（【]": {"(": True, "【": True, "[": False},
    "ＧＡＳ": {"gas": True, "ＧａＳ": True},
    "Gas|煤气": {"GAS": True, "煤气": True, "煤": False},
    "[Ａ-Ｃ]1": {"b1": True, "d1": False},
    "straße+": {"STRASSE": True, "strass": False},
    "㎡?米": {"米": True},
    "^漏": {"漏水": True, "水漏": False},
    "漏$": {"水漏": True, "漏水": False},
    r"\d{3}号": {"１２３号": True, "12号": False},
    r"a\\b": {"a\\b": True},
    "é": {"É": True, "e\u0301": True},
}


@pytest.mark.parametrize(("pattern", "texts"), PATTERNS.items())
def test_a_pattern_finds_what_was_meant_in_normalised_text(
    pattern: str, texts: dict[str, bool]
) -> None:
    needles = Needles()
    number = needles.pattern(pattern)
    needles.warm()
    for raw, expected in texts.items():
        assert (compile_pattern(pattern).search(normalise(raw)) is not None) is expected, raw
        assert (number in needles.scan(normalise(raw))) is expected, raw


@pytest.mark.parametrize("pattern", ["(漏", "a)(b", "[", "*", r"(?=漏)", r"(.)\1", "x{1001}"])
def test_a_pattern_that_re2_does_not_understand_is_refused_with_the_reason(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"is no pattern: .+"):
        compile_pattern(pattern)
    with pytest.raises(ValueError, match=r"is no pattern: .+"):
        Needles().pattern(pattern)


def test_words_are_found_literally_and_numbered_once() -> None:
    needles = Needles()
    dotted, gas, again, pattern = (
        needles.word("a.c"), needles.word("GAS"), needles.word("ｇａｓ"), needles.pattern("a.c")
    )  # fmt: skip
    needles.warm()
    assert gas == again
    assert set(needles.scan("abc")) == {pattern}
    assert set(needles.scan("xa.c gas")) == {dotted, gas, pattern}


def test_thousands_of_words_and_patterns_are_all_found() -> None:
    words = [chr(0x4E00 + number) + chr(0x5E00 + number) for number in range(3_000)]
    needles = Needles()
    numbers = [needles.word(word) for word in words]
    patterns = [needles.pattern(f"{word}.{{0,6}}漏") for word in words[:200]]
    needles.warm()
    for number, word in zip(numbers, words, strict=True):
        assert set(needles.scan(f"请问{word}怎么办")) == {number}
    assert set(needles.scan(words[7] + "管道漏")) >= {numbers[7], patterns[7]}


def test_an_automaton_that_finds_nothing_for_want_of_memory_is_built_again_larger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text, "_MEMORY", 4_000)
    needles = Needles()
    numbers = {needles.word(f"字{chr(0x4E00 + number)}") for number in range(500)}
    needles.warm()
    assert (
        set(needles.scan("".join(f"字{chr(0x4E00 + number)}" for number in range(500)))) == numbers
    )


def test_too_many_words_are_refused_not_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_MEMORY", 4_000)
    monkeypatch.setattr(text, "_MOST_MEMORY", 4_000)
    needles = Needles()
    for number in range(500):
        needles.word(f"字{chr(0x4E00 + number)}")
    with pytest.raises(ValueError, match="too much memory"):
        needles.warm()


def test_texts_no_file_holds_are_scanned_too() -> None:
    needles = Needles()
    number = needles.word("漏")
    needles.warm()
    assert set(needles.scan("\ud800漏")) == {number}
    assert set(needles.scan("\x00漏\x00")) == {number}
    assert set(needles.scan("水" * 100_000 + "漏")) == {number}
