"""Ratios between engines in one run, on a machine that does other things too.

Engines take turns on one chunk of events after the other; each chunk is new to all of them, after
they have warmed up on others. What counts is processor time, the garbage collector is off for all,
and the ratio is the median over the chunks. Every answer is compared, before and while timing.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["Timed", "race"]

Engine = Callable[[Any], Any]


class Timed:
    """Seconds an event for each engine, chunk by chunk."""

    def __init__(self, names: Sequence[str]) -> None:
        self.seconds: dict[str, list[float]] = {name: [] for name in names}

    def rate(self, name: str) -> float:
        """Events a second, the median over the chunks."""
        return 1 / statistics.median(self.seconds[name])

    def ratio(self, fast: str, slow: str) -> float:
        """How many times `fast` does what `slow` does."""
        pairs = zip(self.seconds[slow], self.seconds[fast], strict=True)
        return statistics.median(theirs / ours for theirs, ours in pairs)


def race(
    engines: Mapping[str, Engine],
    shared: Mapping[str, str],
    warm: Sequence[Any],
    chunks: Sequence[Sequence[Any]],
) -> Timed:
    """Times the engines. Those with one name in `shared` must give the same answers."""
    timed = Timed(list(engines))
    _check(shared, {name: [engine(event) for event in warm] for name, engine in engines.items()})
    gc.collect()
    gc.disable()
    try:
        for number, chunk in enumerate(chunks):
            answers: dict[str, list[Any]] = {}
            for name in _turns(list(engines), number):
                seconds, answers[name] = _timed(engines[name], chunk)
                timed.seconds[name].append(seconds / len(chunk))
            _check(shared, answers)
    finally:
        gc.enable()
    return timed


def _turns(names: list[str], number: int) -> list[str]:
    begin = number % len(names)
    return names[begin:] + names[:begin]


def _timed(engine: Engine, chunk: Sequence[Any]) -> tuple[float, list[Any]]:
    begin = time.process_time()
    answers = [engine(event) for event in chunk]
    return time.process_time() - begin, answers


def _check(shared: Mapping[str, str], answers: Mapping[str, Sequence[Any]]) -> None:
    first: dict[str, tuple[str, list[list[str]]]] = {}
    for name, given in answers.items():
        plain = [list(getattr(answer, "matched", answer)) for answer in given]
        other, expected = first.setdefault(shared[name], (name, plain))
        if plain != expected:
            raise SystemExit(f"{name} and {other} disagree: nothing was measured")
