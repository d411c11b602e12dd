"""Short texts that a pattern of the language matches, e.g. to show what could be written."""

from __future__ import annotations

from collections.abc import Iterable

from referral_engine.rules.text import compile_pattern, normalise

__all__ = ["specimens"]

_MOST = 12
_ESCAPED = {"d": "0", "w": "a", "s": " ", "t": "\t", "n": "\n", "b": "", "A": "", "z": ""}

_Texts = tuple[str, ...]


def specimens(pattern: str) -> tuple[str, ...]:
    """Up to twelve of the shortest texts in which the pattern occurs, one for each way of it.

    Every one has been matched. The empty tuple says that none was found, not that there is none:
    what is read are letters, classes, groups, alternatives and repetitions.
    """
    try:
        texts = _Reading(pattern).alternatives()
    except (IndexError, ValueError):
        texts = (pattern,)
    search = compile_pattern(pattern).search
    found = (text for text in texts if text and search(normalise(text)) is not None)
    return tuple(sorted(dict.fromkeys(found), key=len)[:_MOST])


class _Reading:
    """One pass over a pattern; each method leaves `_at` after what it has read.

    Raises IndexError where the pattern ends too soon and ValueError for what is not read.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def alternatives(self) -> _Texts:
        ways = list(self._sequence())
        while self._next("|"):
            ways += self._sequence()
        return _few(ways)

    def _sequence(self) -> _Texts:
        texts: _Texts = ("",)
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            piece = self._repeated(self._piece())
            texts = _few(text + more for text in texts for more in piece)
        return texts

    def _piece(self) -> _Texts:
        letter = self._take()
        match letter:
            case "(":
                return self._group()
            case "[":
                return (self._class(),)
            case "\\":
                return (self._escaped(),)
            case "^" | "$":
                return ("",)
            case ".":
                return ("某",)
            case _:
                return (letter,)

    def _group(self) -> _Texts:
        if self._next("?"):
            while self._take() not in ":>":
                pass
        texts = self.alternatives()
        if not self._next(")"):
            raise ValueError(self._pattern)
        return texts

    def _class(self) -> str:
        """One letter of a class; of a negated one a letter that classes seldom name."""
        negated = self._next("^")
        first = self._take()
        if first == "\\":
            first = self._escaped()
        elif first == "[":
            raise ValueError(self._pattern)
        while self._take() != "]":
            pass
        return "某" if negated else first

    def _escaped(self) -> str:
        letter = self._take()
        if letter.isalnum() and letter not in _ESCAPED:
            raise ValueError(self._pattern)
        return _ESCAPED.get(letter, letter)

    def _repeated(self, texts: _Texts) -> _Texts:
        """The piece as seldom as its repetition allows."""
        rest = self._pattern[self._at : self._at + 1]
        if rest not in ("?", "*", "+", "{") or not rest:
            return texts
        self._at += 1
        least = 1 if rest == "+" else 0
        if rest == "{":
            end = self._pattern.index("}", self._at)
            least = int(self._pattern[self._at : end].split(",")[0] or 0)
            self._at = end + 1
        self._next("?")
        return _few(text * least for text in texts)

    def _take(self) -> str:
        letter = self._pattern[self._at]
        self._at += 1
        return letter

    def _next(self, letter: str) -> bool:
        """Whether this letter comes next; it is passed over if so."""
        found = self._pattern[self._at : self._at + 1] == letter
        self._at += found
        return found


def _few(texts: Iterable[str]) -> _Texts:
    return tuple(sorted(dict.fromkeys(texts), key=len)[:_MOST])
