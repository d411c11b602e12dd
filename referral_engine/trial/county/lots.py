"""What chance decides in a generated county, the same for a seed on every machine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Lots"]

T = TypeVar("T")


class Lots:
    """Draws from a seed. Only ``random()`` is used: of all the generator's methods it alone is
    promised to give the same numbers in every version of Python."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, limit: int) -> int:
        """A whole number from 0 up to `limit`, which is excluded."""
        return int(self._random.random() * limit)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, each as likely as the others."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def portions(self, total: int, parts: int, most: int) -> list[int]:
        """`total` dealt out over so many parts, each from 1 to `most`, uneven as places are.

        Raises ValueError where that cannot be.
        """
        if not parts <= total <= parts * most:
            raise ValueError(f"{total} does not go into {parts} parts of 1 to {most}")
        weights = [0.5 + self._random.random() for _part in range(parts)]
        scale = (total - parts) / sum(weights)
        dealt = [min(1 + int(weight * scale), most) for weight in weights]
        left = total - sum(dealt)
        while left:
            open_parts = [part for part in range(parts) if dealt[part] < most]
            for part in open_parts[:left]:
                dealt[part] += 1
            left -= min(left, len(open_parts))
        return dealt
