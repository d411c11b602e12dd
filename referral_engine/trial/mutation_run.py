"""Judging all mutants, in one process or several."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import msgspec

from referral_engine.rules.mutate import Mutant, mutants
from referral_engine.rules.ruleset import Loaded
from referral_engine.trial.marks import Marks
from referral_engine.trial.mutation import Bench, Killed, judge, watch_tests
from referral_engine.trial.watching import Watch
from referral_engine.workspace import Workspace

__all__ = ["Judged", "judge_mutants"]

_STRETCH = 20
_FEW = 100
"""Mutants for which another process would cost more than it saves."""


class Judged(msgspec.Struct, frozen=True):
    """A mutant and the test that noticed it, if any; ``reason`` of a mark excuses a survivor."""

    mutant: Mutant
    by: str
    reason: str = ""

    @property
    def survived(self) -> bool:
        """No test noticed it and no mark says why none can."""
        return not (self.by or self.reason)


def judge_mutants(
    workspace: Workspace,
    loaded: Loaded,
    watches: list[Watch],
    marks: Marks,
    *,
    wanted: Callable[[Mutant], bool] = lambda _mutant: True,
    processes: int = 0,
    begin: Callable[[int], Callable[[int], None]] = lambda _total: lambda _more: None,
) -> list[Judged]:
    """Every mutant that is `wanted`, in the order of the rules. The loaded tests pass.

    `processes` of 0 are as many as there are cores; `begin` is told how many mutants there are,
    and what it returns how many more are done.
    """
    numbered = [pair for pair in enumerate(mutants(loaded.rule_set)) if wanted(pair[1])]
    advance = begin(len(numbered))
    found: dict[int, str] = {}
    for killed in _judged(workspace, loaded, watches, numbered, processes or _cores()):
        found[killed.number] = killed.by
        advance(1)
    return [_marked(mutant, found[number], marks) for number, mutant in numbered]


def _marked(mutant: Mutant, by: str, marks: Marks) -> Judged:
    return Judged(mutant, by, "" if by else marks.reason(mutant.place, mutant.name))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _judged(
    workspace: Workspace,
    loaded: Loaded,
    watches: list[Watch],
    numbered: list[tuple[int, Mutant]],
    processes: int,
) -> Iterator[Killed]:
    if processes == 1 or len(numbered) < _FEW:
        yield from judge(Bench(workspace, loaded, watches), numbered)
        return
    numbers = [number for number, _mutant in numbered]
    stretches = [numbers[at : at + _STRETCH] for at in range(0, len(numbers), _STRETCH)]
    with ProcessPoolExecutor(
        processes,
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(workspace.config.file, loaded),
    ) as pool:
        for stretch in pool.map(_stretch, stretches):
            yield from stretch


_bench: list[tuple[Bench, list[Mutant]]] = []


def _begin(config: Path, loaded: Loaded) -> None:
    """Makes this process's bench and the mutants, which are the same everywhere."""
    workspace = Workspace.open(config)
    _results, watches = watch_tests(workspace, loaded)
    _bench.append((Bench(workspace, loaded, watches), list(mutants(loaded.rule_set))))


def _stretch(numbers: Iterable[int]) -> list[Killed]:
    bench, every = _bench[0]
    return list(judge(bench, ((number, every[number]) for number in numbers)))
