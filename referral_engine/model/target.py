"""Whom a rule or a person means: a unit by id, relative to the case, or whoever is present."""

from __future__ import annotations

import msgspec

__all__ = ["RELATIVES", "Target"]

RELATIVES = ("grid", "village", "township", "county", "first")


class Target(msgspec.Struct, frozen=True):
    """Exactly one of the three is given.

    ``unit``           a unit's id, or the code of a territory (its responsible unit)
    ``relative``       one of RELATIVES: the responsible unit of the case's territory at that
                       level, or ``first``, whoever took the case in (首问责任)
    ``first_present``  the first of these whose presence roster says it is here at the moment
    """

    unit: str = ""
    relative: str = ""
    first_present: tuple[Target, ...] = ()

    def __str__(self) -> str:
        if self.first_present:
            return "first_present[" + ", ".join(map(str, self.first_present)) + "]"
        return f"@{self.relative}" if self.relative else self.unit
