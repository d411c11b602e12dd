"""Texts as they could have been worded, so that a clause on the text turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from referral_engine.model.issue import Issue
from referral_engine.rules.otherwise.change import Changed
from referral_engine.rules.specimen import specimens
from referral_engine.rules.text import compile_pattern, normalise
from referral_engine.rules.tree import Leaf

__all__ = ["ways", "with_words", "without_words"]

_ROUNDS = 20

_Span = tuple[int, int] | None


def ways(leaf: Leaf) -> list[tuple[str, ...]]:
    """Each way of words that makes a leaf on a text true, the shortest first."""
    words = [str(word) for word in leaf.value] if isinstance(leaf.value, tuple) else []
    match leaf.operator:
        case "contains":
            return [(str(leaf.value),)]
        case "contains_any":
            return [(word,) for word in sorted(words, key=len)]
        case "contains_all":
            return [tuple(words)]
        case "matches":
            return [(text,) for text in specimens(str(leaf.value))]
        case _:
            return []


def with_words(state: Changed, wanted: Iterable[tuple[str, ...]]) -> Iterator[Changed]:
    """The text with words put in that it lacks, for each way of them: at its end, at its start."""
    text = state.issue.text
    there = normalise(text)
    for words in wanted:
        put = tuple(word for word in words if normalise(word) not in there) or words
        more = "，".join(put)
        for reworded in dict.fromkeys((_joined(text, more), _joined(more, text))):
            issue = replace(state.issue, text=reworded)
            yield Changed(issue, (*state.added, *put), state.removed)


def _joined(first: str, second: str) -> str:
    return f"{first}，{second}" if first and second else first or second


def without_words(state: Changed, leaf: Leaf) -> Iterator[Changed]:
    """The text with words left out that made the leaf true."""
    words = [str(word) for word in leaf.value] if isinstance(leaf.value, tuple) else []
    match leaf.operator:
        case "contains":
            ways = [[_word(str(leaf.value))]]
        case "contains_any":
            ways = [[_word(word) for word in words]]
        case "contains_all":
            ways = [[_word(word)] for word in words]
        case "matches":
            ways = [[_pattern(str(leaf.value))]]
        case _:
            return
    for finders in ways:
        cut = _cut(state, finders)
        if not set(cut.removed) & set(cut.added):
            yield cut


def _cut(state: Changed, finders: Iterable[Callable[[str], _Span]]) -> Changed:
    issue: Issue = state.issue
    removed: list[str] = []
    for find in finders:
        issue = replace(
            issue, title=_without(issue.title, find, removed),
            text=_without(issue.text, find, removed),
        )  # fmt: skip
    return Changed(issue, state.added, (*state.removed, *dict.fromkeys(removed)))


def _without(text: str, find: Callable[[str], _Span], removed: list[str]) -> str:
    for _round in range(_ROUNDS):
        normal = normalise(text)
        # Where folding moves letters the folded text is cut: it is judged alike.
        text = text if len(text) == len(normal) else normal
        span = find(normal)
        if span is None or span[0] == span[1]:
            break
        removed.append(text[slice(*span)])
        text = text[: span[0]] + text[span[1] :]
    return text


def _word(word: str) -> Callable[[str], _Span]:
    normal = normalise(word)

    def find(text: str) -> _Span:
        start = text.find(normal)
        return None if start < 0 else (start, start + len(normal))

    return find


def _pattern(pattern: str) -> Callable[[str], _Span]:
    search = compile_pattern(pattern).search

    def find(text: str) -> _Span:
        found = search(text)
        return None if found is None else found.span()

    return find
