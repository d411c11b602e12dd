"""What rules ask of a text, as free booleans with the implications that are certain.

A word holds every word within it; a pattern without anchors is found wherever a word is in which it
is found; a pattern that spells a few words is those words. Whether booleans can be a text is known
when one is written that has them: until then nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import msgspec

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
from referral_engine.prove.solver import Formula, Model, Solver
from referral_engine.rules.text import finder, normalise
from referral_engine.rules.tree import Leaf

__all__ = ["Texts", "Unwritten"]

_SOMETHING = "无"
_SEPARATORS = ("，", "\n", " 。 ", "一")


class Unwritten(msgspec.Struct, frozen=True):
    """Booleans for which no text was found: those that are true and, of the false, those hit."""

    wanted: tuple[Formula, ...]
    hit: tuple[Formula, ...]


class Texts:
    """One field of text. ``present`` is false where it is missing."""

    def __init__(self, field: str, found: Iterable[Leaf], solver: Solver) -> None:
        self.present = solver.fresh()
        self._field = field
        self._solver = solver
        self._words: dict[str, Formula] = {}
        self._patterns: dict[str, Formula] = {}
        self._whole: dict[str, Formula] = {}
        self._nodes: dict[str, Node | None] = {}
        for leaf in found:
            self._declare(leaf)
        self._imply()

    # -- asking -------------------------------------------------------------------------------
    def silence(self) -> list[Formula]:
        """Every word and pattern as not being there."""
        known = [*self._whole.values(), *self._patterns.values(), *self._words.values()]
        return self._solver.bundle([self._solver.z3.Not(each) for each in known])

    def truth(self, leaf: Leaf) -> Formula:
        """The leaf as a formula; every one is false where the text is missing."""
        if leaf.operator == "exists":
            return self.present if leaf.value is True else self._solver.z3.Not(self.present)
        parts = [self._one(leaf.operator, value) for value in _values(leaf)]
        if leaf.operator in ("ne", "not_in"):
            none = self._solver.z3.Not(self._solver.any(parts))
            return self._solver.all([self.present, none])
        joined = self._solver.all if leaf.operator == "contains_all" else self._solver.any
        return joined(parts)

    def _one(self, operator: str, value: str) -> Formula:
        if operator == "matches":
            return self._patterns[value]
        known = self._words if operator.startswith("contains") else self._whole
        return known[normalise(value)]

    # -- what is certain ----------------------------------------------------------------------
    def _declare(self, leaf: Leaf) -> None:
        for value in () if leaf.operator == "exists" else _values(leaf):
            if leaf.operator == "matches":
                self._pattern(value)
            elif leaf.operator.startswith("contains"):
                self._word(normalise(value))
            else:
                self._known(self._whole, normalise(value), "=")

    def _word(self, word: str) -> Formula:
        return self._known(self._words, word, "~")

    def _known(self, known: dict[str, Formula], word: str, sign: str) -> Formula:
        if word not in known:
            known[word] = self._solver.fresh()
            self._solver.add(self._solver.z3.Implies(known[word], self.present))
        return known[word]

    def _pattern(self, pattern: str) -> None:
        if pattern in self._patterns:
            return
        found = self._known(self._patterns, pattern, "/")
        try:
            node = self._nodes[pattern] = read_pattern(pattern)
        except Unreadable:
            self._nodes[pattern] = None
            return
        words = language(node)
        if words is not None and "" not in words:
            self._solver.add(found == self._solver.any(map(self._word, sorted(words))))
        else:
            self._solver.add(self._solver.z3.Implies(found, self._needed(needed(node))))

    def _needed(self, node: Node) -> Formula:
        match node:
            case Letters(some=word, exact=True):
                return self._word(word)
            case Group(parts=parts):
                return self._solver.all(map(self._needed, parts))
            case Alternatives(parts=parts):
                return self._solver.any(map(self._needed, parts))
        return self._solver.z3.BoolVal(True)

    def _imply(self) -> None:
        implies, no = self._solver.z3.Implies, self._solver.z3.Not
        loose = [
            (finder(pattern), self._patterns[pattern])
            for pattern, node in self._nodes.items()
            if node is not None and not anchored(node)
        ]
        for word, holds in [*self._words.items(), ("", self.present)]:
            for other, also in self._words.items():
                if other != word and other in word:
                    self._solver.add(implies(holds, also))
            for finds, also in loose:
                if finds(word):
                    self._solver.add(implies(holds, also))
        for text, is_it in self._whole.items():
            for holds, found in self._tests():
                self._solver.add(implies(is_it, holds if found(text) else no(holds)))

    def _tests(self) -> Iterator[tuple[Formula, Callable[[str], bool]]]:
        """Each boolean with what it says of a normalised text."""
        for word, holds in self._words.items():
            yield holds, partial(_within, word)
        for pattern, holds in self._patterns.items():
            yield holds, finder(pattern)
        for whole, holds in self._whole.items():
            yield holds, whole.__eq__

    # -- writing ------------------------------------------------------------------------------
    def write(self, model: Model) -> str | Unwritten | None:
        """A text that has what the model says; None where it says that there is none."""
        if not self._solver.holds(model, self.present):
            return None
        tests = list(self._tests())
        said = [self._solver.holds(model, holds) for holds, _found in tests]
        hit: tuple[Formula, ...] = ()
        for text in self._drafts(model):
            got = [found(normalise(text)) for _holds, found in tests]
            if got == said and text:
                return text
            hit = tuple(h for (h, _f), g, s in zip(tests, got, said, strict=True) if g and not s)
        wanted = tuple(h for (h, _f), s in zip(tests, said, strict=True) if s)
        return Unwritten(wanted, hit)

    def _drafts(self, model: Model) -> Iterator[str]:
        for whole, holds in self._whole.items():
            if self._solver.holds(model, holds):
                yield whole
                return
        wanted = [word for word, holds in self._words.items() if self._solver.holds(model, holds)]
        words = [word for word in wanted if not any(word != o and word in o for o in wanted)]
        patterns = [p for p, holds in self._patterns.items() if self._solver.holds(model, holds)]
        for separator in _SEPARATORS:
            text = separator.join(words) or _SOMETHING
            missing = [p for p in patterns if not finder(p)(text)]
            for each in self._with(missing, words, separator) if missing else (text,):
                yield each
                # Where something must not begin the text or end it, it stands in its midst.
                yield separator.join((_SOMETHING, each, _SOMETHING))

    def _with(self, patterns: list[str], words: list[str], separator: str) -> Iterator[str]:
        """The words and an example of each pattern, of which some may say a word already."""
        choices = [self._examples(pattern) for pattern in patterns]
        for turn in range(max(map(len, choices), default=0)):
            pieces = [each[min(turn, len(each) - 1)] for each in choices if each]
            rest = [word for word in words if not any(word in piece for piece in pieces)]
            # First what may have to begin the text, last what may have to end it.
            yield separator.join([*pieces, *rest])
            yield separator.join([*rest, *pieces])

    def _examples(self, pattern: str) -> list[str]:
        node = self._nodes[pattern]
        found = finder(pattern)
        return [] if node is None else [e for e in examples(node) if found(normalise(e))]


def _values(leaf: Leaf) -> tuple[str, ...]:
    value = leaf.value
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)


def _within(word: str, text: str) -> bool:
    return word in text
