"""Texts that a pattern matches, found from the pattern alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.rules.specimen import specimens
from referral_engine.rules.text import compile_pattern, normalise


def test_each_way_of_a_pattern_is_told_at_its_shortest() -> None:
    assert specimens("燃气.{0,6}(泄漏|泄露|漏气)") == ("燃气泄漏", "燃气泄露", "燃气漏气")
    assert specimens(r"^\d{2}[^a]x+(?:ab)?（[0-9]+）$") == ("00某x（0）",)
    assert specimens(r"a\.c|\（") == ("（", "a.c")


@pytest.mark.parametrize("pattern", [r"\p{Han}", "[[:alpha:]]", r"\bgas\B", ".{3}(?i)"])
def test_what_is_not_read_gives_nothing_false(pattern: str) -> None:
    search = compile_pattern(pattern).search
    assert all(search(normalise(text)) for text in specimens(pattern))


_atoms = st.sampled_from(("燃", "漏气", "a", ".", "[漏噪]", "[^x]", r"\d", r"\.", "(煤|燃气)"))
_pieces = st.tuples(_atoms, st.sampled_from(("", "?", "*", "+", "{2}", "{0,3}"))).map("".join)
_patterns = st.lists(_pieces, min_size=1, max_size=4).map("".join)


@given(st.lists(_patterns, min_size=1, max_size=3).map("|".join))
def test_a_pattern_that_is_read_has_a_text_unless_it_matches_nothing_at_all(pattern: str) -> None:
    found = specimens(pattern)
    assert all(compile_pattern(pattern).search(normalise(text)) for text in found)
    assert found or re.search(pattern, "")
