"""What is read off a pattern is true of it: examples are found, needed words are there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.prove.pattern import (
    Alternatives,
    Group,
    Letters,
    Node,
    Unreadable,
    anchored,
    examples,
    language,
    needed,
    read_pattern,
)
from referral_engine.rules.text import finder, normalise

_ATOMS = ("燃气", "漏", "KTV", "a", "（", r"\.", ".", "[漏噪]", "[^漏]", r"\d", "ß", "(?:气味|味)")
_REPEATS = ("", "", "", "?", "*", "+", "{2}", "{0,3}", "{1,2}?")
_parts = st.builds(lambda atom, sign: f"(?:{atom}){sign}", st.sampled_from(_ATOMS),
                   st.sampled_from(_REPEATS))  # fmt: skip
_sequences = st.lists(_parts, min_size=1, max_size=4).map("".join)
_patterns = st.lists(_sequences, min_size=1, max_size=3).map("|".join)
_texts = st.lists(
    st.sampled_from(("燃", "气", "漏", "味", "ktv", "K", "a", "(", ".", "9", "ss", "ß", "\n")),
    max_size=8,
).map("".join)


def there(node: Node, text: str) -> bool:
    """Whether the words that a pattern needs are in the text."""
    match node:
        case Letters(some=word, exact=True):
            return word in text
        case Group(parts=parts):
            return all(there(part, text) for part in parts)
        case Alternatives(parts=parts):
            return any(there(part, text) for part in parts)
    raise AssertionError(node)


@given(_patterns, _texts)
def test_a_text_that_is_found_has_the_words_that_are_needed(pattern: str, written: str) -> None:
    text, node = normalise(written), read_pattern(pattern)
    found = finder(pattern)(text)
    if found:
        assert there(needed(node), text)
    words = language(node)
    if words is not None:
        assert found is any(word in text for word in words)


@given(_patterns)
def test_an_example_is_found(pattern: str) -> None:
    some = examples(read_pattern(pattern))
    assert some
    assert any(finder(pattern)(normalise(text)) for text in some)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("停水|没水", {"停水", "没水"}),
        ("(停|没)水", {"停水", "没水"}),
        ("电?梯", {"梯", "电梯"}),
        ("KTV", {"ktv"}),
        ("^停水", None),
        ("停.水", None),
        ("é", None),  # in capitals another letter, of which RE2 knows more than we
    ],
)
def test_a_pattern_of_few_words_is_these_words(pattern: str, words: set[str] | None) -> None:
    found = language(read_pattern(pattern))
    assert found == (None if words is None else frozenset(words))


@pytest.mark.parametrize("pattern", [r"\p{Han}", "(?i)a", "a{,2}", r"\x41", "[[:alpha:]]", "(a"])
def test_what_is_not_understood_is_not_read(pattern: str) -> None:
    with pytest.raises(Unreadable):
        read_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "is_it"), [("a|b$", True), (r"\ba", True), ("(a(^b)?)c", True), ("a[$^]c", False)]
)
def test_anchors_are_seen_wherever_they_stand(pattern: str, is_it: bool) -> None:
    assert anchored(read_pattern(pattern)) is is_it
