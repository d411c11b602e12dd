"""A bar beside work that takes its time, where a person watches a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from referral_engine.desk.keeping import Steps

__all__ = ["steps"]


@contextmanager
def steps(label: str) -> Iterator[Steps]:
    """What is told how much there is to do, and then how much more of it is done."""
    if not sys.stderr.isatty():
        yield _unwatched
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:

        def begin(total: int) -> Callable[[int], None]:
            task = progress.add_task(label, total=total or None)
            return lambda more: progress.advance(task, more)

        yield begin


def _unwatched(_total: int) -> Callable[[int], None]:
    return lambda _more: None
