"""How long something took, on the wall and of this process's processor time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Seconds", "timing"]


@dataclass(slots=True)
class Seconds:
    """`processor` is this process's own, all threads together; a server's is in neither."""

    wall: float = 0.0
    processor: float = 0.0


@contextmanager
def timing(into: Seconds | None = None) -> Iterator[Seconds]:
    """Times the block; added to what `into` holds."""
    taken = into or Seconds()
    wall, processor = time.perf_counter(), time.process_time()
    yield taken
    taken.wall += time.perf_counter() - wall
    taken.processor += time.process_time() - processor
