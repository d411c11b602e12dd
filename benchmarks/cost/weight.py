"""What a process weighs: its proportional share of memory, and the most it ever took."""

from __future__ import annotations

from pathlib import Path

__all__ = ["children", "pss"]


def pss(pid: int) -> float:
    """Megabytes (10^6) of its proportional set size: pages that several share are split up."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        name, _colon, told = line.partition(":")
        if name == "Pss":
            return int(told.split()[0]) * 1_024 / 1e6
    raise ValueError(f"the kernel does not tell the share of {pid}")


def children(pid: int) -> list[int]:
    """The processes that it started, and theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text("ascii").split()):
            found += [child, *children(child)]
    return found
