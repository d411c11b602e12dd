"""Every way a case can go: what people may do, in every order up to a number of acts, and silence.

States of one shape (shapes.py) go the same ways, so each shape is gone into once, from wherever it
is reached with the fewest acts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator

import msgspec
from msgspec.structs import replace

from referral_engine.prove.life import Life, Stand
from referral_engine.prove.moves import moves
from referral_engine.prove.shapes import Shapes
from referral_engine.prove.solver import Budget

__all__ = ["Explored", "Start", "explore", "silence"]

_MOST_WAITS = 200
"""Moments in a row at which something is due and nobody acts, beyond which it never ends."""


class Start(msgspec.Struct, frozen=True):
    """Where to begin. ``targets`` are units that the case may be given to, ``accused`` one that
    may be accused on the way."""

    stand: Stand
    targets: tuple[str, ...] = ()
    accused: str = ""


class Explored(msgspec.Struct, frozen=True):
    """How many shapes of a case were gone into, and whether all within the acts allowed were."""

    states: int
    whole: bool


Look = Callable[[Stand], bool]
"""Told of every new state; False where there is no need to go on from it."""


def explore(
    life: Life, shapes: Shapes, starts: Iterable[Start], look: Look, acts: int, budget: Budget
) -> Explored:
    """Goes through all states that up to so many acts lead to, those of few acts first."""
    seen: set[Hashable] = set()
    queue = deque((0, start) for start in starts)
    while queue:
        if budget.left <= 0:
            return Explored(len(seen), whole=False)
        done, start = queue.popleft()
        shape = (shapes.rough(start.stand), _relation(shapes, start))
        if shape in seen:
            continue
        seen.add(shape)
        if look(start.stand) and done < acts:
            queue.extend((done + 1, replace(start, stand=each)) for each in _next(life, start))
    return Explored(len(seen), whole=True)


def silence(life: Life, stand: Stand) -> Iterator[Stand]:
    """The states a case comes to while nobody acts, until nothing more is ever due."""
    for _turn in range(_MOST_WAITS):
        waited = life.wait(stand)
        if waited is None:
            return
        stand = waited
        yield stand


def _next(life: Life, start: Start) -> Iterator[Stand]:
    stand = start.stand
    for move in moves(stand.case, start.targets, start.accused):
        if (after := life.act(stand, move)) is not None:
            yield after
    owner, parts = stand.case.owner, stand.case.referrals
    for waited in silence(life, stand):
        if (waited.case.owner, waited.case.referrals) != (owner, parts):
            yield waited  # silence moved it: from here on others may act
            return


def _relation(shapes: Shapes, start: Start) -> Hashable:
    """What the units that are tried, or may be accused, are to the case."""
    named = (*start.targets, start.accused)
    return tuple(shapes.relation(start.stand.case, unit) for unit in named)
