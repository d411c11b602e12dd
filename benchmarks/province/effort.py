"""Processor time of processes and all below them: a figure that neighbours disturb less."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["below", "spent"]

_TICK = os.sysconf("SC_CLK_TCK")


class _Process(NamedTuple):
    pid: int
    parent: int
    ticks: int


def spent(roots: Iterable[int]) -> float:
    """Seconds that these processes, all below them, and those that ended below them, have used."""
    known = {process.pid: process for process in _processes()}
    return sum(known[pid].ticks for pid in _tree(roots, known) if pid in known) / _TICK


def below(roots: Iterable[int]) -> int:
    """How many processes run below these."""
    given = set(roots)
    known = {process.pid: process for process in _processes()}
    return len(_tree(given, known) - given)


def _tree(roots: Iterable[int], known: dict[int, _Process]) -> set[int]:
    found = set(roots)
    while more := {p.pid for p in known.values() if p.parent in found} - found:
        found |= more
    return found


def _processes() -> Iterator[_Process]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        yield _Process(int(stat.parent.name), int(fields[1]), sum(map(int, fields[11:15])))
