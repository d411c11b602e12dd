"""Text conditions in an index: which rows stand, given the needles found in a text.

Most conditions are true as soon as one of their needles is found; those rows need nothing more.
The others are candidates when a needle is found that they cannot do without, and are then checked
against all that was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from referral_engine.rules.masks import bits
from referral_engine.rules.text import Needles
from referral_engine.rules.tree import All, Condition, Leaf, Not
from referral_engine.rules.tree import Any as AnyOf

__all__ = ["WordMasks"]

# Measured: up to here a plain `in` for each word costs less than one pass of the automaton.
_FEW_WORDS = 12
_REMEMBERED = 1 << 12

Hits = frozenset[int]
_Plan = tuple[tuple[int, str], ...]


class _Wanted(msgspec.Struct, frozen=True):
    """What a condition wants of the needles found.

    ``triggers``  it is false unless one of these is found; None: it can be true with none found
    ``enough``    one trigger makes it true
    """

    check: Callable[[Hits], bool]
    needles: frozenset[int]
    triggers: frozenset[int] | None
    enough: bool = False


class WordMasks:
    """The text conditions of an index along one text field. `Needles` are warmed by the owner."""

    def __init__(self, field: str, needles: Needles) -> None:
        self.field = field
        self.rows = 0
        self._needles = needles
        self._wanted: dict[int, _Wanted] = {}
        self._standing_without = 0
        self._unsure = 0
        self._triggered: dict[int, int] = {}
        self._plans: dict[int, _Plan | None] = {}

    def add(self, conditions: tuple[Condition, ...], row: int) -> None:
        """Row number `row` needs all these conditions on the text."""
        wanted = _every([_want(condition, self._needles) for condition in conditions])
        self._wanted[row] = wanted
        self.rows |= 1 << row
        if not wanted.enough:
            self._unsure |= 1 << row
        if wanted.triggers is None:
            self._standing_without |= 1 << row
        for needle in wanted.triggers or ():
            self._triggered[needle] = self._triggered.get(needle, 0) | 1 << row

    def narrow(self, candidates: int, text: Any) -> int:
        """Those of the candidate rows that the normalised text (None: missing) leaves standing."""
        asking = candidates & self.rows
        if not asking:
            return candidates
        hits = () if text is None else self._hits(asking, text)
        standing = self._standing_without
        for hit in hits:
            standing |= self._triggered.get(hit, 0)
        standing &= asking
        if unsure := standing & self._unsure:
            found = frozenset(hits)
            for row in bits(unsure):
                if not self._wanted[row].check(found):
                    standing ^= 1 << row
        return (candidates ^ asking) | standing

    def _hits(self, asking: int, text: str) -> Iterable[int]:
        """All needles in the text that the asking rows care for, and perhaps others."""
        if asking.bit_count() > _FEW_WORDS:
            return self._needles.scan(text)
        try:
            plan = self._plans[asking]
        except KeyError:
            plan = self._plan(asking)
        if plan is None:
            return self._needles.scan(text)
        return [needle for needle, word in plan if word in text]

    def _plan(self, asking: int) -> _Plan | None:
        needles = frozenset[int]().union(*(self._wanted[row].needles for row in bits(asking)))
        few = len(needles) <= _FEW_WORDS
        plan = self._needles.plain(sorted(needles)) if few else None
        if len(self._plans) >= _REMEMBERED:
            self._plans.clear()
        self._plans[asking] = plan
        return plan


def _want(condition: Condition, needles: Needles) -> _Wanted:
    match condition:
        case All(parts=parts):
            return _every([_want(part, needles) for part in parts])
        case AnyOf(parts=parts):
            return _some([_want(part, needles) for part in parts])
        case Not(part=part):
            inner = _want(part, needles)
            return _Wanted(lambda hits: not inner.check(hits), inner.needles, None)
        case Leaf(operator=operator, value=value):
            written = value if isinstance(value, tuple) else (value,)
            number = needles.pattern if operator == "matches" else needles.word
            each = [_one(number(str(word))) for word in written]
            if operator == "contains_all":
                # All of no words is true of any text; the empty word is in any text.
                return _every(each or [_one(needles.word(""))])
            return _some(each)
    raise AssertionError(condition)


def _one(needle: int) -> _Wanted:
    alone = frozenset({needle})
    return _Wanted(lambda hits: needle in hits, alone, alone, enough=True)


def _every(parts: list[_Wanted]) -> _Wanted:
    if len(parts) == 1:
        return parts[0]
    checks = tuple(part.check for part in parts)
    needed = [part.triggers for part in parts if part.triggers is not None]
    return _Wanted(
        lambda hits: all(check(hits) for check in checks),
        frozenset[int]().union(*(part.needles for part in parts)),
        min(needed, key=len, default=None),
    )


def _some(parts: list[_Wanted]) -> _Wanted:
    if len(parts) == 1:
        return parts[0]
    checks = tuple(part.check for part in parts)
    triggers: frozenset[int] | None = frozenset()
    for part in parts:
        triggers = None if triggers is None or part.triggers is None else triggers | part.triggers
    return _Wanted(
        lambda hits: any(check(hits) for check in checks),
        frozenset[int]().union(*(part.needles for part in parts)),
        triggers,
        enough=all(part.enough for part in parts),
    )
