"""A territory: a node of the tree from province to building."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

__all__ = ["LEVELS", "Level", "Territory", "level_rank"]

Level = Literal["province", "city", "county", "township", "village", "grid", "group", "building"]
LEVELS: tuple[str, ...] = get_args(Level)
"""From the top down; a tree may leave levels out, never turn them round."""

_RANKS = {level: rank for rank, level in enumerate(LEVELS)}


def level_rank(level: str) -> int:
    """0 for a province, larger further down. Raises KeyError for a word that is no level."""
    return _RANKS[level]


class Territory(msgspec.Struct, frozen=True, omit_defaults=True):
    """``code`` is the area code without trailing zeros, below the village with a local suffix.

    ``parent`` is empty for the root. ``urban`` decides how soon an emergency has to be reached.
    """

    code: str
    name: str
    level: Level
    parent: str = ""
    urban: bool = False
