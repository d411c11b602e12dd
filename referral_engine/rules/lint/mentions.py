"""Where rules and tests mention what others declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from referral_engine.errors import Place
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.tree import Condition, Leaf
from referral_engine.rules.tree_tests import RuleTest
from referral_engine.rules.walk import leaves

__all__ = ["Mention", "expected_rules", "read_words", "written"]

_RULE_KEYS = frozenset({"rule", "matched", "prepared", "escalations"})


class Mention(NamedTuple):
    """Ids of rules that a test expects."""

    words: tuple[str, ...]
    place: Place


def read_words(condition: Condition, field: str) -> Iterator[tuple[Leaf, str]]:
    """Every word that a leaf on a list field asks for."""
    for leaf in leaves(condition):
        if leaf.field == field and leaf.operator in ("has", "has_any", "has_all"):
            values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
            for value in values:
                yield leaf, str(value)


def expected_rules(test: RuleTest) -> Iterator[Mention]:
    """The rules that a test expects at its beginning and in each of its steps."""
    expectations = [*test.expect, *(one for step in test.steps for one in step.expect)]
    for expectation in expectations:
        if expectation.key in _RULE_KEYS:
            value = expectation.value
            words = tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)
            yield Mention(words, expectation.place)


def written(loaded: Loaded, keys: tuple[str, ...], word: str) -> bool:
    """Whether some file writes ``key: word``, be it in a rule that could not be read.

    A rule that is left out for a fault of its own must not make others look faulty.
    """
    joined = "|".join(map(re.escape, keys))
    pattern = re.compile(
        rf"(?:{joined})[\"']?\s*:\s*\[?[^\n:\]}}]*(?<![\w-]){re.escape(word)}(?![\w-])"
    )
    return any(pattern.search(text) for text in loaded.rule_set.sources.values())
