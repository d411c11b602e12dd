"""Words and patterns asked of one text: the short cuts never change the answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.rules.sieve import any_word, every_word, one_pattern, required
from referral_engine.rules.text import compile_pattern, normalise

REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "燃气.{0,6}(泄漏|泄露|漏气)": (("燃气",), ("泄漏", "泄露", "漏气")),
    "(拖欠|克扣).{0,8}工资": (("工资",), ("拖欠", "克扣")),
    "(打架|斗殴|持刀)": (("打架", "斗殴", "持刀"),),
    # Nearly every text has 人.
    "[0-9]{2,4}人": (tuple("0123456789"), ("人",)),
    "[1-3漏]": (("1", "2", "3", "漏"),),
    "[3-1]漏": (("漏",),),
    "[^漏]水[a漏]": (("水",),),
    "[0-9]{0,4}[漏]?水{0}[电]*": (),
    "漏水?": (("漏",),),
    "漏水+": (("漏水",),),
    "漏水|停电": (("漏水", "停电"),),
    "漏水|停.": (),
    "(漏水|停电)?": (),
    "(漏水|停电){1,2}": (("漏水", "停电"),),
    "(漏水|)": (),
    r"\d漏": (),
    "ＧＡＳ": (),
    "漏*": (),
}


@pytest.mark.parametrize(("pattern", "words"), REQUIRED.items())
def test_what_a_pattern_cannot_do_without(pattern: str, words: tuple[tuple[str, ...], ...]) -> None:
    assert required(pattern) == words


_pieces = st.sampled_from(
    (
        "漏", "水", "停电", "漏水", "(漏|停电)", "(?:水|电)", "[漏水]", ".", "?", "*", "+", "{0,2}",
        "{1}", "|", "人", "a", "^", "$", "[0-9]", "[^1-3]", "[水2]", "1",
    )
)  # fmt: skip
_texts = st.lists(st.sampled_from("漏水停电人的a,123"), max_size=8).map("".join)


@given(st.lists(_pieces, min_size=1, max_size=5).map("".join), st.lists(_texts, max_size=5))
def test_a_pattern_is_found_as_re2_finds_it(pattern: str, texts: list[str]) -> None:
    try:
        search = compile_pattern(pattern).search
    except ValueError:
        return
    found = one_pattern(pattern)
    for text in texts:
        assert found(normalise(text)) is (search(normalise(text)) is not None)


@given(st.lists(_texts, min_size=1, max_size=4), _texts)
def test_words_are_found_as_in_finds_them(words: list[str], text: str) -> None:
    assert any_word(words)(text) is any(word in text for word in words)
    assert every_word(words)(text) is all(word in text for word in words)
