"""The county cut into parts that know nothing of each other: its townships.

A part draws by a seed of its own, so that what happens in it is the same whichever process plays
it, and in whatever order.
"""

from __future__ import annotations

from random import Random

import msgspec

from referral_engine.model.territory import level_rank
from referral_engine.org import Org

__all__ = ["Part", "parts_of"]


class Part(msgspec.Struct, frozen=True):
    """One township with its finest ``places``; ``share`` of the county's issues come from it.

    ``number`` counts from 0 among ``of`` parts.
    """

    township: str
    places: tuple[str, ...]
    share: float
    number: int
    of: int

    def chance(self, seed: int, purpose: str) -> Random:
        """The chances of this part for a purpose; the same for the same seed, always."""
        return Random(f"{seed}/{self.township}/{purpose}")


def parts_of(org: Org, weights: dict[str, float]) -> tuple[Part, ...]:
    """The county's townships in order of their codes; the whole as one where it has none."""
    places = _places(org)
    total = sum(weights.get(code, 1.0) for code in places)
    return tuple(
        Part(code, tuple(places[code]), weights.get(code, 1.0) / total, number, len(places))
        for number, code in enumerate(sorted(places))
    )


def _places(org: Org) -> dict[str, list[str]]:
    """Every township with the finest territories in it: its grids, else villages, else itself."""
    territories = sorted(org.content.territories, key=lambda each: each.code)
    townships = [each.code for each in territories if each.level == "township"]
    found: dict[str, list[str]] = {code: [] for code in townships or [org.tree.root]}
    finest: dict[str, int] = dict.fromkeys(found, -1)
    for each in territories:
        home = org.at_level(each.code, "township") or (org.tree.root if not townships else "")
        if home not in found:
            continue
        rank = level_rank(each.level)
        if rank > finest[home]:
            finest[home], found[home] = rank, []
        if rank == finest[home]:
            found[home].append(each.code)
    return found
