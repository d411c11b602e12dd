"""A pattern of a rule read as a tree: texts it finds for certain, and words it cannot do without.

Only as much of RE2 is read as rules use; anything else is `Unreadable`, and then nothing is claimed
of the pattern. Every example is held against the real pattern by whoever asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

import msgspec

from referral_engine.rules.text import normalise

__all__ = ["Alternatives", "Group", "Letters", "Node", "Unreadable", "anchored", "examples",
           "language", "needed", "read_pattern"]  # fmt: skip

_MOST_WORDS = 64
"""A pattern that finds one of at most so many words is those words."""
_TIMES = 3
"""How often a part that may be repeated is repeated in examples at most."""
_ANY = "一a1 "
_CLASSES = {"d": "1", "w": "a1", "s": " ", "D": "一a", "W": "一 ", "S": "一a1"}
_ANCHORS = frozenset("bBAz")


class Unreadable(ValueError):
    """The pattern uses something that is not read here."""


class Letters(msgspec.Struct, frozen=True):
    """One letter of these; ``exact`` where it is a single letter that stands for itself."""

    some: str
    exact: bool = False


class Anchor(msgspec.Struct, frozen=True):
    """``^``, ``$`` or the edge of a word."""

    sign: str


class Group(msgspec.Struct, frozen=True):
    """One after the other."""

    parts: tuple[Node, ...]


class Alternatives(msgspec.Struct, frozen=True):
    parts: tuple[Node, ...]


class Repeated(msgspec.Struct, frozen=True):
    """``most`` None is without end."""

    part: Node
    least: int
    most: int | None


Node = Letters | Anchor | Group | Alternatives | Repeated


def read_pattern(pattern: str) -> Node:
    """The tree of a pattern; raises Unreadable."""
    reader = _Reader(pattern)
    node = reader.alternatives()
    if not reader.done:
        raise Unreadable(pattern)
    return node


def anchored(node: Node) -> bool:
    """Whether it matters what stands before or after what is found."""
    match node:
        case Anchor():
            return True
        case Group(parts=parts) | Alternatives(parts=parts):
            return any(map(anchored, parts))
        case Repeated(part=part):
            return anchored(part)
        case _:
            return False


def language(node: Node) -> frozenset[str] | None:
    """All the words it finds, normalised; None where they are many, or not known exactly."""
    match node:
        case Letters(some=some, exact=True):
            return frozenset((some,)) if _certain(some) else None
        case Alternatives(parts=parts):
            found = [language(part) for part in parts]
            return _few(word for words in found for word in words or ()) if all(found) else None
        case Group(parts=parts):
            found = [language(part) for part in parts]
            if any(words is None for words in found):
                return None
            return _few(map("".join, product(*(sorted(words or ()) for words in found))))
        case Repeated(part=part, least=least, most=most) if most is not None and most <= _TIMES:
            words = language(part)
            if words is None:
                return None
            return _few(
                "".join(each)
                for times in range(least, most + 1)
                for each in product(sorted(words), repeat=times)
            )
        case _:
            return None


def needed(node: Node) -> Node:
    """Words without which nothing is found, as a tree of exact letters: all of a group, one of
    several. An empty group where nothing is known.
    """
    words = language(node)
    if words is not None:
        return Group(()) if "" in words else Alternatives(tuple(map(_word, sorted(words))))
    match node:
        case Group(parts=parts):
            return Group(tuple(needed(part) for part in _runs(parts)))
        case Alternatives(parts=parts):
            return Alternatives(tuple(needed(part) for part in parts))
        case Repeated(part=part, least=least) if least > 0:
            return needed(part)
        case _:
            return Group(())


def _runs(parts: tuple[Node, ...]) -> Iterator[Node]:
    """The parts, those that spell words together as one."""
    run: tuple[Node, ...] = ()
    for part in parts:
        if language(Group((*run, part))) is not None:
            run = (*run, part)
            continue
        if run:
            yield Group(run)
        run = (part,) if language(part) is not None else ()
        if not run:
            yield part
    if run:
        yield Group(run)


def examples(node: Node, most: int = 24) -> tuple[str, ...]:
    """Texts that it finds, shortest choices first, each once; anchors leave nothing behind."""
    return tuple(dict.fromkeys(islice(_examples(node), most)))


def _examples(node: Node) -> Iterator[str]:
    match node:
        case Letters(some=some, exact=exact):
            yield from (some,) if exact else some
        case Anchor():
            yield ""
        case Alternatives(parts=parts):
            for part in parts:
                yield from _examples(part)
        case Group(parts=parts):
            several = (tuple(islice(_examples(part), 8)) for part in parts)
            yield from map("".join, product(*several))
        case Repeated(part=part, least=least, most=most):
            highest = least + 1 if most is None else min(most, least + 1)
            for times in range(least, highest + 1):
                for each in islice(_examples(part), 4):
                    yield each * times


def _few(words: Iterator[str] | map[str]) -> frozenset[str] | None:
    found = frozenset(islice(words, 4 * _MOST_WORDS))
    return found if len(found) <= _MOST_WORDS else None


def _certain(letters: str) -> bool:
    """Whether the letters are found as themselves alone: ASCII, or of a script without case."""
    return all(each.isascii() or each.lower() == each.upper() for each in letters)


def _word(word: str) -> Node:
    return Letters(word, exact=True)


class _Reader:
    """Recursive descent: alternatives of sequences of repeated atoms."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at == len(self._pattern)

    @property
    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        letter = self._next
        if not letter:
            raise Unreadable(self._pattern)
        self._at += 1
        return letter

    def alternatives(self) -> Node:
        parts = [self._sequence()]
        while self._next == "|":
            self._take()
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Alternatives(tuple(parts))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._next and self._next not in "|)":
            parts.append(self._repeated(self._atom()))
        return Group(tuple(parts))

    def _repeated(self, atom: Node) -> Node:
        bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        while self._next and self._next in "*+?{":
            sign = self._take()
            least, most = bounds[sign] if sign in bounds else self._bounds()
            if self._next == "?":  # lazy: the same words are found
                self._take()
            atom = Repeated(atom, least, most)
        return atom

    def _bounds(self) -> tuple[int, int | None]:
        end = self._pattern.find("}", self._at)
        low, comma, high = self._pattern[self._at : end].partition(",")
        if end < 0 or not low.isdecimal() or (high and not high.isdecimal()):
            raise Unreadable(self._pattern)
        self._at = end + 1
        if not comma:
            return int(low), int(low)
        return int(low), int(high) if high else None

    def _atom(self) -> Node:
        letter = self._take()
        match letter:
            case "(":
                return self._group()
            case "[":
                return self._class()
            case ".":
                return Letters(_ANY)
            case "^" | "$":
                return Anchor(letter)
            case "\\":
                return self._escaped()
            case _ if letter in "*+?{":
                raise Unreadable(self._pattern)
        return Letters(normalise(letter), exact=True)

    def _group(self) -> Node:
        if self._next == "?":
            if self._pattern[self._at : self._at + 2] != "?:":
                raise Unreadable(self._pattern)
            self._at += 2
        inner = self.alternatives()
        if self._take() != ")":
            raise Unreadable(self._pattern)
        return inner

    def _escaped(self) -> Node:
        letter = self._take()
        if letter in _ANCHORS:
            return Anchor(letter)
        if letter in _CLASSES:
            return Letters(_CLASSES[letter])
        if letter.isalnum() and letter.isascii():
            raise Unreadable(self._pattern)
        return Letters(normalise(letter), exact=True)

    def _class(self) -> Node:
        end = self._pattern.find("]", self._at + 1)
        inner = self._pattern[self._at : end]
        if end < 0 or "[" in inner or "\\" in inner:
            raise Unreadable(self._pattern)
        self._at = end + 1
        if inner.startswith("^"):
            return Letters("".join(each for each in _ANY if each not in inner) or "二")
        ends = tuple(filter(None, inner.split("-"))) if "-" in inner else tuple(inner)
        return Letters("".join(normalise(each)[0] for each in ends))
