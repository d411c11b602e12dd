"""What follows from the rules that are true, kept for the next issue of which the same are true."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["Memory", "Told"]

_REMEMBERED = 1 << 12

Told = TypeVar("Told")


class Memory(dict[int, Told]):
    """``memory[mask]`` is what follows from the rows of this mask; what fails is not kept."""

    def __init__(self, tell: Callable[[int], Told]) -> None:
        super().__init__()
        self._tell = tell

    def __missing__(self, mask: int) -> Told:
        if len(self) >= _REMEMBERED:
            self.clear()
        told = self[mask] = self._tell(mask)
        return told
