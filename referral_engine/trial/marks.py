"""Marks in rule files: what no test can tell apart, and why.

``# equivalent[drop, never-false]: the reason`` (in Chinese ``# 等价[…]：…``) stands at the end of
the line it speaks of, or on lines of its own above it. In the brackets are the names of mutants, or
``never-true`` and ``never-false`` for a clause that cannot be seen so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from referral_engine.errors import Place

__all__ = ["Mark", "Marks"]

_MARK = re.compile(
    r"(?:^|\s)#\s*(?:equivalent|等价)\s*\[(?P<names>[^\]]*)\]\s*[:：]?\s*(?P<reason>.*?)\s*$"
)
_COMMENT = re.compile(r"\s*(#|$)")


class Mark(msgspec.Struct, frozen=True):
    """One mark: where it stands, the line (from 1) it speaks of, the names and the reason."""

    place: Place
    line: int
    names: frozenset[str]
    reason: str


class Marks:
    """The marks of all rule files. Which of them were needed is remembered."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._by_line: dict[tuple[str, int], list[Mark]] = {}
        self._used: set[Mark] = set()
        for file, text in sources.items():
            for mark in _read(file, text):
                self._by_line.setdefault((file, mark.line), []).append(mark)

    def reason(self, place: Place, name: str) -> str:
        """Why `name` at this place is no gap; empty where no mark with a reason says so."""
        for mark in self._by_line.get((place.file, place.line), ()):
            if name in mark.names and mark.reason:
                self._used.add(mark)
                return mark.reason
        return ""

    def unused(self) -> list[Mark]:
        """Marks that excused nothing, or give no reason, in order of their places."""
        every = (mark for marks in self._by_line.values() for mark in marks)
        return sorted((m for m in every if m not in self._used), key=lambda mark: mark.place)


def _read(file: str, text: str) -> Iterator[Mark]:
    if "equivalent" not in text and "等价" not in text:
        return
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if found := _MARK.search(line):
            place = Place(file, number, line.index("#", found.start()) + 1)
            names = frozenset(re.split(r"[\s,，、]+", found["names"].strip())) - {""}
            yield Mark(place, _spoken_of(lines, number), names, found["reason"])


def _spoken_of(lines: list[str], number: int) -> int:
    while number < len(lines) and _COMMENT.match(lines[number - 1]):
        number += 1
    return number
