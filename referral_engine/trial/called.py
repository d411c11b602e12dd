"""What people say who are called back, by chance."""

from __future__ import annotations

from typing import Literal

__all__ = ["Solved", "solved"]

Solved = Literal["yes", "partly", "no"]


def solved(chance: float, yes: float, partly: float) -> Solved:
    """What somebody reached says, for a chance from 0 up to 100: ``yes`` and ``partly`` are the
    percentages of those who say so, the rest say no.
    """
    if chance < yes:
        return "yes"
    return "partly" if chance < yes + partly else "no"
