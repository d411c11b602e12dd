"""What a file allows, rules or config.yaml: ``# allow CODE: reason`` at a fault, or above it.

The same in Chinese: ``# 允许 CODE：理由``. Several codes may be named, separated by commas. An
error cannot be allowed: nothing can be decided with it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping

import msgspec

from referral_engine.errors import Fault, Place
from referral_engine.rules import lint

__all__ = ["Suppression", "allowed", "suppressions"]

_COMMENT = re.compile(
    r"(?:^|[ \t])#[ \t]*(?:allow|允许)[ \t]+([A-Z][A-Z_]*(?:[ \t]*[,，][ \t]*[A-Z][A-Z_]*)*)"
    r"[ \t]*(?:[:：][ \t]*([^\n]*))?$",
    re.MULTILINE,
)
_CODE = re.compile(r"[A-Z_]+")
_NO_RULE = re.compile(r"[ \t]*(?:#.*)?$")


class Suppression(msgspec.Struct, frozen=True):
    """One code that a comment allows, at its place; ``line`` is the line it speaks of."""

    place: Place
    code: str
    line: int
    reason: str


def suppressions(text: str, file: str) -> Iterator[Suppression]:
    """Every one of a file, in order."""
    for found in _COMMENT.finditer(text):
        begin = text.rfind("\n", 0, found.start(1)) + 1
        line = text.count("\n", 0, found.start(1)) + 1
        alone = text[begin : found.end()].lstrip().startswith("#")
        for code in _CODE.finditer(found[1]):
            place = Place(file, line, found.start(1) + code.start() - begin + 1)
            spoken_of = _next_line(text, line) if alone else line
            yield Suppression(place, code[0], spoken_of, (found[2] or "").strip())


def allowed(
    faults: Iterable[Fault], sources: Mapping[str, str], unsaid: Container[str]
) -> Iterator[Fault]:
    """The faults that nobody allows, and what is wrong with the comments that do.

    ``unsaid`` are codes that this run could not report: what allows them may be of use.
    """
    found = [
        each
        for file, text in sources.items()
        if "allow" in text or "允许" in text
        for each in suppressions(text, file)
    ]
    used: set[Suppression] = set()
    for fault in faults:
        fitting = [each for each in found if _fits(each, fault)] if found else []
        if fitting and fault.severity != "error":
            used.update(fitting)
        else:
            yield fault
    for each in found:
        if not each.reason:
            yield lint.unreasoned_suppression.fault(each.place, each.code)
        if each not in used and each.code not in unsaid:
            yield lint.unused_suppression.fault(each.place, each.code)


def _fits(each: Suppression, fault: Fault) -> bool:
    same = each.code == fault.code and each.line == fault.place.line
    return same and each.place.file == fault.place.file


def _next_line(text: str, line: int) -> int:
    """The next line that is neither empty nor a comment."""
    lines = text.split("\n")
    while line < len(lines) and _NO_RULE.fullmatch(lines[line]):
        line += 1
    return line + 1
