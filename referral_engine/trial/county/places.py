"""The territories of a generated county: its real townships, invented villages and grids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from referral_engine.trial.county.lots import Lots
from referral_engine.trial.county.names import MOST_VILLAGES, village_names
from referral_engine.trial.county.townships import Township

__all__ = ["MOST_GRIDS", "MOST_VILLAGES", "Grid", "Village", "settle"]

MOST_GRIDS = 999
"""In a village: a grid's own part of its code has three digits."""
# Of every so many villages of a town one is a community, its seat.
_SEATS = 10


class Grid(msgspec.Struct, frozen=True):
    """``code`` has fifteen digits; the unit that answers for it bears its name."""

    code: str
    name: str


class Village(msgspec.Struct, frozen=True):
    """``code`` has twelve digits, ``committee`` is the unit that answers for it."""

    code: str
    name: str
    committee: str
    township: Township
    grids: tuple[Grid, ...]


def settle(
    townships: Sequence[Township], villages: int, grids: int, lots: Lots
) -> tuple[Village, ...]:
    """So many villages with so many grids in all, township by township.

    Raises ValueError where they do not go in: a township has 1 to MOST_VILLAGES villages, a
    village 1 to MOST_GRIDS grids.
    """
    in_township = lots.portions(villages, len(townships), MOST_VILLAGES)
    in_village = iter(lots.portions(grids, villages, MOST_GRIDS))
    return tuple(
        _village(township, code, community, name, next(in_village))
        for township, count in zip(townships, in_township, strict=True)
        for (code, community), name in zip(
            _codes(township, count), village_names(lots), strict=False
        )
    )


def _codes(township: Township, count: int) -> Iterator[tuple[str, bool]]:
    """Codes of villages and whether each is a community: 001 on for those, 200 on for the rest."""
    seats = count if township.street else -(-count // _SEATS) if _is_town(township) else 0
    for number in range(count):
        own = number + 1 if number < seats else 200 + number - seats
        yield f"{township.code}{own:03d}", number < seats


def _is_town(township: Township) -> bool:
    return township.segment[0] == "1"


def _village(township: Township, code: str, community: bool, stem: str, count: int) -> Village:
    name = stem + ("社区" if community else "村")
    committee = name + ("居民委员会" if community else "村民委员会")
    grids = tuple(Grid(f"{code}{n:03d}", f"{name}{n}号网格") for n in range(1, count + 1))
    return Village(code, name, committee, township, grids)
