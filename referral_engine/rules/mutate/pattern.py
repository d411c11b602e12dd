"""A regular expression with one of its alternatives left out."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["without_one"]


def without_one(pattern: str) -> Iterator[tuple[str, str]]:
    """Each alternative, of the whole or of a group in it, and the pattern without it."""
    for group in _groups(pattern):
        if len(group) > 1:
            for number, (start, end) in enumerate(group):
                cut = (start, end + 1) if number == 0 else (start - 1, end)
                yield pattern[start:end], pattern[: cut[0]] + pattern[cut[1] :]


def _groups(pattern: str) -> list[list[tuple[int, int]]]:
    """The (start, end) of the alternatives of each group, the whole first."""
    found: list[list[tuple[int, int]]] = [[]]
    open_: list[tuple[int, int]] = [(0, 0)]  # the group's number, where its alternative starts
    for at in _meant(pattern):
        number, start = open_[-1]
        if pattern[at] == "(":
            found.append([])
            open_.append((len(found) - 1, _inside(pattern, at)))
        elif pattern[at] == "|":
            found[number].append((start, at))
            open_[-1] = (number, at + 1)
        elif len(open_) > 1:  # the end of a group
            found[number].append((start, at))
            open_.pop()
    found[0].append((open_[0][1], len(pattern)))
    return found


def _meant(pattern: str) -> Iterator[int]:
    """The places of ``( | )`` that are neither escaped nor in a class of characters."""
    escaped = in_class = False
    for at, letter in enumerate(pattern):
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif in_class:
            in_class = letter != "]"
        elif letter == "[":
            in_class = True
        elif letter in "(|)":
            yield at


def _inside(pattern: str, at: int) -> int:
    """Where the content of a group begins: after ``(?:``, ``(?i:``, ``(?P<name>`` or ``(``."""
    if pattern[at + 1 : at + 2] != "?":
        return at + 1
    end = pattern.find(">" if pattern[at + 2 : at + 3] == "P" else ":", at)
    return end + 1 if end > 0 else at + 1
