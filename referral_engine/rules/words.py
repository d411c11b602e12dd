"""Text conditions in an index: which of the candidate rows a text leaves standing.

A few rows are asked one by one (sieve.py). Many are settled by one pass of the automaton over the
text: most conditions are true as soon as one of their needles is found, the others are candidates
when a needle is found that they cannot do without, and are then checked against all that was found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from referral_engine.rules.masks import bits
from referral_engine.rules.sieve import Sieve, any_word, every_word, one_pattern
from referral_engine.rules.text import Needles, normalise
from referral_engine.rules.tree import All, Condition, Leaf, Not
from referral_engine.rules.tree import Any as AnyOf

__all__ = ["Wanted", "WordMasks", "want"]

# Measured: asking one row costs about 0.5 µs and a little more for a long text, a pass of the
# automaton 1.5 µs for 50 letters and 8 µs for 400.
_ROWS_A_PASS = 4
_LETTERS_A_ROW = 128

Hits = frozenset[int]


class Wanted(msgspec.Struct, frozen=True):
    """What a condition wants of a text.

    ``sieve``     asks the text itself
    ``check``     asks all the needles found in it
    ``triggers``  it is false unless one of these is found; None: it can be true with none found
    ``enough``    one trigger makes it true
    """

    sieve: Sieve
    check: Callable[[Hits], bool]
    triggers: frozenset[int] | None
    enough: bool = False


class WordMasks:
    """The text conditions of some rows along one text field. `Needles` are warmed by the owner."""

    def __init__(self, field: str, needles: Needles) -> None:
        self.field = field
        self.rows = 0
        self._needles = needles
        self._sieves: dict[int, Sieve] = {}
        self._checks: dict[int, Callable[[Hits], bool]] = {}
        self._standing_without = 0
        self._unsure = 0
        self._triggered: dict[int, int] = {}

    def add(self, wanted: Wanted, row: int) -> None:
        """Row number `row` wants this of the text."""
        bit = 1 << row
        self.rows |= bit
        self._sieves[bit] = wanted.sieve
        self._checks[bit] = wanted.check
        if not wanted.enough:
            self._unsure |= bit
        if wanted.triggers is None:
            self._standing_without |= bit
        for needle in wanted.triggers or ():
            self._triggered[needle] = self._triggered.get(needle, 0) | bit

    def narrow(self, candidates: int, text: Any) -> int:
        """Those of the candidate rows that the normalised text (None: missing) leaves standing."""
        asking = candidates & self.rows
        if text is None:
            hits: Sequence[int] = ()
        elif asking.bit_count() <= _ROWS_A_PASS + len(text) // _LETTERS_A_ROW:
            return candidates ^ asking ^ self._one_by_one(asking, text)
        else:
            hits = self._needles.scan(text)
        standing = self._standing_without
        triggered = self._triggered
        for hit in hits:
            if hit in triggered:
                standing |= triggered[hit]
        standing &= asking
        if standing & self._unsure:
            standing = self._sure(standing, frozenset(hits))
        return candidates ^ asking ^ standing

    def _one_by_one(self, asking: int, text: str) -> int:
        sieves = self._sieves
        standing = 0
        while asking:
            row = asking & -asking
            asking ^= row
            if sieves[row](text):
                standing |= row
        return standing

    def _sure(self, standing: int, found: Hits) -> int:
        for number in bits(standing & self._unsure):
            if not self._checks[1 << number](found):
                standing ^= 1 << number
        return standing


def want(conditions: tuple[Condition, ...], needles: Needles) -> Wanted:
    """What all these conditions on one text want; their needles join `needles`."""
    return _every([_want(condition, needles) for condition in conditions])


def _want(condition: Condition, needles: Needles) -> Wanted:
    match condition:
        case All(parts=parts):
            return want(parts, needles)
        case AnyOf(parts=parts):
            return _some([_want(part, needles) for part in parts])
        case Not(part=part):
            inner = _want(part, needles)
            sieve, check = inner.sieve, inner.check
            return Wanted(lambda text: not sieve(text), lambda hits: not check(hits), None)
        case Leaf():
            return _leaf(condition, needles)
    raise AssertionError(condition)


def _leaf(leaf: Leaf, needles: Needles) -> Wanted:
    written = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    words = [str(word) for word in written]
    if leaf.operator == "matches":
        return _some([_one(needles.pattern(word), one_pattern(word)) for word in words])
    normal = [normalise(word) for word in words]
    each = [_one(needles.word(word), any_word((word,))) for word in normal]
    if leaf.operator == "contains_all":
        # All of no words is true of any text, but of no missing one; the empty word is in any text.
        every = _every(each or [_one(needles.word(""), any_word(("",)))])
        return msgspec.structs.replace(every, sieve=every_word(normal))
    return msgspec.structs.replace(_some(each), sieve=any_word(normal))


def _one(needle: int, sieve: Sieve) -> Wanted:
    alone = frozenset({needle})
    return Wanted(sieve, lambda hits: needle in hits, alone, enough=True)


def _every(parts: list[Wanted]) -> Wanted:
    if len(parts) == 1:
        return parts[0]
    sieves = tuple(part.sieve for part in parts)
    checks = tuple(part.check for part in parts)
    needed = [part.triggers for part in parts if part.triggers is not None]
    return Wanted(
        lambda text: all(sieve(text) for sieve in sieves),
        lambda hits: all(check(hits) for check in checks),
        min(needed, key=len, default=None),
    )


def _some(parts: list[Wanted]) -> Wanted:
    if len(parts) == 1:
        return parts[0]
    sieves = tuple(part.sieve for part in parts)
    checks = tuple(part.check for part in parts)
    triggers: frozenset[int] | None = frozenset()
    for part in parts:
        triggers = None if triggers is None or part.triggers is None else triggers | part.triggers
    return Wanted(
        lambda text: any(sieve(text) for sieve in sieves),
        lambda hits: any(check(hits) for check in checks),
        triggers,
        enough=all(part.enough for part in parts),
    )
