"""Text in rules: the normal form, patterns in it, and one automaton for all words of a rule set.

Texts and words are compared in Unicode NFKC, case-folded, so that full-width letters, half-width
kana and capitals make no difference. Patterns are RE2's: linear in the text, whatever is written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import re2

from referral_engine.i18n import _

__all__ = ["Needles", "compile_pattern", "finder", "normalise"]

# RE2's default of 8 MB thrashes from a few thousand words on (measured: 4 ms a text, not 28 µs).
_MEMORY = 64 << 20
_MOST_MEMORY = 1 << 30
_TRIED = 64


# What nearly every Chinese text holds and NFKC replaces. Without it Python sees at a glance that a
# text is normal already, and does not take it apart (measured: 1 µs, not 14).
_PUNCTUATION = tuple(zip("，：；？！（）％", ",:;?!()%", strict=True))


def normalise(text: str) -> str:
    """`text` in the form in which it is compared: NFKC, then case-folded."""
    for wide, plain in _PUNCTUATION:
        text = text.replace(wide, plain)
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> Any:
    """The RE2 pattern that finds `pattern` in normalised text; ``.search(text)`` is unanchored.

    Raises ValueError, saying what RE2 says, for a pattern that it does not understand.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(_folded(pattern), options)
    except re2.error as error:
        said = error.args[0] if error.args else error
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        message = _("`{pattern}` is no pattern: {reason}")
        raise ValueError(message.format(pattern=pattern, reason=reason)) from error


def finder(pattern: str) -> Callable[[str], bool]:
    """Whether the pattern is found in a normalised text; ValueError where it is none."""
    search = compile_pattern(pattern).search

    def found(text: str) -> bool:
        try:
            return search(text) is not None
        except UnicodeEncodeError:
            return search(_encodable(text)) is not None

    return found


def _encodable(text: str) -> bytes:
    """A lone surrogate, which no file holds but JSON can spell, becomes a question mark."""
    return text.encode("utf-8", "replace")


def _folded(pattern: str) -> str:
    """The pattern rewritten for normalised text, letter by letter.

    Normalising it whole would turn a full-width bracket, a letter to be found, into a group.
    ASCII stays as it is, its case is left to the flag.
    """
    written = unicodedata.normalize("NFC", pattern)
    folded: list[str] = []
    escaped = in_class = False
    for letter in written:
        if letter.isascii():
            folded.append(letter)
            if not escaped and letter in "[]":
                in_class = letter == "["
            escaped = letter == "\\" and not escaped
            continue
        if escaped:
            folded.pop()  # `\（` means the bracket itself, which is escaped again if need be
            escaped = False
        folded.append(_letter(letter, in_class))
    return "(?i)" + "".join(folded)


def _letter(letter: str, in_class: bool) -> str:
    normal = normalise(letter)
    if normal == letter:
        return letter
    escaped: str = re2.escape(normal)
    # A class holds single letters; one that folds to several stands for any of them there.
    return escaped if in_class or len(normal) == 1 else f"(?:{escaped})"


class Needles:
    """All words and patterns of a rule set, numbered, found in one pass over a text.

    Add first, then `warm`, then `scan` from any number of threads.
    """

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._patterns: dict[str, int] = {}
        self._sources: list[str] = []
        # Given bytes: RE2 encodes a string itself, a third more slowly.
        self._match: Callable[[bytes], Sequence[int] | None] = _nothing
        self.last: tuple[str, Sequence[int]] = ("", ())
        """The text scanned last and what was in it: one text is asked for several times in a row,
        by each prepare table, then to decide."""

    def __len__(self) -> int:
        return len(self._sources)

    def word(self, word: str) -> int:
        """The number of a word, to be found anywhere in the text."""
        normal = normalise(word)
        if normal not in self._words:
            self._words[normal] = self._add(re2.escape(normal))
        return self._words[normal]

    def pattern(self, pattern: str) -> int:
        """The number of a pattern; raises ValueError when RE2 does not understand it."""
        if pattern not in self._patterns:
            compile_pattern(pattern)
            self._patterns[pattern] = self._add(_folded(pattern))
        return self._patterns[pattern]

    def warm(self) -> None:
        """Builds the automaton and runs it once, so that the first case does not wait for it.

        Raises ValueError when the words and patterns together need more than 1 GB.
        """
        tried = list(self._words.items())[:: 1 + len(self._words) // _TRIED]
        everything = "\n".join(word for word, _number in tried)
        expected = {number for _word, number in tried}
        memory = _MEMORY
        while self._sources:
            automaton = _automaton(self._sources, memory)
            # Out of memory RE2 answers "no hit" and nothing else: see that it finds its own words,
            # some of them: what it must have room for at once depends on the rules, not on a text.
            if automaton is not None and expected <= set(automaton.Match(everything) or ()):
                self._match = automaton.Match
                return
            memory *= 2
            if memory > _MOST_MEMORY:
                raise ValueError(_("the words and patterns of the rules need too much memory"))

    def scan(self, text: str) -> Sequence[int]:
        """The numbers of all needles in the normalised `text`, each once."""
        last = self.last
        if last[0] is text:
            return last[1]
        try:
            encoded = text.encode()
        except UnicodeEncodeError:
            encoded = _encodable(text)
        hits = self._match(encoded) or ()
        self.last = (text, hits)
        return hits

    def _add(self, source: str) -> int:
        self._sources.append(source)
        return len(self._sources) - 1


def _nothing(_text: bytes) -> Sequence[int]:
    return ()


def _automaton(sources: Sequence[str], memory: int) -> Any | None:
    """None when RE2 cannot build it in this much memory."""
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False
    automaton = re2.Set.SearchSet(options)
    try:
        for source in sources:
            automaton.Add(source)
        automaton.Compile()
    except re2.error:
        return None
    return automaton
